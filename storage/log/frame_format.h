// The marks of a log file of ours: its head line, what opens and ends a frame, its last line.
//
// Worked example: the frame whose one command is DEL k, epoch 77, without a timestamp:
//
//   *1\r\n$5\r\nMULTI\r\n*2\r\n$3\r\nDEL\r\n$1\r\nk\r\n*1\r\n$4\r\nEXEC\r\n
//   #CRC32C:9a2e9411 49 77\r\n
//
// The checksum covers the 49 bytes of the first line and then the figures, "49 77".
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "storage/base/time.h"

namespace countd::storage::log {

inline constexpr std::string_view kHeadName = "#COUNTD ";
inline constexpr std::string_view kHeadLine = "#COUNTD 1\r\n";
inline constexpr std::string_view kMulti = "*1\r\n$5\r\nMULTI\r\n";
inline constexpr std::string_view kExec = "*1\r\n$4\r\nEXEC\r\n";
inline constexpr std::string_view kEndPrefix = "#END ";
inline constexpr std::string_view kTimePrefix = "#TS:";
inline constexpr std::string_view kChecksumPrefix = "#CRC32C:";

/// What stands where no frame is yet, at every even offset: readers, Redis's too, pass over it.
inline constexpr std::string_view kBlankLine = "#\n";
/// Behind a frame of an odd number of bytes: the next one begins at an even offset again. Its last
/// two bytes are those of the blank line that stood there, so that no crash tears it.
inline constexpr std::string_view kOddBlankLine = "##\n";
/// The offset behind the blank lines at `at`.
std::size_t behind_blank_lines(std::string_view bytes, std::size_t at);

/// "#END 7\r\n": the last line of a base, behind so many frames.
std::string end_line(std::uint64_t frames);
/// `line` is without its CR LF. Nothing if it is no such line.
std::optional<std::uint64_t> parse_end_line(std::string_view line);

/// The last line of a frame.
struct FrameEnd {
  std::uint32_t checksum = 0;
  std::uint64_t bytes = 0;
  std::uint64_t epoch = 0;
};

/// Whether the checksum in `end` is that of the frame's `bytes`, which need not be as many as it
/// says.
bool holds(const FrameEnd& end, std::string_view bytes);

/// Adds the last line of a frame; `crc` is that of its bytes alone.
void append_frame_end(std::string& out, std::uint32_t crc, std::uint64_t bytes,
                      std::uint64_t epoch);
/// `line` is without its CR LF. Nothing if it is spelled in any other way than the writer does.
std::optional<FrameEnd> parse_frame_end(std::string_view line);

/// "#TS:1700000000\r\n", in whole seconds.
void append_time_line(std::string& out, Millis time);
/// `line` is without its CR LF. Nothing if it is not a time.
std::optional<Millis> parse_time_line(std::string_view line);

/// "#CRC32C:" and eight hex digits, as a manifest ends.
std::string checksum_line(std::uint32_t checksum);
/// The digits behind "#CRC32C:"; nothing unless they are eight, in lower case.
std::optional<std::uint32_t> parse_checksum(std::string_view digits);

}  // namespace countd::storage::log
