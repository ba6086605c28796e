// The commands without sockets and threads: some keyspaces, the table, and clients that send words
// and get bytes, in RESP2 until they say HELLO 3.
//
//   Harness server(4);               // four shards
//   Harness::Client client(server);
//   client("INCR likes")             // ":1\r\n"
//   server.advance(1000);            // a second passes
//
// Everything runs on the caller's thread, at once: what an administrative command defers (a save,
// a client list) has been answered when the call returns.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "commands/arguments.h"
#include "commands/command.h"
#include "commands/reply.h"
#include "commands/server_view.h"
#include "commands/session.h"
#include "config/options.h"
#include "config/store.h"
#include "metrics/slow_log.h"
#include "storage/keyspace/keyspace.h"
#include "tests/support/words.h"

namespace countd::test {

using Words = std::vector<std::string>;

class Harness {
 public:
  class Client;

  explicit Harness(int shards = 1, config::Options options = {});
  ~Harness();

  [[nodiscard]] int shards() const { return static_cast<int>(keyspaces_.size()); }
  [[nodiscard]] storage::Keyspace& keyspace(int shard = 0) { return *keyspaces_[shard]; }
  [[nodiscard]] const commands::CommandTable& table() const { return table_; }
  [[nodiscard]] config::Store& config() { return config_; }
  [[nodiscard]] metrics::SlowLog& slow_log() { return slow_log_; }

  /// The server's time. It stands still between calls of these.
  [[nodiscard]] storage::Millis now() const { return now_; }
  void set_now(storage::Millis now);
  void advance(storage::Millis milliseconds) { set_now(now_ + milliseconds); }

  /// What an administrative command asked the server for, in words: "snapshot", "reload",
  /// "shutdown save now", "pause 1000 all", "unpause", "reset-statistics", "active-expire off".
  [[nodiscard]] const std::vector<std::string>& asked() const { return asked_; }
  /// How the next snapshots end: an error text, or empty for success.
  void fail_snapshots(std::string error) { snapshot_error_ = std::move(error); }
  /// A snapshot that has been started and does not end.
  void hold_snapshot(bool running) { snapshot_.running = running; }
  void set_log(bool on) { log_on_ = on; }
  [[nodiscard]] bool log_on() const { return log_on_; }
  /// One rewrite can be begun.
  bool rewrite_log() { return !std::exchange(log_rewriting_, true); }

 private:
  class View;
  struct Answer;

  std::string run(Client& client, const Words& words);
  std::string refusal(const commands::Session& session, const commands::Command* row,
                      std::span<const std::string_view> words) const;
  void dispatch(Client& client, const commands::Command& row,
                std::span<const std::string_view> words, Answer& answer);
  void on_shard(const commands::Command& row, commands::ShardHandler handler,
                std::span<const std::string_view> words, commands::CallContext& context,
                commands::Reply& reply);
  void gather(const commands::GatherHandler& handler, std::span<const std::string_view> words,
              commands::CallContext& context, std::size_t first, commands::Reply& reply);
  void span(const commands::Command& row, commands::SpanHandler handler,
            std::span<const std::string_view> words, commands::Arguments& arguments,
            commands::Reply& reply);

  commands::CommandTable table_;
  config::Store config_;
  metrics::SlowLog slow_log_;
  std::vector<std::unique_ptr<storage::Keyspace>> keyspaces_;
  std::vector<Client*> clients_;
  storage::Millis now_ = 1'700'000'000'000;
  std::uint64_t next_client_ = 1;
  std::uint64_t random_ = 1;
  std::vector<std::string> asked_;
  std::string snapshot_error_;
  commands::SnapshotStatus snapshot_;
  bool log_on_ = false;
  bool log_rewriting_ = false;
};

/// A connection. It must not outlive its server.
class Harness::Client {
 public:
  explicit Client(Harness& server);
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  /// The bytes of the reply; empty where none is sent (CLIENT REPLY OFF, SHUTDOWN).
  std::string run(const Words& words) { return server_.run(*this, words); }
  /// The same, as typed: words between blanks; "a b" and 'a b' are one word, \xNN one byte.
  std::string operator()(std::string_view line);

  [[nodiscard]] commands::Session& session() { return session_; }
  /// Did the server close it (QUIT, CLIENT KILL)?
  [[nodiscard]] bool closed() const { return closed_; }

 private:
  friend class Harness;

  Harness& server_;
  commands::Session session_;
  bool closed_ = false;
};

}  // namespace countd::test
