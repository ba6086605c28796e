#include "tools/check/time_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <chrono>

namespace countd::check {
namespace {

using namespace std::chrono;

template <class Number>
bool parse_digits(std::string_view text, Number& number) {
  const bool digits =
      std::all_of(text.begin(), text.end(), [](char byte) { return byte >= '0' && byte <= '9'; });
  if (text.empty() || !digits) return false;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc{};
}

}  // namespace

std::optional<storage::Millis> parse_time(std::string_view text) {
  constexpr std::int64_t kLastSecond = 253'402'300'799;  // 9999-12-31T23:59:59Z
  std::int64_t since = 0;
  if (parse_digits(text, since)) {
    if (since > kLastSecond) return {};
    return since * 1000;
  }
  constexpr std::string_view kForm = "0000-00-00T00:00:00Z";
  if (text.size() != kForm.size()) return {};
  for (std::size_t i = 0; i < kForm.size(); ++i) {
    if (kForm[i] != '0' && text[i] != kForm[i]) return {};
  }
  int years = 0;
  unsigned months = 0;
  unsigned days_in = 0;
  int hour = 0;
  int minute = 0;
  int second = 0;
  if (!parse_digits(text.substr(0, 4), years) || !parse_digits(text.substr(5, 2), months) ||
      !parse_digits(text.substr(8, 2), days_in) || !parse_digits(text.substr(11, 2), hour) ||
      !parse_digits(text.substr(14, 2), minute) || !parse_digits(text.substr(17, 2), second)) {
    return {};
  }
  const year_month_day date{year{years}, month{months}, day{days_in}};
  if (!date.ok() || years < 1970 || hour > 23 || minute > 59 || second > 59) return {};
  const auto time = sys_days{date} + hours{hour} + minutes{minute} + seconds{second};
  return duration_cast<milliseconds>(time.time_since_epoch()).count();
}

std::string spell_time(storage::Millis time) {
  const sys_seconds when{floor<seconds>(milliseconds{time})};
  const auto midnight = floor<days>(when);
  const year_month_day date{midnight};
  const hh_mm_ss clock{when - midnight};
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     clock.hours().count(), clock.minutes().count(), clock.seconds().count());
}

}  // namespace countd::check
