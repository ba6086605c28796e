#include "storage/rdb/value_codec.h"

#include <utility>

#include "storage/base/assert.h"
#include "storage/rdb/module_value.h"
#include "storage/rdb/sketch_codec.h"
#include "storage/rdb/skip_value.h"

namespace countd::storage::rdb {
namespace {

DecodedValue decode_module(Decoder& in) {
  DecodedValue decoded;
  const std::uint64_t id = in.length();
  if (id == kCountMinId) {
    decoded.value = decode_sketch(in);
  } else {
    skip_module_parts(in);
    decoded.unsupported = Unsupported{"module value " + module_name(id)};
  }
  return decoded;
}

}  // namespace

std::uint8_t value_type(const ValueView& value) {
  ASSERT(value.type() != Type::kNone);
  const bool sketch = value.type() == Type::kCountMin;
  return static_cast<std::uint8_t>(sketch ? ValueType::kModule : ValueType::kString);
}

void encode_value(Encoder& out, const ValueView& value, bool compress) {
  if (value.is_integer()) return out.integer(value.integer());
  if (value.type() == Type::kCountMin) {
    return encode_sketch(out, static_cast<const CountMinSketch&>(*value.object()));
  }
  IntegerText buffer;
  out.string(value.text(buffer), compress);
}

NewValue decode_string_value(Decoder& in, MadeTexts& made) {
  const StringRead read = in.string(made);
  if (read.is_integer) return read.integer;
  return value_of_text(read.text);
}

DecodedValue decode_value(Decoder& in, std::uint8_t type, Vendor vendor, MadeTexts& made) {
  DecodedValue decoded;
  if (type == static_cast<std::uint8_t>(ValueType::kString)) {
    decoded.value = decode_string_value(in, made);
  } else if (type == static_cast<std::uint8_t>(ValueType::kModule)) {
    decoded = decode_module(in);
  } else {
    skip_value(in, type, vendor);
    decoded.unsupported = Unsupported{std::string{type_name(type)}};
  }
  if (in.failed()) return {};
  return decoded;
}

}  // namespace countd::storage::rdb
