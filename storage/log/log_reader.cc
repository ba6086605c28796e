#include "storage/log/log_reader.h"

#include <algorithm>
#include <utility>

#include "storage/log/command_scanner.h"
#include "storage/log/frame_format.h"

namespace countd::storage::log {
namespace {

using Kind = LogEnd::Kind;
using Step = CommandScanner::Step;

/// What is known of a frame before its commands are given out.
struct Outline {
  std::size_t begin = 0;     // its annotations included
  std::size_t commands = 0;  // where the first of them begins
  std::size_t end = 0;       // behind its last line
  std::optional<Millis> time;
  std::uint64_t epoch = 0;
};

/// Reading of either kind of file: what was read, and giving out.
class Reading {
 public:
  Reading(std::string_view bytes, const ReadOptions& options, const TakeCommand& take)
      : bytes_(bytes), options_(options), take_(take) {}

 protected:
  LogEnd stop(Kind kind, std::uint64_t offset, std::string_view why) {
    end_.kind = kind;
    end_.what = at_offset(offset, why);
    return end_;
  }

  [[nodiscard]] bool too_late(const std::optional<Millis>& time) const {
    return time && options_.until && *time > *options_.until;
  }

  LogEnd stop_until(const Outline& frame) {
    return stop(Kind::kUntil, frame.begin, "what follows is of a later time");
  }

  /// False: refused, and end_ says so.
  bool give(std::span<const std::string_view> words, std::size_t offset) {
    const std::string why = take_(words);
    if (!why.empty()) {
      stop(Kind::kRefused, offset, why);
      return false;
    }
    ++end_.commands;
    return true;
  }

  void pass(const Outline& frame) {
    ++end_.frames;
    end_.good_bytes = frame.end;
    note_time(frame);
  }

  void note_time(const Outline& frame) {
    if (!frame.time) return;
    end_.last_time = *frame.time;
    if (end_.first_time == 0) end_.first_time = *frame.time;
  }

  /// Gives out everything up to EXEC. REQUIRES: it has been found whole.
  bool give_until_exec(std::size_t begin) {
    CommandScanner scanner{bytes_, begin};
    for (;;) {
      std::string_view line;
      const std::size_t offset = scanner.offset();
      if (scanner.at_line()) {
        static_cast<void>(scanner.line(line));
        continue;
      }
      static_cast<void>(scanner.command());
      if (is_bare(scanner.words(), "EXEC")) return true;
      if (!give(scanner.words(), offset)) return false;
    }
  }

  std::string_view bytes_;
  const ReadOptions& options_;
  const TakeCommand& take_;
  LogEnd end_;
};

/// A file of ours.
class FrameReading : Reading {
 public:
  using Reading::Reading;

  LogEnd read() {
    if (kHeadLine.starts_with(bytes_) && bytes_.size() < kHeadLine.size()) {
      return stop(Kind::kTorn, bytes_.size(), "the file ends within its head line");
    }
    if (!bytes_.starts_with(kHeadLine)) {
      return stop(Kind::kDamaged, kHeadName.size(), "the log's version is not known");
    }
    end_.good_bytes = kHeadLine.size();
    while (!at_end()) {
      Outline frame;
      if (!find(frame)) return torn_or_damaged();
      if (ended_) return end_;
      if (end_.frames > 0 && frame.epoch <= end_.last_epoch) {
        return stop(Kind::kDamaged, frame.begin, "the epoch of a frame does not ascend");
      }
      if (too_late(frame.time)) return stop_until(frame);
      if (!give_until_exec(frame.commands)) return end_;
      pass(frame);
      if (end_.frames == 1) end_.first_epoch = frame.epoch;
      end_.last_epoch = frame.epoch;
    }
    if (!options_.command_base) return end_;
    return stop(Kind::kTorn, bytes_.size(), "the file ends before its last line");
  }

 private:
  /// Passes over blank lines; true: nothing stands behind them.
  bool at_end() {
    const std::size_t behind = behind_blank_lines(bytes_, end_.good_bytes);
    if (behind == bytes_.size()) end_.room = behind - end_.good_bytes;
    end_.good_bytes = behind;
    return behind == bytes_.size();
  }

  /// Finds the frame at good_bytes, or the file's last line; false: there is none that holds, and
  /// why_ says why.
  bool find(Outline& frame) {
    frame.begin = end_.good_bytes;
    CommandScanner scanner{bytes_, frame.begin};
    std::string_view line;
    if (scanner.at_line()) {
      if (scanner.line(line) != Step::kDone) return bad(scanner.offset(), scanner.what());
      if (ends_file(line, scanner)) return true;
      frame.time = parse_time_line(line);
      if (!frame.time) return bad(frame.begin, "a line that does not belong there");
    }
    const std::size_t multi = scanner.offset();
    if (scanner.command() != Step::kDone) return bad(scanner.offset(), scanner.what());
    if (!is_bare(scanner.words(), "MULTI")) return bad(multi, "a frame must begin with MULTI");
    frame.commands = scanner.offset();
    do {
      if (scanner.command() != Step::kDone) return bad(scanner.offset(), scanner.what());
    } while (!is_bare(scanner.words(), "EXEC"));
    const std::size_t last = scanner.offset();
    if (scanner.line(line) != Step::kDone) return bad(scanner.offset(), scanner.what());
    const auto end = parse_frame_end(line);
    if (!end) return bad(last, "a frame does not end in its checksum");
    if (end->bytes != last - frame.begin || !holds(*end, bytes_.substr(frame.begin, end->bytes))) {
      return bad(last, "the checksum of a frame does not hold");
    }
    frame.end = scanner.offset();
    frame.epoch = end->epoch;
    return true;
  }

