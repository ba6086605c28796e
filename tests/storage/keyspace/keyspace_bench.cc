// Measures the keyspace alone: bytes a key, nanoseconds an operation, the longest pause.
//
//   keyspace_bench [memory|speed|growth|pause|snapshot|all]
//
// Each memory figure is the growth of the process's resident set, taken in a child process of its
// own, so that one measurement's leftovers do not flatter the next, and after the allocator has
// given back what it only holds for later (it does so by itself within seconds). Times are
// processor time, so that other processes do not count.
#include <fmt/core.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <ctime>
#include <functional>
#include <string>
#include <vector>

#include "storage/keyspace/keyspace.h"

// jemalloc's, if that is linked; 4096 means all arenas.
extern "C" int mallctl(const char*, void*, std::size_t*, void*, std::size_t) __attribute__((weak));

namespace {

using namespace countd::storage;
struct Clock {
  static double now() {
    timespec time{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) * 1e9 + static_cast<double>(time.tv_nsec);
  }
};

double nanoseconds_since(double start) { return Clock::now() - start; }

std::size_t resident_bytes() {
  if (mallctl != nullptr) mallctl("arena.4096.purge", nullptr, nullptr, nullptr, 0);
  std::FILE* file = std::fopen("/proc/self/statm", "r");
  unsigned long size = 0;
  unsigned long resident = 0;
  if (file == nullptr || std::fscanf(file, "%lu %lu", &size, &resident) != 2) std::abort();
  std::fclose(file);
  return resident * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
}

enum class Kind { kCounter, kOpaque, kTtl };

// Writes the key into `buffer`.
std::string_view name_of(Kind kind, std::uint64_t number, std::array<char, 32>& buffer) {
  if (kind == Kind::kOpaque) {
    std::uint64_t mixed = number * 0x9E3779B97F4A7C15ULL;
    mixed ^= mixed >> 29;
    for (std::size_t index = 0; index < 16; ++index) {
      buffer[index] = "abcdefghijklmnop"[mixed >> (index * 4) & 15];
    }
    return {buffer.data(), 16};
  }
  const auto end = fmt::format_to(buffer.data(), "counter:{}", number);
  return {buffer.data(), static_cast<std::size_t>(end - buffer.data())};
}

void fill(Keyspace& keys, Kind kind, std::uint64_t count) {
  std::array<char, 32> buffer{};
  for (std::uint64_t number = 0; number < count; ++number) {
    const Key key = keys.key(name_of(kind, number, buffer), 0);
    const auto value = static_cast<std::int64_t>(number * 0x9E3779B97F4A7C15ULL);
    keys.set(key, value, kind == Kind::kTtl ? 1'000'000'000 : kNoExpiry);
  }
}

void memory(Kind kind, const char* what, std::uint64_t count) {
  std::fflush(stdout);
  const pid_t child = fork();
  if (child == 0) {
    const std::size_t before = resident_bytes();
    Keyspace keys{{}};
    fill(keys, kind, count);
    const auto each = [&](std::size_t bytes) {
      return static_cast<double>(bytes) / static_cast<double>(count);
    };
    fmt::print("{:<24} {:>9} keys: {:5.2f} bytes resident a key, {:5.2f} accounted\n", what, count,
               each(resident_bytes() - before), each(keys.memory_bytes()));
    std::fflush(stdout);
    _exit(0);
  }
  int status = 0;
  waitpid(child, &status, 0);
}

void memory_of_all_kinds() {
  for (const std::uint64_t count : {4'000'000, 5'000'000, 6'500'000, 8'000'000}) {
    memory(Kind::kCounter, "counter:<n>", count);
    memory(Kind::kOpaque, "16 opaque bytes", count);
    memory(Kind::kTtl, "counter:<n> with TTL", count);
  }
}

constexpr std::size_t kWave = 16;

// `prefetch`: all buckets of a wave of keys are fetched, then all records, then the work is done.
double add_speed(Keyspace& keys, std::uint64_t range, bool prefetch) {
  constexpr std::size_t kOperations = 4'000'000;
  std::vector<std::string> names;
  std::vector<Key> all;
  std::uint64_t state = 88172645463325252ULL;
  names.reserve(1 << 20);
  for (std::size_t index = 0; index < 1 << 20; ++index) {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    names.push_back("counter:" + std::to_string(state % range));
  }
  for (const auto& name : names) all.push_back(keys.key(name, 0));
  const auto start = Clock::now();
  std::int64_t total = 0;
  for (std::size_t done = 0; done < kOperations; done += kWave) {
    const Key* wave = &all[done % (1 << 20)];
    if (prefetch) {
      for (std::size_t index = 0; index < kWave; ++index) keys.prefetch_bucket(wave[index]);
      for (std::size_t index = 0; index < kWave; ++index) keys.prefetch_record(wave[index]);
    }
    for (std::size_t index = 0; index < kWave; ++index) total += *keys.add(wave[index], 1);
  }
  const double each = nanoseconds_since(start) / kOperations;
  if (total == 42) fmt::print("\n");
  return each;
}

void speed() {
  for (const std::uint64_t count : {1'000, 100'000, 5'000'000, 8'000'000}) {
    Keyspace keys{{}};
    std::array<char, 32> buffer{};
    for (std::uint64_t number = 0; number < count; ++number) {
      keys.set(keys.key(name_of(Kind::kCounter, number, buffer), 0), std::int64_t{0});
    }
    const double alone = add_speed(keys, count, false);
    const double ahead = add_speed(keys, count, true);
    fmt::print("add over {:>9} keys: {:6.1f} ns one by one, {:6.1f} ns prefetched 16 deep\n", count,
               alone, ahead);
  }
}

double insert_speed(std::uint64_t count, bool reserved, bool prefetch) {
  Keyspace keys{{}};
  if (reserved) keys.reserve(0, count);
  std::array<std::array<char, 32>, kWave> names{};
  std::array<Key, kWave> wave;
  const double start = Clock::now();
  for (std::uint64_t number = 0; number < count; number += kWave) {
    for (std::size_t index = 0; index < kWave; ++index) {
      wave[index] = keys.key(name_of(Kind::kCounter, number + index, names[index]), 0);
    }
    if (prefetch) {
      for (const Key& key : wave) keys.prefetch_bucket(key);
      for (const Key& key : wave) keys.prefetch_record(key);
      for (const Key& key : wave) keys.prefetch_room(key);
    }
    for (const Key& key : wave) keys.set(key, std::int64_t{1});
  }
  return nanoseconds_since(start) / static_cast<double>(count);
}

void growth() {
  constexpr std::uint64_t kKeys = 5'000'000;
  std::array<char, 32> buffer{};
  for (const bool reserved : {false, true}) {
    const double alone = insert_speed(kKeys, reserved, false);
    const double ahead = insert_speed(kKeys, reserved, true);
    fmt::print("insert of {} keys, {}: {:.1f} ns one by one, {:.1f} ns prefetched\n", kKeys,
               reserved ? "reserved" : "growing", alone, ahead);
  }
  Keyspace keys{{}};
  std::vector<float> pauses;
  pauses.reserve(kKeys);
  for (std::uint64_t number = 0; number < kKeys; ++number) {
    const Key key = keys.key(name_of(Kind::kCounter, number, buffer), 0);
    const auto start = Clock::now();
    keys.set(key, std::int64_t{1});
    pauses.push_back(static_cast<float>(nanoseconds_since(start)));
  }
  std::sort(pauses.begin(), pauses.end());
  const auto at = [&](double part) {
    return pauses[static_cast<std::size_t>(part * (kKeys - 1))] / 1'000;
  };
  fmt::print("one insert: p50 {:.2f} us, p99 {:.1f}, p99.9 {:.1f}, p99.99 {:.1f}, ", at(0.5),
             at(0.99), at(0.999), at(0.9999));
  fmt::print("p99.999 {:.1f}, longest {:.1f}\n", at(0.99999), at(1));
  const auto start = Clock::now();
  keys.clear(0);
  fmt::print("clear of {} keys: {:.1f} ms\n", kKeys, nanoseconds_since(start) / 1e6);
}

// Every round grows in the same way, so what the same insertion takes at least is its own, and what
// it takes more in some rounds is the machine's.
void pauses() {
  constexpr std::uint64_t kKeys = 2'000'000;
  constexpr int kRounds = 5;
  std::array<char, 32> buffer{};
  std::vector<float> least(kKeys, 1e9F);
  for (int round = 0; round < kRounds; ++round) {
    Keyspace keys{{}};
    for (std::uint64_t number = 0; number < kKeys; ++number) {
      const Key key = keys.key(name_of(Kind::kCounter, number, buffer), 0);
      const auto start = Clock::now();
      keys.set(key, std::int64_t{1});
      least[number] = std::min(least[number], static_cast<float>(nanoseconds_since(start)));
    }
  }
  std::sort(least.begin(), least.end(), std::greater<>());
  fmt::print("growing to {} keys, the longest insertions: {:.1f}, {:.1f}, {:.1f} us\n", kKeys,
             least[0] / 1e3, least[1] / 1e3, least[2] / 1e3);
}

struct Counting : EntrySink {
  void emit(int, std::string_view key, const ValueView& value, Millis) override {
    ++entries;
    bytes += key.size();
    sum += value.integer();
  }
  std::uint64_t entries = 0;
  std::uint64_t bytes = 0;
  std::int64_t sum = 0;
};

void snapshot() {
  constexpr std::uint64_t kKeys = 5'000'000;
  Keyspace keys{{}};
  fill(keys, Kind::kCounter, kKeys);
  for (int round = 0; round < 2; ++round) {
    Counting sink;
    const auto start = Clock::now();
    double longest = 0;
    keys.begin_snapshot(sink);
    for (bool over = false; !over;) {
      const auto slice = Clock::now();
      over = keys.snapshot_slice(1'000);
      longest = std::max(longest, nanoseconds_since(slice));
    }
    fmt::print("snapshot of {} entries: {:.1f} ns each, longest slice of 1000 {:.0f} us\n",
               sink.entries, nanoseconds_since(start) / kKeys, longest / 1'000);
  }
  std::uint64_t cursor = 0;
  std::uint64_t visited = 0;
  std::uint64_t steps = 0;
  const auto start = Clock::now();
  do {
    cursor = keys.scan(0, cursor, 10, [&](std::string_view, const EntryView&) { ++visited; });
  } while (cursor != 0 && ++steps < 200'000);
  fmt::print("SCAN COUNT 10: {:.2f} us a step\n",
             nanoseconds_since(start) / 1e3 / static_cast<double>(steps));
  const auto evicting = Clock::now();
  for (int evicted = 0; evicted < 100'000; ++evicted) {
    keys.evict_one(EvictionPolicy::kAllKeysLru, 5);
  }
  fmt::print("eviction by LRU, 5 samples: {:.0f} ns each\n", nanoseconds_since(evicting) / 1e5);
}

}  // namespace

int main(int argc, char** argv) {
  const std::string what = argc > 1 ? argv[1] : "all";
  const bool all = what == "all";
  if (all || what == "memory") memory_of_all_kinds();
  if (all || what == "speed") speed();
  if (all || what == "growth") growth();
  if (all || what == "pause") pauses();
  if (all || what == "snapshot") snapshot();
}
