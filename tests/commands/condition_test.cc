#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "commands/arguments.h"
#include "commands/condition.h"

using countd::commands::Arguments;
using countd::commands::Condition;
using countd::commands::digest_of;
using countd::storage::EntryView;
using countd::storage::ValueView;

namespace {

EntryView entry_of(std::string_view text) { return {.exists = true, .value = ValueView(text)}; }

Condition comparison(const std::vector<std::string_view>& words) {
  countd::commands::CallContext context;
  Arguments args(words, context, 0, 0);
  Condition condition;
  CHECK(condition.take_comparison(args));
  return condition;
}

}  // namespace

TEST_CASE("digests are the XXH3 of the value, in 16 digits") {
  CHECK(digest_of("hello") == "9555e8555c62dcfd");
  CHECK(digest_of("") == "2d06800538d394c2");
  CHECK(digest_of("v8") == "0cc76dbb41381419");
}

TEST_CASE("a missing key equals nothing and differs from everything") {
  const EntryView missing;
  CHECK_FALSE(comparison({"IFEQ", "a"}).holds(missing));
  CHECK(comparison({"IFNE", "a"}).holds(missing));
  CHECK_FALSE(comparison({"IFDEQ", "9555e8555c62dcfd"}).holds(missing));
  CHECK(comparison({"IFDNE", "9555e8555c62dcfd"}).holds(missing));
}

TEST_CASE("values are compared as bytes, digests whatever the case of their digits") {
  CHECK(comparison({"ifeq", "hello"}).holds(entry_of("hello")));
  CHECK_FALSE(comparison({"ifeq", "Hello"}).holds(entry_of("hello")));
  CHECK(comparison({"ifdeq", "9555E8555C62DCFD"}).holds(entry_of("hello")));
  CHECK_FALSE(comparison({"ifdne", "9555E8555C62DCFD"}).holds(entry_of("hello")));
  const EntryView integer{.exists = true, .value = ValueView(std::int64_t{12})};
  CHECK(comparison({"ifeq", "12"}).holds(integer));
  CHECK_FALSE(comparison({"ifeq", "012"}).holds(integer));
}

TEST_CASE("conditions that contradict each other are not taken") {
  const std::vector<std::string_view> words = {"nx", "nx", "xx"};
  countd::commands::CallContext context;
  Arguments args(words, context, 0, 0);
  Condition condition;
  CHECK(condition.take_existence(args));
  CHECK(condition.take_existence(args));
  CHECK_FALSE(condition.take_existence(args));
  CHECK(args.remaining() == 1);
}

TEST_CASE("a digest has 16 digits or is refused") {
  const std::vector<std::string_view> words = {"ifdeq", "123"};
  countd::commands::CallContext context;
  Arguments args(words, context, 0, 0);
  Condition condition;
  REQUIRE(condition.take_comparison(args));
  condition.check(args);
  CHECK(args.failed());
}
