// The manifest: which files make up the log, in Redis's text form.
//
//   file appendonly.aof.2.base.rdb seq 2 type b
//   file appendonly.aof.4.incr.aof seq 4 type i
//   #CRC32C:89abcdef
//
// b: the base, at most one; i: the increments that follow it, ascending; h: history, to be removed.
// Lines end in LF. The last line is ours (Redis skips it): the checksum of all bytes before it,
// since one flipped bit makes an `i` an `h`. A manifest of Redis has none; if there is one it must
// hold.
#pragma once

#include <boost/system/result.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace countd::storage::log {

struct LogFile {
  std::string name;
  std::uint64_t sequence = 0;
};

struct Manifest {
  std::optional<LogFile> base;
  std::vector<LogFile> increments;
  std::vector<LogFile> history;

  [[nodiscard]] std::string text() const;
  [[nodiscard]] std::uint64_t last_base_sequence() const;
  [[nodiscard]] std::uint64_t last_increment_sequence() const;
};

/// Names as Redis makes them: "appendonly.aof.3.base.rdb", "appendonly.aof.3.incr.aof",
/// "appendonly.aof.manifest". A base of commands is "appendonly.aof.3.base.resp": by its name it
/// must have a last line, which one of Redis, "….base.aof", has not.
enum class BaseForm : std::uint8_t { kSnapshot, kCommands };
std::string base_name(std::string_view log_name, std::uint64_t sequence,
                      BaseForm form = BaseForm::kSnapshot);
/// Whether a base of this name is one of commands, written here.
bool is_command_base(std::string_view name);
std::string increment_name(std::string_view log_name, std::uint64_t sequence);
std::string manifest_name(std::string_view log_name);

struct ManifestProblem {
  std::string what;  // "line 2: …"
};

/// Refuses what Redis refuses: unknown types, two bases, increments that do not ascend, names with
/// a path in them (quoted names as Redis writes them are understood).
boost::system::result<Manifest, ManifestProblem> parse_manifest(std::string_view text);

}  // namespace countd::storage::log
