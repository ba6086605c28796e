#include "server/placement.h"

#include <algorithm>
#include <charconv>

namespace countd::server {
namespace {

constexpr int kBusyPercent = 75;
constexpr int kIdleNeeded = 20;

std::size_t fewest(std::span<const ThreadLoad> threads) {
  const auto least = std::ranges::min_element(threads, {}, &ThreadLoad::connections);
  return static_cast<std::size_t>(least - threads.begin());
}

}  // namespace

int thread_count(int option, unsigned processors) {
  constexpr unsigned kMostThreads = 64;
  if (option > 0) return option;
  return static_cast<int>(std::clamp(processors / 2, 1U, kMostThreads));
}

std::size_t place(config::ConnectionPlacement placement, std::span<const ThreadLoad> threads,
                  int idle_percent) {
  if (placement == config::ConnectionPlacement::kEven) return fewest(threads);
  std::size_t working = 0;
  while (working < threads.size() && threads[working].connections > 0) ++working;
  for (std::size_t i = 0; i < working; ++i) {
    if (threads[i].busy_percent < kBusyPercent) return i;
  }
  if (working == 0) return 0;
  if (working < threads.size() && idle_percent >= kIdleNeeded) return working;
  return fewest(threads.first(working));
}

int IdleGauge::update(std::string_view stat) {
  // "cpu  user nice system idle iowait irq softirq steal …"
  std::uint64_t total = 0;
  std::uint64_t idle = 0;
  const char* at = stat.data();
  const char* const end = at + std::min(stat.size(), stat.find('\n'));
  for (int field = 0; at < end; ++field) {
    while (at < end && (*at < '0' || *at > '9')) ++at;
    std::uint64_t value = 0;
    const auto [next, error] = std::from_chars(at, end, value);
    if (error != std::errc{}) break;
    at = next;
    if (field < 8) total += value;
    if (field == 3 || field == 4) idle += value;
  }
  const auto elapsed = total - total_;
  const int share = elapsed == 0 ? 100 : static_cast<int>((idle - idle_) * 100 / elapsed);
  total_ = total;
  idle_ = idle;
  return std::clamp(share, 0, 100);
}

}  // namespace countd::server
