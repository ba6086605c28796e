// What the write gate tells: the journal and keyspace events listen here, a snapshot and a log cut
// take entries here.
#pragma once

#include <cstdint>
#include <span>
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
  /// The databases have changed places. Called once, after the two kSwapped effects.
  virtual void on_swap(int /*a*/, int /*b*/) {}
  /// An entry that is the same as at the last cut of the log was changed by `request`, which says
  /// so in fewer bytes than the entry has. Told only while the log is on.
  virtual void on_told(const Key& /*key*/, std::span<const std::string_view> /*request*/) {}
};

/// Two that are told the same, one after the other.
class EffectPair final : public EffectListener {
 public:
  EffectPair(EffectListener& first, EffectListener& second) : first_(first), second_(second) {}

  void on_effect(Effect effect, const Key& key) override {
    first_.on_effect(effect, key);
    second_.on_effect(effect, key);
  }
  void on_swap(int a, int b) override {
    first_.on_swap(a, b);
    second_.on_swap(a, b);
  }
  void on_told(const Key& key, std::span<const std::string_view> request) override {
    first_.on_told(key, request);
    second_.on_told(key, request);
  }

 private:
  EffectListener& first_;
  EffectListener& second_;
};

/// Receives entries; key and value are valid during the call only.
class EntrySink {
 public:
  virtual ~EntrySink() = default;
  virtual void emit(int db, std::string_view key, const ValueView& value, Millis expiry) = 0;
};

}  // namespace countd::storage
