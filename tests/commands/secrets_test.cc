#include "commands/secrets.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using countd::commands::hide_secrets;
using Words = std::vector<std::string>;

namespace {

Words hidden(Words words) {
  hide_secrets(words);
  return words;
}

}  // namespace

TEST_CASE("the values of secret options are hidden, whatever stands beside them") {
  CHECK(hidden({"CONFIG", "SET", "timeout", "5", "RequirePass", "zzz", "masterauth", "yyy"}) ==
        Words{"CONFIG", "SET", "timeout", "5", "RequirePass", "(redacted)", "masterauth",
              "(redacted)"});
  CHECK(hidden({"CONFIG", "SET", "requirepass"}) == Words{"CONFIG", "SET", "requirepass"});
  CHECK(hidden({"CONFIG", "SET", "no-such", "x"}) == Words{"CONFIG", "SET", "no-such", "x"});
}

TEST_CASE("who somebody is and his password are hidden") {
  CHECK(hidden({"auth", "zzz"}) == Words{"auth", "(redacted)"});
  CHECK(hidden({"AUTH", "me", "zzz"}) == Words{"AUTH", "(redacted)", "(redacted)"});
  CHECK(hidden({"HELLO"}) == Words{"HELLO"});
  CHECK(hidden({"HELLO", "3", "SETNAME", "auth"}) == Words{"HELLO", "3", "SETNAME", "auth"});
  CHECK(hidden({"HELLO", "3", "SETNAME", "auth", "AUTH", "me", "zzz"}) ==
        Words{"HELLO", "3", "SETNAME", "auth", "AUTH", "(redacted)", "(redacted)"});
  CHECK(hidden({"HELLO", "3", "AUTH", "zzz"}) == Words{"HELLO", "3", "AUTH", "(redacted)"});
  CHECK(hidden({"hello", "3", "setname", "n", "Auth", "me", "zzz"}) ==
        Words{"hello", "3", "setname", "n", "Auth", "(redacted)", "(redacted)"});
}
