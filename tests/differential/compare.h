// Do two servers' replies agree?
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "tests/differential/grammar.h"
#include "tests/support/reply.h"

namespace countd::differential {

bool agree(const test::Reply& a, const test::Reply& b, Compare how);

/// A DUMP payload of a string as its type, its value with LZF undone, and its version; nullopt if
/// it is none.
std::optional<std::string> open_payload(std::string_view payload);

}  // namespace countd::differential
