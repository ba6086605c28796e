// Clients that count until the server dies, and remember what they sent and what was answered.
#pragma once

#include <atomic>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "tests/end_to_end/crash_evidence.h"
#include "tests/end_to_end/increment_history.h"
#include "tests/support/server_process.h"

namespace countd::test {

/// Of client `client`, or shared.
std::string crash_key(std::size_t client, std::size_t key);

/// What all clients remember. The pair of keys "pair:a" and "pair:b" is always set together.
struct Memory {
  std::vector<Record> records;
  std::array<std::vector<Increment>, kSharedKeys> shared;  // what was answered
  std::int64_t pair_sent = 0;
  std::int64_t pair_durable = 0;
};

/// Two threads of clients, from construction until the server closes their connections.
class CrashLoad {
 public:
  /// Client kCareful waits after each batch until it is durable; the others only count.
  static constexpr std::size_t kClients = 5;
  static constexpr std::size_t kCareful = kClients - 1;

  CrashLoad(const ServerProcess& server, std::uint64_t seed, std::int64_t pair);
  CrashLoad(const CrashLoad&) = delete;
  CrashLoad& operator=(const CrashLoad&) = delete;
  ~CrashLoad();

  /// Answered until now.
  [[nodiscard]] std::uint64_t answered() const { return answered_.load(); }
  /// After the server has died: what there is to remember.
  Memory end();

 private:
  void count();
  void count_carefully();
  void launch(Client& client, std::size_t index, std::mt19937_64& random);
  void land(Client& client, std::size_t index);

  Memory memory_;
  std::array<std::vector<Increment>, kSharedKeys> careful_shared_;
  const std::uint64_t seed_;
  std::vector<Client> clients_;
  std::atomic<std::uint64_t> answered_{0};
  std::thread counting_;
  std::thread careful_;
};

}  // namespace countd::test
