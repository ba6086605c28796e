// Fills the keyspaces from an RDB file, before the server listens.
//
// One thread a shard. Each takes blocks of the file (by the index that our own files have), decodes
// them, inserts the entries of its own shard and hands those of other shards over in batches. A
// file without an index is decoded by one of the threads. Nothing may be served before `load` has
// returned without an error: only then has every byte been seen and the checksum held.
#pragma once

#include <boost/system/result.hpp>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "storage/base/assert.h"
#include "storage/base/time.h"
#include "storage/disk/disk.h"
#include "storage/keyspace/keyspace.h"

namespace countd::persistence {

struct LoadOptions {
  storage::Millis now = 0;  // entries that have expired by then are left out
  int databases = 16;
  /// Leave values of types that countd does not hold out, instead of refusing the file.
  bool skip_unsupported = false;
};

struct LoadStats {
  std::uint64_t keys = 0;     // inserted
  std::uint64_t expired = 0;  // left out
  /// Left out, by type: "list" -> 3.
  std::map<std::string, std::uint64_t> unsupported;
  std::uint64_t bytes = 0;  // of the file
  double seconds = 0;
};

struct LoadError {
  LoadError() = default;
  LoadError(bool is_missing, std::string text) : missing(is_missing), what(std::move(text)) {}

  bool missing = false;  // there is no such file, which is no reason not to start
  std::string what;      // names the file, and the offset where it is damaged
};

[[noreturn]] inline void throw_exception_from_error(const LoadError&,
                                                    const boost::source_location&) {
  ASSERT(false && "a load result was used as a value without a look at its error");
  std::abort();
}

/// The shard of a key among `shards`; called for more than one shard only.
using ShardOf = int (*)(std::string_view key, int shards);

/// After an error the keyspaces hold a part of the file, and must not be served.
/// REQUIRES: empty keyspaces, one a shard, that no other thread touches meanwhile.
boost::system::result<LoadStats, LoadError> load_snapshot(
    storage::Disk& disk, const std::string& path, std::span<storage::Keyspace* const> shards,
    ShardOf shard_of, const LoadOptions& options);

/// The hash seed under which the file was written: keyspaces made with it load it faster, as the
/// entries then come in the order of their tables. Nothing if there is no file or no such note.
std::optional<std::uint64_t> snapshot_hash_seed(storage::Disk& disk, const std::string& path);

}  // namespace countd::persistence
