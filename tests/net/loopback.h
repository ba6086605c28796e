// Shards with their connections behind a loopback port, in this process, and a clock that the test
// sets. Everything between a socket and the keyspace is the server's own.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "config/options.h"
#include "tests/support/client.h"

namespace countd::test {

class Loopback {
 public:
  explicit Loopback(config::Options options = {}, int threads = 1);
  /// Closes all connections and ends the threads.
  ~Loopback();
  Loopback(const Loopback&) = delete;
  Loopback& operator=(const Loopback&) = delete;

  [[nodiscard]] int port() const;
  [[nodiscard]] Client connect() const { return Client(port()); }

  /// The time that the shards see moves.
  void advance(std::int64_t milliseconds);
  void set(const std::string& option, const std::string& value);
  /// Clients are paused (all their commands), or go on.
  void pause(bool on);
  /// The writes of clients are paused, or go on.
  void pause_writes(bool on);
  /// From now on what others send to the shard waits; its home goes on after `let_go`.
  void hold(int shard);
  void let_go(int shard);
  /// Clients that track hear that these keys have changed.
  void invalidate(std::vector<std::string> keys);
  /// SAVE is answered when this is called, from the caller's thread; false if nobody waits for it.
  bool end_save();

  struct Numbers {
    std::uint64_t bytes_in;
    std::uint64_t bytes_out;
    std::uint64_t protocol_errors;
    std::uint64_t buffer_limit_disconnects;
    std::uint64_t connections;
    std::uint64_t closed;
    std::uint64_t errors;
  };
  [[nodiscard]] Numbers numbers() const;
  /// Waits for `condition`, which other threads make true; false if they never do.
  static bool eventually(const std::function<bool()>& condition);

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace countd::test
