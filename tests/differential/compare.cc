// Exact, but for what may differ: order where there is none, a clock read a moment later, and how
// well LZF compressed.
#include "tests/differential/compare.h"

#include <liblzf/lzf.h>

#include <algorithm>
#include <cstdint>
#include <vector>

namespace countd::differential {
namespace {

using test::Reply;

constexpr std::int64_t kClockDifference = 10000;  // in a reply's own unit: seconds are far apart
constexpr std::size_t kTrailer = 10;              // version and CRC

std::vector<std::string> sorted(const Reply& reply) {
  std::vector<std::string> items;
  for (const auto& item : reply.items) items.push_back(test::render(item));
  std::sort(items.begin(), items.end());
  return items;
}

// RDB's length encoding: the two high bits of the first byte say how many bytes it takes.
struct Length {
  std::uint64_t value = 0;
  bool special = false;  // an integer or LZF, by `value`
};

std::optional<Length> take_length(std::string_view& bytes) {
  if (bytes.empty()) return std::nullopt;
  const auto first = static_cast<unsigned char>(bytes[0]);
  std::size_t extra = 0;
  std::uint64_t value = first & 0x3f;
  const auto kind = first >> 6;
  if (kind == 1) extra = 1;
  if (first == 0x80) extra = 4;
  if (first == 0x81) extra = 8;
  if (extra > 1) value = 0;
  if (bytes.size() < 1 + extra || (kind == 2 && extra == 0)) return std::nullopt;
  for (std::size_t i = 1; i <= extra; ++i) {
    value = value << 8 | static_cast<unsigned char>(bytes[i]);
  }
  bytes.remove_prefix(1 + extra);
  return Length{value, kind == 3};
}

std::optional<std::string> unpack(std::string_view& bytes) {
  const auto packed = take_length(bytes);
  const auto whole = packed ? take_length(bytes) : std::nullopt;
  if (!whole || bytes.size() < packed->value || whole->value > (64u << 20)) return std::nullopt;
  std::string out(whole->value, '\0');
  const auto length = ::lzf_decompress(bytes.data(), static_cast<unsigned>(packed->value),
                                       out.data(), static_cast<unsigned>(out.size()));
  bytes.remove_prefix(packed->value);
  return length == out.size() ? std::optional(out) : std::nullopt;
}

}  // namespace

std::optional<std::string> open_payload(std::string_view payload) {
  if (payload.size() < 1 + kTrailer || payload[0] != 0) return std::nullopt;
  const auto version = payload.substr(payload.size() - kTrailer, 2);
  auto body = payload.substr(1, payload.size() - 1 - kTrailer);
  const auto start = body;
  const auto length = take_length(body);
  if (!length) return std::nullopt;
  if (!length->special || length->value != 3) {
    return std::string(version) + std::string(start);  // plain, or an integer: byte for byte
  }
  const auto value = unpack(body);
  if (!value || !body.empty()) return std::nullopt;
  return std::string(version) + "lzf:" + *value;
}

bool agree(const Reply& a, const Reply& b, Compare how) {
  if (a.is_error() || b.is_error()) return a == b;
  switch (how) {
    case Compare::kExact:
      return a == b;
    case Compare::kUnordered:
      return a.type == b.type && sorted(a) == sorted(b);
    case Compare::kTime: {
      if (a.type != ':' || b.type != ':') return a == b;
      const auto x = a.integer();
      const auto y = b.integer();
      if (x < 0 || y < 0) return x == y;
      return x - y <= kClockDifference && y - x <= kClockDifference;
    }
    case Compare::kShape:
      return a.type == b.type && a.null == b.null;
    case Compare::kPayload:
      if (a == b) return true;
      if (a.null || b.null) return false;
      const auto x = open_payload(a.text);
      return x.has_value() && x == open_payload(b.text);
  }
  return false;
}

}  // namespace countd::differential
