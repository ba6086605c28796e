#include "storage/rdb/dump.h"

#include <cstdint>
#include <cstring>
#include <utility>

#include "storage/rdb/crc64.h"
#include "storage/rdb/value_codec.h"

namespace countd::storage::rdb {
namespace {

constexpr std::size_t kVersionBytes = 2;

template <class Number>
Number load(std::string_view bytes) {
  Number number;
  std::memcpy(&number, bytes.data(), sizeof number);
  return number;
}

/// The type and the value, once version and CRC are right.
Result<std::string_view> verified(std::string_view payload) {
  if (payload.size() < kVersionBytes + kCrcBytes) return Errc::kBadDump;
  const std::string_view summed = payload.substr(0, payload.size() - kCrcBytes);
  const std::string_view value = summed.substr(0, summed.size() - kVersionBytes);
  const auto version = load<std::uint16_t>(summed.substr(value.size()));
  if (version > kNewestVersion) return Errc::kBadDump;
  if (crc64(0, summed) != load<std::uint64_t>(payload.substr(summed.size()))) {
    return Errc::kBadDump;
  }
  return value;
}

OwnedValue own(NewValue value) {
  if (const auto* integer = std::get_if<std::int64_t>(&value)) return *integer;
  if (const auto* text = std::get_if<std::string_view>(&value)) return std::string{*text};
  return std::move(std::get<std::unique_ptr<Object>>(value));
}

}  // namespace

std::string dump(const ValueView& value, bool compress) {
  Encoder out{64};
  out.byte(value_type(value));
  encode_value(out, value, compress);
  out.keep(put_little_endian(out.room(kVersionBytes), static_cast<std::uint16_t>(kDumpVersion)));
  const std::uint64_t crc = crc64(0, out.bytes());
  out.keep(put_little_endian(out.room(kCrcBytes), crc));
  return std::string{out.bytes()};
}

Result<OwnedValue> restore(std::string_view payload) {
  const auto value = verified(payload);
  if (!value) return value.error();
  Decoder in{*value};
  MadeTexts made;
  const std::uint8_t type = in.byte();
  DecodedValue decoded = decode_value(in, type, Vendor::kRedis, made);
  if (!decoded.value || !in.at_end()) return Errc::kBadDumpFormat;
  return own(std::move(*decoded.value));
}

}  // namespace countd::storage::rdb
