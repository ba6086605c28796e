// Measures the log: bytes a second written to memory, nanoseconds a command read.
//   ninja log_bench && tests/storage/log/log_bench
#include <chrono>
#include <cstdio>
#include <memory>
#include <string>

#include "storage/log/frame_writer.h"
#include "storage/log/log_reader.h"

namespace {

using namespace countd::storage;
using Clock = std::chrono::steady_clock;

class MemoryFile final : public File {
 public:
  explicit MemoryFile(std::string& bytes) : bytes_(bytes) {}
  DiskResult<std::size_t> write_some(std::string_view bytes) override {
    bytes_.append(bytes);
    return bytes.size();
  }
  DiskStatus sync() override { return {}; }
  void write_back(std::uint64_t, std::uint64_t) override {}

 private:
  std::string& bytes_;
};

double seconds_since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

log::Frame make_frame(int commands) {
  log::Frame frame;
  frame.commands = static_cast<std::uint64_t>(commands);
  std::string piece;
  for (int i = 0; i < commands; ++i) {
    const std::string key = "counter:" + std::to_string(1'000'000 + i);
    const std::string value = std::to_string(i * 7);
    piece += "*3\r\n$3\r\nSET\r\n$" + std::to_string(key.size()) + "\r\n" + key + "\r\n$" +
             std::to_string(value.size()) + "\r\n" + value + "\r\n";
    if (piece.size() > 1 << 20) frame.pieces.push_back(std::exchange(piece, {}));
  }
  frame.pieces.push_back(std::move(piece));
  return frame;
}

void measure(const char* name, int frames, int commands) {
  std::string bytes;
  log::Frame frame = make_frame(commands);
  bytes.reserve((frame.bytes() + 100) * static_cast<std::uint64_t>(frames) + 100);
  log::FrameWriter writer{std::make_unique<MemoryFile>(bytes)};
  const auto writing = Clock::now();
  bool good = writer.begin().has_value();
  for (int i = 1; i <= frames; ++i) {
    frame.epoch = static_cast<std::uint64_t>(i);
    good = good && writer.append(frame, true).has_value();
  }
  const double write_seconds = seconds_since(writing);
  std::uint64_t words = 0;
  const auto reading = Clock::now();
  const auto end = log::read_log(bytes, {}, [&](auto command) {
    words += command.size();
    return std::string{};
  });
  const double read_seconds = seconds_since(reading);
  good = good && end.kind == log::LogEnd::Kind::kWhole && words == 3 * end.commands;
  const double size_mb = static_cast<double>(bytes.size()) / 1e6;
  std::printf("%-24s %8.0f MB/s written (%.0f ns a frame), %6.1f ns a command read, %s\n", name,
              size_mb / write_seconds, 1e9 * write_seconds / frames,
              1e9 * read_seconds / static_cast<double>(end.commands), good ? "good" : "WRONG");
}

}  // namespace

int main() {
  measure("80 frames of 64k", 80, 65'536);
  measure("1M frames of 1", 1'000'000, 1);
}
