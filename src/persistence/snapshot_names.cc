#include "persistence/snapshot_names.h"

#include <fmt/format.h>

#include <charconv>
#include <chrono>

namespace countd::persistence {
namespace {

constexpr std::string_view kTemporaryFront = "temp-";
constexpr std::string_view kBack = ".rdb";
constexpr std::string_view kTimeShape = "00000000T000000Z";

/// Takes the digits at the front of `text` away.
std::optional<std::int64_t> take_number(std::string_view& text) {
  std::int64_t number = 0;
  if (text.empty() || text[0] < '0' || text[0] > '9') return {};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{}) return {};
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return number;
}

std::string_view stem(std::string_view file_name) {
  if (file_name.ends_with(kBack)) file_name.remove_suffix(kBack.size());
  return file_name;
}

}  // namespace

std::string temporary_snapshot_name(std::int64_t process, std::uint64_t number) {
  return fmt::format("{}{}-{}{}", kTemporaryFront, process, number, kBack);
}

std::optional<std::int64_t> temporary_snapshot_process(std::string_view name) {
  if (!name.starts_with(kTemporaryFront)) return {};
  name.remove_prefix(kTemporaryFront.size());
  const auto process = take_number(name);
  if (!process || !name.starts_with("-")) return {};
  name.remove_prefix(1);
  if (!take_number(name) || name != kBack) return {};
  return process;
}

std::string kept_snapshot_name(std::string_view file_name, std::int64_t made_seconds) {
  const std::chrono::sys_seconds made{std::chrono::seconds{made_seconds}};
  const auto day = std::chrono::floor<std::chrono::days>(made);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss time{made - day};
  return fmt::format("{}-{:04}{:02}{:02}T{:02}{:02}{:02}Z{}", stem(file_name),
                     static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                     static_cast<unsigned>(date.day()), time.hours().count(),
                     time.minutes().count(), time.seconds().count(), kBack);
}

bool is_kept_snapshot(std::string_view name, std::string_view file_name) {
  const auto front = stem(file_name);
  if (name.size() != front.size() + 1 + kTimeShape.size() + kBack.size()) return false;
  if (!name.starts_with(front) || name[front.size()] != '-' || !name.ends_with(kBack)) return false;
  const auto time = name.substr(front.size() + 1, kTimeShape.size());
  for (std::size_t i = 0; i < time.size(); ++i) {
    const bool digit = time[i] >= '0' && time[i] <= '9';
    if (kTimeShape[i] == '0' ? !digit : time[i] != kTimeShape[i]) return false;
  }
  return true;
}

}  // namespace countd::persistence
