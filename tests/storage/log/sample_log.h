// Frames for tests: made of words, and a log of several of them as the writer writes it.
#pragma once

#include <doctest/doctest.h>

#include <initializer_list>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "storage/log/frame_writer.h"
#include "storage/log/log_reader.h"
#include "tests/persistence/faulty_disk.h"

namespace countd::test {

inline std::string resp(std::initializer_list<std::string_view> words) {
  std::string text = "*" + std::to_string(words.size()) + "\r\n";
  for (const auto word : words) {
    text.append("$").append(std::to_string(word.size())).append("\r\n").append(word).append("\r\n");
  }
  return text;
}

/// The state that SET, DEL and SELECT leave, key by key with its database before it.
class State {
 public:
  std::string apply(std::span<const std::string_view> words) {
    if (words[0] == "SELECT" && words.size() == 2) {
      db_ = words[1];
    } else if (words[0] == "SET" && words.size() == 3) {
      entries[db_ + " " + std::string{words[1]}] = words[2];
    } else if (words[0] == "DEL" && words.size() == 2) {
      entries.erase(db_ + " " + std::string{words[1]});
    } else {
      return "unknown command";
    }
    return {};
  }

  std::map<std::string, std::string> entries;

 private:
  std::string db_ = "0";
};

struct Replayed {
  storage::log::LogEnd end;
  std::map<std::string, std::string> entries;
};

inline Replayed replay(std::string_view bytes, const storage::log::ReadOptions& options = {}) {
  State state;
  auto end = storage::log::read_log(
      bytes, options, [&](std::span<const std::string_view> words) { return state.apply(words); });
  return {std::move(end), std::move(state.entries)};
}

/// Frame n sets a counter, a text and, in database 2, removes what frame n - 2 set; its epoch is
/// 10 n and its time 1,700,000,000 + n seconds.
inline storage::log::Frame sample_frame(int n) {
  const std::string number = std::to_string(n);
  storage::log::Frame frame;
  frame.epoch = static_cast<std::uint64_t>(10 * n);
  frame.time = (1'700'000'000LL + n) * 1000 + 500;
  frame.pieces = {resp({"SELECT", "0"}) + resp({"SET", "counter", number}),
                  resp({"SET", "text:" + number, std::string(3, static_cast<char>(n))}) +
                      resp({"SELECT", "2"}) + resp({"SET", "k" + number, "\r\n#CRC32C:"}) +
                      resp({"DEL", "k" + std::to_string(n - 2)})};
  frame.commands = 6;
  return frame;
}

struct SampleLog {
  std::string bytes;
  std::vector<std::uint64_t> cuts;  // ends of the head line and the frames
  std::vector<std::map<std::string, std::string>> states{1};  // at each of them
};

/// `room`: bytes that are written ahead, as a crash leaves them.
inline SampleLog sample_log(int frames, bool timestamps, std::uint64_t room = 0) {
  FaultyDisk disk;
  storage::log::FrameWriter writer{*disk.create("log")};
  REQUIRE(writer.begin().has_value());
  writer.set_room(room);
  SampleLog log;
  log.cuts.push_back(writer.bytes());
  State state;
  for (int n = 1; n <= frames; ++n) {
    const auto frame = sample_frame(n);
    REQUIRE(writer.append(frame, timestamps).has_value());
    log.cuts.push_back(writer.bytes());
    for (const auto& piece : frame.pieces) {
      // Without a head line the pieces are a log as Redis writes it.
      storage::log::read_log(piece, {}, [&](auto words) { return state.apply(words); });
    }
    log.states.push_back(state.entries);
  }
  log.bytes = disk.files.at("log");
  return log;
}

}  // namespace countd::test
