// A command as a user types it, split into words by the rules of redis-cli.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace countd::test {

using Words = std::vector<std::string>;

/// "a b" with \n \r \t \b \a \\ \" and \xNN, 'a b' with \' only, else bare words.
/// Throws std::runtime_error for quotes that do not close or are followed by more.
Words split_words(std::string_view line);

/// The request on the wire: an array of bulk strings.
std::string to_request(const Words& words);

}  // namespace countd::test
