// The names that snapshots have besides their own: the temporary one while they are written, and
// the one under which a former snapshot is kept.
//
//   temp-4711-3.rdb              written by process 4711
//   dump-20231114T221320Z.rdb    former dump.rdb, made at 2023-11-14 22:13:20 UTC
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace countd::persistence {

std::string temporary_snapshot_name(std::int64_t process, std::uint64_t number);
/// Whose temporary file this is; nothing if it is none.
std::optional<std::int64_t> temporary_snapshot_process(std::string_view name);

/// REQUIRES: a year of four digits.
std::string kept_snapshot_name(std::string_view file_name, std::int64_t made_seconds);
/// Names of one `file_name` sort by their time.
bool is_kept_snapshot(std::string_view name, std::string_view file_name);

}  // namespace countd::persistence
