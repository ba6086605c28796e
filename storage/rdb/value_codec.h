// A value on its way between an entry and RDB bytes.
//
// Strings (HyperLogLogs are strings) are type 0, sketches are module values of RedisBloom's
// layout. The type byte stands before the key, so it is asked for by itself.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "storage/base/value.h"
#include "storage/rdb/decoder.h"
#include "storage/rdb/encoder.h"

namespace countd::storage::rdb {

/// The type byte of `value`. REQUIRES: a value.
std::uint8_t value_type(const ValueView& value);

/// What follows the key. `compress`: LZF for strings that gain by it.
void encode_value(Encoder& out, const ValueView& value, bool compress);

/// A value of type 0. Text in it lies in the input or in `made`.
NewValue decode_string_value(Decoder& in, MadeTexts& made);

/// What a value of a type that countd does not hold is called: "list", "module value TopK-TYPE".
struct Unsupported {
  std::string type;
};

/// The value, or nothing if the decoder failed or the type is one that countd does not hold; the
/// latter fills `unsupported`, and the value has been passed over. Text in the result lies in the
/// input or in `made`.
struct DecodedValue {
  std::optional<NewValue> value;
  std::optional<Unsupported> unsupported;
};
DecodedValue decode_value(Decoder& in, std::uint8_t type, Vendor vendor, MadeTexts& made);

}  // namespace countd::storage::rdb
