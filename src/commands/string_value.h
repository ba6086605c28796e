// What the string commands ask of an entry before they take its value.
#pragma once

#include "commands/reply.h"
#include "storage/keyspace/keyspace.h"

namespace countd::commands {

inline bool is_other_than_string(const storage::EntryView& entry) {
  return entry && entry.type() != storage::Type::kString;
}

/// The value, or nil of a missing entry. REQUIRES: missing or a string.
inline void answer_value(const storage::EntryView& entry, Reply& reply) {
  if (!entry) return reply.null();
  storage::IntegerText buffer;
  reply.bulk(entry.value.text(buffer));
}

}  // namespace countd::commands
