// Runs the commands of a log against the keyspaces, before anything is served.
//
// It knows every command that the table has, so a log of Redis is understood as well as ours. Time
// stands still at 0 meanwhile: what has expired since is still what later commands speak of.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "commands/command.h"
#include "config/options.h"
#include "protocol/byte_buffer.h"
#include "storage/keyspace/keyspace.h"

namespace countd::server {

class Replay {
 public:
  /// All that is given must outlive the replay.
  Replay(std::span<storage::Keyspace* const> keys, const commands::CommandTable& table,
         const config::Options& options, std::uint64_t hash_seed);

  /// Runs one command in the database that the last SELECT chose. An error text, or "", if it has
  /// no place in a log; one that only answers an error did so when it was told, too.
  std::string run(std::span<const std::string_view> words);

  /// Commands that answered an error, and the first such answer.
  [[nodiscard]] std::uint64_t failures() const { return failures_; }
  [[nodiscard]] const std::string& first_failure() const { return first_failure_; }

 private:
  void note_failure(std::string text);
  std::string select(std::span<const std::string_view> words);
  std::string call(const commands::Command& row, std::span<const std::string_view> words);

  std::span<storage::Keyspace* const> keys_;
  const commands::CommandTable& table_;
  const config::Options& options_;
  const std::uint64_t hash_seed_;
  int db_ = 0;
  protocol::ByteBuffer bytes_;
  std::uint64_t failures_ = 0;
  std::string first_failure_;
};

}  // namespace countd::server
