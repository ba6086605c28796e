// Many clients increment a few counters at once while others disturb them; afterwards every reply
// is checked (increment_history.h).
//
//   increment_checker --server COMMAND [--increments N] [--clients N] [--connections N]
//
// Ten counters are checked value by value while EXPIRE and PERSIST change their lifetimes, GET and
// MGET read them, SET and MSET write other keys and BGSAVE saves. Two more are set back to 0 by
// GETSET meanwhile: of these, what GETSET told and what is left must add up.
#include <array>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <random>
#include <stdexcept>
#include <thread>

#include "tests/end_to_end/increment_history.h"
#include "tests/support/server_process.h"

namespace countd::test {
namespace {

constexpr std::size_t kCounters = 10;
constexpr std::size_t kResetCounters = 2;
constexpr std::array<std::size_t, 5> kDepths = {1, 2, 16, 64, 200};

struct Setting {
  std::string server;
  std::uint64_t increments = 2000000;
  std::size_t clients = 4;      // threads
  std::size_t connections = 6;  // of each
};

std::string counter_name(std::size_t index) { return "counter:" + std::to_string(index); }

std::uint64_t now() {
  return static_cast<std::uint64_t>(std::chrono::steady_clock::now().time_since_epoch().count());
}

// A connection with the batch it waits for.
struct Flight {
  struct Sent {
    std::size_t counter;
    std::int64_t delta;
  };
  Client client;
  std::uint64_t began = 0;
  std::vector<Sent> sent = {};
};

class Incrementer {
 public:
  Incrementer(const Setting& setting, const ServerProcess& server, std::uint64_t seed)
      : random_(seed), left_(setting.increments / setting.clients) {
    for (std::size_t i = 0; i < setting.connections; ++i) {
      flights_.push_back({.client = server.connect()});
    }
    for (auto& history : histories_) history.reserve(left_ / kCounters * 11 / 10);
  }

  void run() {
    while (left_ > 0) {
      for (auto& flight : flights_) launch(flight);
      for (auto& flight : flights_) land(flight);
    }
  }

  [[nodiscard]] const std::vector<Increment>& history(std::size_t counter) const {
    return histories_[counter];
  }
  [[nodiscard]] std::int64_t added_to_reset(std::size_t index) const { return reset_sums_[index]; }

 private:
  void launch(Flight& flight) {
    const auto depth = std::min<std::uint64_t>(kDepths[random_() % kDepths.size()], left_);
    left_ -= depth;
    flight.sent.clear();
    std::string bytes;
    // Sometimes a run on one key, as a hot counter sees it.
    const bool hot = random_() % 4 == 0;
    const auto one = random_() % (kCounters + kResetCounters);
    for (std::uint64_t i = 0; i < depth; ++i) {
      const auto counter = hot ? one : random_() % (kCounters + kResetCounters);
      const auto delta = static_cast<std::int64_t>(random_() % 4 == 0 ? 1 + random_() % 5 : 1);
      flight.sent.push_back({counter, delta});
      bytes += delta == 1 ? to_request({"INCR", counter_name(counter)})
                          : to_request({"INCRBY", counter_name(counter), std::to_string(delta)});
    }
    flight.began = now();
    flight.client.send_bytes(bytes);
  }

  void land(Flight& flight) {
    std::array<std::int64_t, kCounters> last{};
    for (const auto& [counter, delta] : flight.sent) {
      const auto value = flight.client.read().integer();
      if (counter >= kCounters) {
        reset_sums_[counter - kCounters] += delta;
        continue;
      }
      if (value <= last[counter]) throw std::runtime_error("a pipeline's replies are out of order");
      last[counter] = value;
      histories_[counter].push_back({value, delta, flight.began, now()});
    }
  }

  std::mt19937_64 random_;
  std::uint64_t left_;
  std::vector<Flight> flights_;
  std::array<std::vector<Increment>, kCounters> histories_;
  std::array<std::int64_t, kResetCounters> reset_sums_{};
};

// Everything that must not matter, until told to stop; what GETSET told is summed.
class Disturber {
 public:
  explicit Disturber(const ServerProcess& server) : client_(server.connect()) {}

