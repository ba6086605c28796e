// Redis's patterns: ? one byte, * any bytes, [abc] [a-z] [^a] one of (or none of) a class, \x the
// byte x. An unclosed class ends with the pattern.
#pragma once

#include <string_view>

namespace countd::config {

/// Is there more in it than one text can match?
bool has_wildcard(std::string_view pattern);

/// Does the whole of `text` match? In time of at most pattern times text: a star is tried again
/// only from the last one seen, since whatever an earlier star could give, the later one can.
bool glob_matches(std::string_view pattern, std::string_view text, bool ignore_case = false);

}  // namespace countd::config
