// Kills the server under load, again and again, and checks what stands after each restart
// (crash_evidence.h), while snapshots and rewrites run:
//
//   crash_cycles --server COMMAND --fsync always|everysec [--cycles N] [--seed S]
//
// Also counts the shared counters' answers value by value within each life (increment_history.h),
// and tells how much of what had been answered was lost at worst.
#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <random>
#include <stdexcept>
#include <thread>

#include "tests/end_to_end/crash_load.h"

namespace countd::test {
namespace {

using std::chrono::milliseconds;

struct Setting {
  std::string server;
  std::string fsync = "always";
  std::size_t cycles = 10;
  std::uint64_t seed = 1;
};

std::int64_t number_at(Client& client, const std::string& key) {
  const auto reply = client.call({"GET", key});
  return reply.null ? 0 : std::stoll(reply.text);
}

// All counters as they are.
std::vector<Growth> read_counters(Client& client) {
  std::vector<Growth> all(CrashLoad::kClients);
  for (std::size_t i = 0; i < all.size(); ++i) {
    for (std::size_t key = 0; key < kClientKeys; ++key) {
      all[i][key] = number_at(client, crash_key(i, key));
    }
  }
  return all;
}

std::uint64_t now() {
  return static_cast<std::uint64_t>(std::chrono::steady_clock::now().time_since_epoch().count());
}

class Cycles {
 public:
  explicit Cycles(const Setting& setting)
      : setting_(setting),
        always_(setting.fsync == "always"),
        random_(setting.seed),
        server_(setting.server + " --appendonly yes --save \"\" --appendfsync " + setting.fsync) {
    auto client = server_.connect();
    before_ = read_counters(client);
  }

  int run() {
    const auto began = now();
    for (std::size_t i = 0; i < setting_.cycles; ++i) {
      if (const auto wrong = cycle(i); !wrong.empty()) {
        std::printf("cycle %zu of seed %llu: %s\n%s\n", i,
                    static_cast<unsigned long long>(setting_.seed), wrong.c_str(),
                    server_.log().c_str());
        return 1;
      }
    }
    std::printf(
        "%s: %zu kills and %zu while starting, %llu increments answered, %llu batches known to be "
        "durable, "
        "%zu snapshots and %zu rewrites begun, %zu kills lost answered increments, "
        "the largest loss was %.1f ms, %.1f s\n",
        setting_.fsync.c_str(), setting_.cycles, early_kills_,
        static_cast<unsigned long long>(answered_),
        static_cast<unsigned long long>(durable_batches_), snapshots_, rewrites_, losses_,
        static_cast<double>(worst_ns_) / 1e6, static_cast<double>(now() - began) / 1e9);
    return 0;
  }

 private:
  // What is wrong, or empty.
  std::string cycle(std::size_t number) {
    const auto pair = before_pair_;
    CrashLoad load(server_, setting_.seed * 1000003 + number, pair);
    disturb(load, number);
    const auto killed = now();
    server_.stop(SIGKILL);
    const auto memory = load.end();
    answered_ += load.answered();
    if (random_() % 3 == 0) kill_while_starting();
    server_.start();
    auto client = server_.connect();
    const auto after = read_counters(client);
    if (auto wrong = check(memory, after, killed); !wrong.empty()) return wrong;
    before_ = after;
    before_pair_ = number_at(client, "pair:a");
    if (before_pair_ != number_at(client, "pair:b")) return "what one MSET wrote is there in part";
    if (before_pair_ < memory.pair_durable || before_pair_ > memory.pair_sent) {
      return "pair:a is " + std::to_string(before_pair_) + ", durable was " +
             std::to_string(memory.pair_durable) + ", sent " + std::to_string(memory.pair_sent);
    }
    return {};
  }

  // What is found is loaded and begun anew, and none of that may lose anything either.
  void kill_while_starting() {
    server_.launch();
    std::this_thread::sleep_for(std::chrono::microseconds(random_() % 25000));
    if (server_.running()) server_.stop(SIGKILL);
    ++early_kills_;
  }

