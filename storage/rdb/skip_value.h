// Passes over values of types that countd does not hold, by their shape alone.
#pragma once

#include <cstdint>
#include <string_view>

#include "storage/rdb/decoder.h"

namespace countd::storage::rdb {

/// Passes over one value; fails for a type that is not known or cannot be passed over.
/// `vendor`: type 22 means one thing in files of Redis, another in those of Valkey.
void skip_value(Decoder& in, std::uint8_t type, Vendor vendor);

/// "list", "hash", …; "module value" for all modules.
std::string_view type_name(std::uint8_t type);

}  // namespace countd::storage::rdb