  /// The last line of a base, which nothing follows.
  bool ends_file(std::string_view line, const CommandScanner& scanner) {
    if (!scanner.at_end() || parse_end_line(line) != end_.frames) return false;
    end_.good_bytes = scanner.offset();
    return ended_ = true;
  }

  bool bad(std::size_t offset, const char* why) {
    bad_offset_ = offset;
    why_ = why;
    return false;
  }

  /// The frame at good_bytes is bad. What a crash leaves behind is its beginning, or pages of it
  /// that never came to the disk, and nothing follows; a frame that holds behind it says that the
  /// bytes have changed since. Frames of unknown length lie between: each line that could end one
  /// is asked whether it does.
  LogEnd torn_or_damaged() {
    const auto later = find_later_frame();
    if (!later) return stop(Kind::kTorn, bad_offset_, why_);
    return stop(
        Kind::kDamaged, bad_offset_,
        std::string{why_} + ", and a frame that holds follows at " + std::to_string(*later));
  }

  /// Where a frame that holds begins behind good_bytes. Hostile bytes could claim any number of
  /// long frames that overlap, so after reading the file a few times over it is taken for damaged.
  std::optional<std::size_t> find_later_frame() {
    std::uint64_t readings = 8 * static_cast<std::uint64_t>(bytes_.size());
    std::size_t at = end_.good_bytes;
    for (;;) {
      at = bytes_.find(kChecksumPrefix, at);
      if (at == std::string_view::npos) return {};
      CommandScanner scanner{bytes_, at};
      std::string_view line;
      const auto end = scanner.line(line) == Step::kDone ? parse_frame_end(line) : std::nullopt;
      const std::size_t last = std::exchange(at, at + 1);
      if (!end || end->bytes > last - end_.good_bytes) continue;
      const std::size_t begin = last - end->bytes;
      if (!opens_frame(begin)) continue;
      if (end->bytes > readings) return begin;
      readings -= end->bytes;
      if (holds(*end, bytes_.substr(begin, end->bytes))) return begin;
    }
  }

  [[nodiscard]] bool opens_frame(std::size_t begin) const {
    const std::string_view frame = bytes_.substr(begin);
    return frame.starts_with(kMulti) || frame.starts_with(kTimePrefix);
  }

  bool ended_ = false;
  std::size_t bad_offset_ = 0;
  const char* why_ = "";
};

/// A file of Redis.
class CommandReading : Reading {
 public:
  CommandReading(std::string_view bytes, const ReadOptions& options, const TakeCommand& take)
      : Reading(bytes, options, take), scanner_(bytes, 0) {}

  LogEnd read() {
    while (!scanner_.at_end()) {
      Outline frame;
      frame.begin = scanner_.offset();
      if (!pass_lines(frame)) return end_;
      frame.commands = scanner_.offset();
      if (scanner_.at_end()) return only_lines(frame);
      if (scanner_.command() != Step::kDone) return fail();
      const bool transaction = is_bare(scanner_.words(), "MULTI");
      if (transaction && !find_exec(frame)) return end_;
      if (too_late(frame.time)) return stop_until(frame);
      if (!(transaction ? give_until_exec(frame.commands) : give_one(frame))) return end_;
      frame.end = scanner_.offset();
      pass(frame);
    }
    return end_;
  }

 private:
  LogEnd fail() {
    return stop(scanner_.step() == Step::kIncomplete ? Kind::kTorn : Kind::kDamaged,
                scanner_.offset(), scanner_.what());
  }

  bool fail(std::size_t offset, std::string_view why) {
    stop(Kind::kDamaged, offset, why);
    return false;
  }

  /// Passes over the annotations that stand here; false: stopped.
  bool pass_lines(Outline& frame) {
    while (scanner_.at_line()) {
      const std::size_t begin = scanner_.offset();
      std::string_view line;
      if (scanner_.line(line) != Step::kDone) {
        fail();
        return false;
      }
      // Without its head line a file of ours would be read without its checksums.
      if (line.starts_with(kChecksumPrefix)) return fail(0, "the head line of the log is damaged");
      if (!line.starts_with(kTimePrefix)) continue;
      const auto time = parse_time_line(line);
      if (!time) return fail(begin, "a time is not a number");
      frame.time = time;
    }
    return true;
  }

  LogEnd only_lines(const Outline& frame) {
    if (too_late(frame.time)) return stop_until(frame);
    end_.good_bytes = frame.commands;
    note_time(frame);
    return end_;
  }

  /// MULTI has been read: finds EXEC. False: stopped.
  bool find_exec(Outline& frame) {
    frame.commands = scanner_.offset();
    for (;;) {
      if (!pass_lines(frame)) return false;
      const std::size_t begin = scanner_.offset();
      if (scanner_.command() != Step::kDone) {
        fail();
        return false;
      }
      if (is_bare(scanner_.words(), "EXEC")) return true;
      if (is_bare(scanner_.words(), "MULTI")) return fail(begin, "MULTI within MULTI");
    }
  }

  bool give_one(const Outline& frame) {
    if (is_bare(scanner_.words(), "EXEC")) return fail(frame.commands, "EXEC without MULTI");
    return give(scanner_.words(), frame.commands);
  }

  CommandScanner scanner_;
};

}  // namespace

bool is_ours(std::string_view bytes) {
  return bytes.starts_with(kHeadName) || (!bytes.empty() && kHeadLine.starts_with(bytes));
}

LogEnd read_log(std::string_view bytes, const ReadOptions& options, const TakeCommand& take) {
  // By its name it is ours, so without its head line it is damaged, as FrameReading says.
  return is_ours(bytes) || options.command_base ? FrameReading{bytes, options, take}.read()
                                                : CommandReading{bytes, options, take}.read();
}

}  // namespace countd::storage::log