  void run(const std::atomic<bool>& stop) {
    while (!stop) {
      const auto counter = counter_name(random_() % kCounters);
      expect_number(client_.call({"EXPIRE", counter, "1000000"}));
      expect_number(client_.call({"PERSIST", counter}));
      expect_number(client_.call({"PEXPIRE", counter, "1000000000"}));
      client_.call({"GET", counter});
      client_.call({"SET", "other:" + std::to_string(random_() % 100), "x", "EX", "100"});
      client_.call({"MSET", "other:1", "1", "other:2", "2", "other:3", "3"});
      client_.call({"MGET", counter, "other:2", counter_name(random_() % kCounters)});
      for (std::size_t i = 0; i < kResetCounters; ++i) reset(i);
      if (++rounds_ % 200 == 1) client_.call({"BGSAVE"});
    }
  }

  void reset(std::size_t index) {
    const auto old = client_.call({"GETSET", counter_name(kCounters + index), "0"});
    if (old.is_error()) throw std::runtime_error(old.text);
    if (!old.null) told_[index] += std::stoll(old.text);
  }

  [[nodiscard]] std::int64_t told(std::size_t index) const { return told_[index]; }
  [[nodiscard]] std::uint64_t rounds() const { return rounds_; }

 private:
  static void expect_number(const Reply& reply) { static_cast<void>(reply.integer()); }

  Client client_;
  std::mt19937_64 random_{42};
  std::uint64_t rounds_ = 0;
  std::array<std::int64_t, kResetCounters> told_{};
};

int check(const std::vector<Incrementer>& incrementers, const Disturber& disturber) {
  int faults = 0;
  std::size_t checked = 0;
  for (std::size_t counter = 0; counter < kCounters; ++counter) {
    std::vector<Increment> all;
    for (const auto& one : incrementers) {
      all.insert(all.end(), one.history(counter).begin(), one.history(counter).end());
    }
    checked += all.size();
    if (const auto fault = find_fault(all)) {
      std::printf("%s: %s\n", counter_name(counter).c_str(), fault->c_str());
      ++faults;
    }
  }
  for (std::size_t index = 0; index < kResetCounters; ++index) {
    std::int64_t added = 0;
    for (const auto& one : incrementers) added += one.added_to_reset(index);
    if (added != disturber.told(index)) {
      std::printf("%s: %lld were added, GETSET told of %lld\n",
                  counter_name(kCounters + index).c_str(), static_cast<long long>(added),
                  static_cast<long long>(disturber.told(index)));
      ++faults;
    }
  }
  std::printf("%zu increments of %zu counters checked, %llu rounds of disturbance, %d faults\n",
              checked, kCounters, static_cast<unsigned long long>(disturber.rounds()), faults);
  return faults;
}

int run(const Setting& setting) {
  ServerProcess server(setting.server);
  std::vector<Incrementer> incrementers;
  for (std::size_t i = 0; i < setting.clients; ++i) incrementers.emplace_back(setting, server, i);
  Disturber disturber(server);
  std::atomic<bool> stop = false;
  std::atomic<int> broken = 0;
  const auto guarded = [&broken](auto&& work) {
    try {
      work();
    } catch (const std::exception& error) {
      std::printf("%s\n", error.what());
      ++broken;
    }
  };
  std::thread disturbing([&] { guarded([&] { disturber.run(stop); }); });
  std::vector<std::thread> threads;
  for (auto& one : incrementers) threads.emplace_back([&] { guarded([&] { one.run(); }); });
  for (auto& thread : threads) thread.join();
  stop = true;
  disturbing.join();
  if (broken > 0) {
    std::printf("%s\n", server.log().c_str());
    return 1;
  }
  for (std::size_t i = 0; i < kResetCounters; ++i) disturber.reset(i);
  return check(incrementers, disturber) == 0 ? 0 : 1;
}

Setting parse_arguments(int argc, char** argv) {
  Setting setting;
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string_view name = argv[i];
    if (name == "--server") {
      setting.server = argv[i + 1];
    } else if (name == "--increments") {
      setting.increments = std::stoull(argv[i + 1]);
    } else if (name == "--clients") {
      setting.clients = std::stoull(argv[i + 1]);
    } else if (name == "--connections") {
      setting.connections = std::stoull(argv[i + 1]);
    } else {
      throw std::runtime_error("unknown: " + std::string(name));
    }
  }
  if (setting.server.empty()) throw std::runtime_error("usage: --server COMMAND [--increments N]");
  return setting;
}

}  // namespace
}  // namespace countd::test

int main(int argc, char** argv) {
  try {
    return countd::test::run(countd::test::parse_arguments(argc, argv));
  } catch (const std::exception& error) {
    std::printf("%s\n", error.what());
    return 2;
  }
}
