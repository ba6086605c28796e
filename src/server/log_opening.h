// The log at the server's start: its directory is opened, and the keyspaces are filled from it or,
// where there is no log yet, from the snapshot, which then becomes its base.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "commands/command.h"
#include "persistence/append_log.h"
#include "persistence/log_directory.h"
#include "server/log_host.h"
#include "storage/keyspace/keyspace.h"

namespace countd::server {

/// Where the log goes on.
struct LogBeginning {
  persistence::AppendLogStart start;
  std::uint64_t next_epoch = 1;
};

class LogOpening {
 public:
  explicit LogOpening(LogHost& host) : host_(host) {}

  /// Takes the directory's lock and reads its manifest; an error text, or empty.
  std::string open();
  void release_lock() { opened_.lock.reset(); }
  /// Where the directory was removed, or another put in its place: makes it and takes its lock; an
  /// error text, or empty. REQUIRES: the lock was taken.
  std::string renew_lock();
  /// There is no log yet.
  [[nodiscard]] bool empty() const { return opened_.empty(); }
  /// The hash seed under which the base was written, or 0.
  std::uint64_t file_seed();
  /// The log's files as they are, whose counts are not those of the keyspaces.
  [[nodiscard]] persistence::AppendLogStart stale() const;

  // -- before anything is served: an error text, or empty ---------------------------------------
  /// Fills the keyspaces from the log. REQUIRES: not empty().
  std::string load(std::span<storage::Keyspace* const> keys, const commands::CommandTable& table,
                   std::uint64_t hash_seed);
  /// Makes what the keyspaces hold the base of a new log. REQUIRES: empty().
  std::string begin_with(std::span<storage::Keyspace* const> keys);
  [[nodiscard]] LogBeginning& beginning() { return beginning_; }

 private:
  LogHost& host_;
  persistence::OpenedLog opened_;
  LogBeginning beginning_;
};

}  // namespace countd::server
