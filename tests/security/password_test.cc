#include "security/password.h"

#include <doctest/doctest.h>

#include <string>

using countd::security::equal_in_constant_time;
using countd::security::password_opens;

TEST_CASE("texts are equal if and only if every byte is") {
  const std::string text("pass\0word\xff", 10);
  CHECK(equal_in_constant_time(text, text));
  CHECK(equal_in_constant_time("", ""));
  for (std::size_t i = 0; i < text.size(); ++i) {
    for (int bit = 0; bit < 8; ++bit) {
      std::string other = text;
      other[i] = static_cast<char>(other[i] ^ (1 << bit));
      CHECK_FALSE(equal_in_constant_time(text, other));
    }
  }
  CHECK_FALSE(equal_in_constant_time(text, text.substr(1)));
  CHECK_FALSE(equal_in_constant_time(text, ""));
}

TEST_CASE("a server without a password is open to any, with one to that one only") {
  CHECK(password_opens("", ""));
  CHECK(password_opens("", "anything"));
  CHECK(password_opens("secret", "secret"));
  CHECK_FALSE(password_opens("secret", "Secret"));
  CHECK_FALSE(password_opens("secret", ""));
  CHECK_FALSE(password_opens("secret", "secret2"));
}
