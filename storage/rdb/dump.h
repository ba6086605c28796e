// What DUMP answers and RESTORE takes: one value, the version of its encoding, and a CRC.
//
//   type value version:u16le crc64le          "\x00\xC0\x01" "\x0A\x00" crc  is the counter 1
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <variant>

#include "storage/base/result.h"
#include "storage/base/value.h"

namespace countd::storage::rdb {

/// The payload of `value`, as Redis 7.0 spells it. `compress`: the option rdbcompression.
/// REQUIRES: a value.
std::string dump(const ValueView& value, bool compress = true);

/// As Keyspace::Taken holds a value, so that Keyspace::put takes it.
using OwnedValue = std::variant<std::int64_t, std::string, std::unique_ptr<Object>>;

/// kBadDump: the version or the CRC is not right. kBadDumpFormat: the value is not, or is of a
/// type that countd does not hold.
Result<OwnedValue> restore(std::string_view payload);

}  // namespace countd::storage::rdb
