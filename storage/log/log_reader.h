// Reads a log file: an increment of ours or Redis's, or a base that Redis wrote as commands.
//
// Ours is read frame by frame: no command is given out before its frame's checksum holds. In a file
// of Redis a command, or a whole MULTI … EXEC, is a frame of its own without a checksum. MULTI,
// EXEC and the lines that begin with '#' are not given out.
//
// What is wrong is told apart: a *torn* file ends in the middle of its last frame, as a crash
// leaves it (for ours also: its last frame fails its checksum and no whole frame follows); it is
// good up to good_bytes().
// A *damaged* one is wrong in the middle: nothing can be said of what follows.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "storage/base/time.h"

namespace countd::storage::log {

struct LogEnd {
  enum class Kind : std::uint8_t { kWhole, kTorn, kDamaged, kRefused, kUntil };
  Kind kind = Kind::kWhole;
  std::uint64_t good_bytes = 0;  // the frames before are whole
  std::uint64_t room = 0;        // ours only: of the good bytes, the blank lines that end the file
  std::uint64_t frames = 0;
  std::uint64_t commands = 0;
  std::uint64_t first_epoch = 0;  // ours only
  std::uint64_t last_epoch = 0;   // ours only
  Millis first_time = 0;          // of the first #TS: line that was passed, 0 if none
  Millis last_time = 0;           // of the last one
  std::string what;               // names the offset; empty if whole
};

struct ReadOptions {
  /// Stop before the first frame whose #TS: is later (kind kUntil).
  std::optional<Millis> until = std::nullopt;
  /// A base of commands, written here (manifest.h): one that ends before its last line is torn.
  bool command_base = false;
};

/// Takes one command; words are valid during the call only. An error text ends the reading
/// (kRefused).
using TakeCommand = std::function<std::string(std::span<const std::string_view> words)>;

/// Reads the whole of `bytes` (a file without an RDB preamble).
LogEnd read_log(std::string_view bytes, const ReadOptions& options, const TakeCommand& take);

/// Whether the file opens with our head line.
bool is_ours(std::string_view bytes);

}  // namespace countd::storage::log
