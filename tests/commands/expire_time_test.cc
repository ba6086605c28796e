#include <doctest/doctest.h>

#include <vector>

#include "commands/expire_time.h"

using namespace countd::commands;
using countd::storage::Errc;
using countd::storage::Millis;

namespace {

constexpr Millis kNow = 1'000'000;

// The time, or -1 and the failure.
std::pair<Millis, std::optional<Errc>> read(std::string_view unit, std::string_view text) {
  const std::vector<std::string_view> words = {"set"};
  CallContext context{.now = kNow};
  Arguments args(words, context);
  const Millis time = expire_time(args, text, *expire_unit(unit));
  if (args.failed()) return {-1, args.error()};
  return {time, std::nullopt};
}

}  // namespace

TEST_CASE("times are seconds or milliseconds, from now or since 1970") {
  CHECK(read("EX", "10").first == kNow + 10'000);
  CHECK(read("px", "10").first == kNow + 10);
  CHECK(read("ExAt", "10").first == 10'000);
  CHECK(read("PXAT", "10").first == 10);
  CHECK_FALSE(expire_unit("EXX"));
}

TEST_CASE("a time is positive and within milliseconds of 64 bits") {
  CHECK(read("EX", "0").second == Errc::kInvalidExpire);
  CHECK(read("PXAT", "-1").second == Errc::kInvalidExpire);
  CHECK(read("EX", "9223372036854775").second == Errc::kInvalidExpire);
  CHECK(read("EXAT", "9223372036854775").first == 9'223'372'036'854'775'000);
  CHECK(read("PX", "9223372036854775807").second == Errc::kInvalidExpire);
  CHECK(read("PXAT", "9223372036854775807").first == 9'223'372'036'854'775'807);
  CHECK(read("EX", "soon").second == Errc::kNotInteger);
}

TEST_CASE("of one kind the last option counts, two kinds are not taken") {
  const std::vector<std::string_view> words = {"EX", "1", "ex", "2", "PX", "3"};
  CallContext context{.now = kNow};
  Arguments args(words, context, 0, 0);
  ExpireOption option;
  CHECK(option.take(args));
  CHECK(option.take(args));
  CHECK_FALSE(option.take(args));
  CHECK(args.remaining() == 2);
  CHECK(option.time(args) == kNow + 2000);
}

TEST_CASE("an option without its value is not taken") {
  const std::vector<std::string_view> words = {"EX"};
  CallContext context;
  Arguments args(words, context, 0, 0);
  ExpireOption option;
  CHECK_FALSE(option.take(args));
  CHECK(option.kind() == ExpireOption::Kind::kNone);
}
