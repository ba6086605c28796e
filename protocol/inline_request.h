// A request as a person types it: words on one line, separated by blanks.
//
//   SET "a key" 'it\'s'      three words; \' is the one escape between single quotes
//   SET "a\tkey\x00\"" v      between double quotes: \n \r \t \b \a \xHH, else the next byte
//   SET ab"c d" v             a quote may begin within a word: abc d
//   SET "a"b v                unbalanced: a closing quote must be followed by a blank
//
// A NUL is a byte like any other (Redis would wait for ever for the end of such a line).
#pragma once

#include <deque>
#include <string>
#include <string_view>
#include <vector>

namespace countd::protocol {

/// Appends the words of `line` (without its line end) to `words`. Words without quotes are views
/// into `line`; a word with quotes is unescaped into a new element of `unquoted`.
/// False: unbalanced quotes; what was appended by then stays.
bool split_words(std::string_view line, std::vector<std::string_view>& words,
                 std::deque<std::string>& unquoted);

}  // namespace countd::protocol
