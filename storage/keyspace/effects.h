// What the write gate tells: the journal and keyspace events listen here, a snapshot takes
// entries here.
#pragma once

#include <cstdint>
#include <string_view>

#include "storage/base/key.h"
#include "storage/base/time.h"
#include "storage/base/value.h"

namespace countd::storage {

enum class Effect : std::uint8_t {
  kWritten,  // created or its value changed
  kExpiry,   // only its expiry changed
  kErased,   // by a command
  kExpired,  // by time
  kEvicted,  // by maxmemory
  kCleared,  // the whole database; the key is empty
  kSwapped,  // this database with another; the key is empty
};

class EffectListener {
 public:
  virtual ~EffectListener() = default;
  /// Called after the change; `key` is valid during the call only.
  virtual void on_effect(Effect effect, const Key& key) = 0;
};

/// Receives the entries of a snapshot; key and value are valid during the call only.
class SnapshotSink {
 public:
  virtual ~SnapshotSink() = default;
  virtual void emit(int db, std::string_view key, const ValueView& value, Millis expiry) = 0;
};

}  // namespace countd::storage
