// Rewrites of the append log: one cut that ends an interval and begins a snapshot. The snapshot
// becomes the log's base, and the frames behind the cut its first increment.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <string>

#include "persistence/freeing.h"
#include "server/info.h"
#include "server/log_host.h"
#include "storage/log/manifest.h"

namespace countd::server {

class LogRewrites {
 public:
  /// `begin_journal`: with all shards checked out, where nothing is collected yet: begins to, and
  /// returns the epoch before the first one.
  using BeginJournal = std::function<std::uint64_t(std::span<storage::Keyspace* const> keys)>;

  LogRewrites(LogHost& host, BeginJournal begin_journal)
      : host_(host), begin_journal_(std::move(begin_journal)) {}

  // -- any thread -------------------------------------------------------------------------------
  /// Who is told true must call `begin`. False: a rewrite is under way.
  bool claim();
  [[nodiscard]] bool running() const;
  void describe(LogFacts& facts) const;

  // -- shard 0's thread -------------------------------------------------------------------------
  /// Rewrites `log`, once no other snapshot is under way.
  void begin(const std::shared_ptr<persistence::LogWorker>& log);
  /// Rewrites `log` while nothing else runs; an error text, or empty. What it holds is told up to
  /// `epoch`.
  std::string write_last(const std::shared_ptr<persistence::LogWorker>& log,
                         std::span<storage::Keyspace* const> keys, std::uint64_t epoch);
  /// The log says what became of it.
  void ended(bool ok, const std::string& error);
  /// The log was switched off: what is under way belongs to nobody.
  void forget();
  /// Whether the log has grown enough, or lacks a base and some time has passed since the last
  /// attempt.
  [[nodiscard]] bool due(const persistence::AppendLogFacts& log, bool lacks_base) const;

 private:
  struct Base {
    std::shared_ptr<persistence::LogWorker> log;
    storage::log::LogFile file;
  };

  bool cut(std::span<storage::Keyspace* const> keys, const Base& base);
  void written(const Base& base, const persistence::SnapshotResult& result);

  LogHost& host_;
  const BeginJournal begin_journal_;
  std::shared_ptr<persistence::LogWorker> current_;  // whose rewrite is under way
  std::uint64_t current_base_ = 0;                   // its number
  storage::Millis next_attempt_ = 0;
  persistence::Freeing freeing_;  // of bases that belong to nobody

  mutable std::mutex mutex_;  // guards what follows
  bool running_ = false;
  bool last_ok_ = true;
  storage::Millis began_ = 0;
  std::int64_t last_seconds_ = -1;
};

}  // namespace countd::server
