// Reads all of a snapshot or a log and says how much of it is good.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "storage/disk/disk.h"
#include "storage/log/log_reader.h"
#include "tools/inspect/target.h"

namespace countd::check {

/// One file. A log file has an `end`, a snapshot `keys`.
struct FileVerdict {
  std::string path;
  std::string role;
  std::uint64_t bytes = 0;
  std::uint64_t keys = 0;
  std::optional<storage::log::LogEnd> end;
  std::string problem;  // empty: all of it is good

  [[nodiscard]] bool torn() const { return end && end->kind == storage::log::LogEnd::Kind::kTorn; }
};

struct Verdict {
  std::vector<FileVerdict> files;  // in the order in which they are loaded

  [[nodiscard]] bool good() const;
  /// Its last file is a torn log and all others are good: shortening that file makes it good.
  [[nodiscard]] bool repairable() const;
};

/// A file that cannot be read is not good.
Verdict verify(storage::Disk& disk, const inspect::Target& target);

/// A few lines, each ending in LF.
std::string report(const Verdict& verdict);

}  // namespace countd::check
