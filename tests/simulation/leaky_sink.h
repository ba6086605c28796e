// Passes on what a keyspace emits; where a bug is planted, only from within a walk: the old state
// of an entry that is written before its turn is lost.
#pragma once

#include <string_view>

#include "storage/keyspace/keyspace.h"

namespace countd::test {

struct LeakySink final : storage::EntrySink {
  void emit(int db, std::string_view key, const storage::ValueView& value,
            storage::Millis expiry) override {
    if (!drops || walking > 0) to->emit(db, key, value, expiry);
  }
  storage::EntrySink* to = nullptr;
  bool drops = false;
  int walking = 0;  // walks under way, one within another
};

}  // namespace countd::test
