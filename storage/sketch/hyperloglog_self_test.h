// What PFSELFTEST runs: does this machine's path through the registers give what the portable one
// gives, and do sketches of some thousand elements count them?
#pragma once

#include <string_view>

namespace countd::storage::hyperloglog {

/// Empty, or what went wrong.
std::string_view self_test();

}  // namespace countd::storage::hyperloglog
