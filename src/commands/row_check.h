// What every family's rows promise, checked while they are compiled.
#pragma once

#include <span>
#include <string_view>

#include "commands/command.h"

namespace countd::commands {

/// The longest name that CommandTable packs; subcommands are found another way.
inline constexpr std::size_t kMaxNameBytes = 16;

constexpr bool name_is_well_formed(std::string_view name) {
  if (name.empty()) return false;
  for (const char c : name) {
    if (c <= ' ' || c == '|' || (c >= 'A' && c <= 'Z')) return false;
  }
  return true;
}

constexpr bool keys_are_well_formed(const Command& row) {
  const KeySpec& keys = row.keys;
  if (keys.first == 0 && keys.count_at == 0) return keys.last == 0 && keys.step == 0;
  if (keys.step < 1 || keys.first < 0 || keys.count_at < 0) return false;
  if (keys.last >= 0 && keys.last < keys.first) return false;
  // Keys are touched by a read or a write, and by a handler that is given their shards.
  if ((row.flags & (kWrite | kReadOnly)) == 0) return false;
  if (std::holds_alternative<ShardHandler>(row.handler)) {
    return keys.first == keys.last && keys.count_at == 0;
  }
  return std::holds_alternative<SpanHandler>(row.handler);
}

constexpr bool flags_are_well_formed(const Command& row) {
  const bool reads_and_writes = (row.flags & kWrite) != 0 && (row.flags & kReadOnly) != 0;
  const bool oom_without_write = (row.flags & kDenyOom) != 0 && (row.flags & kWrite) == 0;
  const bool spans_without_shards =
      (row.flags & kAllShards) != 0 && !std::holds_alternative<SpanHandler>(row.handler);
  const bool cursor_without_shard =
      (row.flags & kByCursor) != 0 && !std::holds_alternative<ShardHandler>(row.handler);
  const bool folds_without_shard =
      row.fold != Fold::kNone && !std::holds_alternative<ShardHandler>(row.handler);
  return !reads_and_writes && !oom_without_write && !spans_without_shards &&
         !cursor_without_shard && !folds_without_shard;
}

/// Every row of a family: named once, in lower case, with an arity, a handler that suits its keys
/// and flags, and what COMMAND DOCS tells of it.
constexpr bool well_formed(std::span<const Command> rows, bool subcommands = false) {
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const Command& row = rows[i];
    if (!name_is_well_formed(row.name) || row.arity == 0) return false;
    if (std::holds_alternative<std::monostate>(row.handler)) return false;
    if (!keys_are_well_formed(row) || !flags_are_well_formed(row)) return false;
    if (row.group.empty() || row.summary.empty() || row.since.empty()) return false;
    if (!subcommands && row.name.size() > kMaxNameBytes) return false;
    if (!well_formed(row.subcommands, true)) return false;
    for (std::size_t j = 0; j < i; ++j) {
      if (rows[j].name == row.name) return false;
    }
  }
  return true;
}

}  // namespace countd::commands
