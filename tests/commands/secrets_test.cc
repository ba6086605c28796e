#include "commands/secrets.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using countd::commands::hide_secrets;
using Words = std::vector<std::string>;

TEST_CASE("the values of secret options are hidden, whatever stands beside them") {
  Words words = {"CONFIG", "SET", "timeout", "5", "RequirePass", "zzz", "masterauth", "yyy"};
  hide_secrets(words);
  CHECK(words == Words{"CONFIG", "SET", "timeout", "5", "RequirePass", "(redacted)", "masterauth",
                       "(redacted)"});
  Words none = {"CONFIG", "SET", "requirepass"};
  hide_secrets(none);
  CHECK(none == Words{"CONFIG", "SET", "requirepass"});
}
