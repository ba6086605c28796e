// What the blocks of all shards become: the form of a snapshot's file.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "storage/rdb/block_writer.h"
#include "storage/rdb/file_writer.h"

namespace countd::persistence {

class SnapshotForm {
 public:
  virtual ~SnapshotForm() = default;
  /// The bytes before the first block.
  virtual std::string head(const storage::rdb::FileFacts& facts) = 0;
  /// Those that stand for `block`; they live as long as it does, or until the next call.
  virtual std::string_view add(const storage::rdb::Block& block) = 0;
  /// Those behind the last block.
  virtual std::string tail() = 0;
  /// Of the file until now.
  [[nodiscard]] virtual std::uint64_t size_bytes() const = 0;
};

/// An RDB file. `checksum` false: with a CRC of 0, "not computed".
std::unique_ptr<SnapshotForm> rdb_form(bool checksum);
/// Commands: a base of the log (base_writer.h).
std::unique_ptr<SnapshotForm> command_form();

}  // namespace countd::persistence