  // Lets the load run for a while, and begins snapshots and rewrites meanwhile.
  void disturb(const CrashLoad& load, std::size_t number) {
    auto client = server_.connect();
    const auto floor = random_() % 200;  // a kill in the first moments is one, too
    while (load.answered() < floor) std::this_thread::sleep_for(milliseconds(1));
    const auto pause = [this](std::uint64_t most_ms) {
      std::this_thread::sleep_for(milliseconds(random_() % (most_ms + 1)));
    };
    pause(30);
    if (random_() % 2 == 0 && !client.call({"BGREWRITEAOF"}).is_error()) ++rewrites_;
    pause(10);
    if (random_() % 3 == 0 && !client.call({"BGSAVE"}).is_error()) ++snapshots_;
    // Of what is written each second, some lives see one cut and some several.
    pause(always_ ? 30 : number % 10 == 9 ? 2500 : 150);
    if (random_() % 4 == 0 && !client.call({"BGREWRITEAOF"}).is_error()) ++rewrites_;
    pause(5);
  }

  std::string check(const Memory& memory, const std::vector<Growth>& after, std::uint64_t killed) {
    Aftermath aftermath{.growth = after, .answers_are_durable = always_};
    for (std::size_t i = 0; i < after.size(); ++i) {
      for (std::size_t key = 0; key < kClientKeys; ++key) {
        aftermath.growth[i][key] -= before_[i][key];
      }
    }
    if (const auto loss = find_loss(memory.records, aftermath)) return *loss;
    if (const auto missing = first_missing(memory.records, aftermath)) {
      ++losses_;
      worst_ns_ = std::max(worst_ns_, killed - std::min(killed, *missing));
    }
    for (const auto& record : memory.records) durable_batches_ += record.durable_batches;
    return check_shared(memory);
  }

  std::string check_shared(const Memory& memory) {
    for (std::size_t i = 0; i < kSharedKeys; ++i) {
      const auto key = kOwnKeys + i;
      auto answers = memory.shared[i];
      for (auto& answer : answers) answer.value -= before_[0][key];
      std::int64_t sent = 0;
      for (const auto& record : memory.records) {
        for (const auto& batch : record.batches) {
          sent += std::count(batch.keys.begin(), batch.keys.end(), key);
        }
      }
      const auto unanswered = sent - static_cast<std::int64_t>(answers.size());
      if (const auto fault = find_fault(answers, unanswered))
        return crash_key(0, key) + ": " + *fault;
    }
    return {};
  }

  const Setting setting_;
  const bool always_;
  std::mt19937_64 random_;
  ServerProcess server_;
  std::vector<Growth> before_;
  std::int64_t before_pair_ = 0;
  std::uint64_t answered_ = 0;
  std::uint64_t durable_batches_ = 0;
  std::size_t early_kills_ = 0;
  std::size_t snapshots_ = 0;
  std::size_t rewrites_ = 0;
  std::size_t losses_ = 0;
  std::uint64_t worst_ns_ = 0;
};

Setting parse_arguments(int argc, char** argv) {
  Setting setting;
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string_view name = argv[i];
    if (name == "--server") {
      setting.server = argv[i + 1];
    } else if (name == "--fsync") {
      setting.fsync = argv[i + 1];
    } else if (name == "--cycles") {
      setting.cycles = std::stoull(argv[i + 1]);
    } else if (name == "--seed") {
      setting.seed = std::stoull(argv[i + 1]);
    } else {
      throw std::runtime_error("unknown: " + std::string(name));
    }
  }
  if (setting.server.empty()) {
    throw std::runtime_error("usage: --server COMMAND --fsync always|everysec [--cycles N]");
  }
  return setting;
}

}  // namespace
}  // namespace countd::test

int main(int argc, char** argv) {
  try {
    return countd::test::Cycles(countd::test::parse_arguments(argc, argv)).run();
  } catch (const std::exception& error) {
    std::printf("%s\n", error.what());
    return 2;
  }
}
