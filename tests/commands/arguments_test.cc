#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "commands/arguments.h"
#include "commands/reply.h"
#include "config/options.h"
#include "protocol/byte_buffer.h"
#include "tests/support/words.h"

using countd::commands::Arguments;
using countd::commands::CallContext;
using countd::storage::Errc;

namespace {

struct Fixture {
  countd::config::Options options;
  CallContext context{.options = &options, .hash_seed = 7, .now = 1000, .db = 3};

  Arguments over(const std::vector<std::string_view>& words, std::uint64_t first_hash = 0) {
    return {words, context, first_hash};
  }
};

std::string report(const Arguments& args) {
  countd::commands::ReplySlot slot;
  countd::protocol::ByteBuffer arena;
  countd::commands::Reply reply(slot, arena, countd::protocol::Version::kResp2);
  reply.array(0);  // so that the error is written out
  args.report(reply);
  return std::string(arena.view().substr(4));
}

}  // namespace

TEST_CASE_FIXTURE(Fixture, "the first failure is the one that is told") {
  const std::vector<std::string_view> words = {"incrby", "k", "x"};
  auto args = over(words);
  args.next();
  CHECK(args.next_int() == 0);
  args.next();
  REQUIRE(args.failed());
  CHECK(args.error() == Errc::kNotInteger);
  CHECK(report(args) == "-ERR value is not an integer or out of range\r\n");
}

TEST_CASE_FIXTURE(Fixture, "words past the end are a syntax error") {
  const auto text = countd::test::split_words("get k");
  const std::vector<std::string_view> words(text.begin(), text.end());
  auto args = over(words);
  args.skip(1);
  CHECK(args.done());
  CHECK(args.next().empty());
  CHECK(args.error() == Errc::kSyntax);
}

TEST_CASE_FIXTURE(Fixture, "a failure may have words of its own") {
  const std::vector<std::string_view> words = {"x"};
  auto args = over(words);
  args.fail("ERR of its own");
  args.fail(Errc::kSyntax);
  CHECK(report(args) == "-ERR of its own\r\n");
}

TEST_CASE_FIXTURE(Fixture, "an invalid expiry names the command in lower case") {
  const std::vector<std::string_view> words = {"SetEx", "k"};
  auto args = over(words);
  args.fail(Errc::kInvalidExpire);
  CHECK(report(args) == "-ERR invalid expire time in 'setex' command\r\n");
}

TEST_CASE_FIXTURE(Fixture, "tokens are taken whatever their case, and only as a whole") {
  const std::vector<std::string_view> words = {"set", "kEEpttl", "nxx"};
  auto args = over(words);
  CHECK(args.next_is("keepttl"));
  CHECK_FALSE(args.next_is("nx"));
  CHECK(args.remaining() == 1);
}

TEST_CASE_FIXTURE(Fixture, "the known hash is the first key's and no other's") {
  const std::vector<std::string_view> words = {"mget", "a", "a"};
  auto args = over(words, 99);
  CHECK(args.next_key().hash == 99);
  const auto second = args.next_key();
  CHECK(second.hash == countd::storage::hash_key("a", 7));
  CHECK(second.db == 3);
}

TEST_CASE_FIXTURE(Fixture, "a database is one of those there are") {
  const auto db_of = [&](std::string_view text) {
    const std::vector<std::string_view> words = {"select", text};
    auto args = over(words);
    const int db = args.next_db();
    return args.failed() ? report(args) : std::to_string(db);
  };
  CHECK(db_of("15") == "15");
  CHECK(db_of("16") == "-ERR DB index is out of range\r\n");
  CHECK(db_of("-1") == "-ERR DB index is out of range\r\n");
  CHECK(db_of("x") == "-ERR value is not an integer or out of range\r\n");
  CHECK(db_of("2147483648") ==
        "-ERR value is out of range, value must between -2147483648 and 2147483647\r\n");
}
