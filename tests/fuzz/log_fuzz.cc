// A log file and a manifest from anywhere: whatever is read of a log is read again, and no more,
// from the bytes that were called good; a manifest that is understood survives being written.
//
// A log of ours is also given the checksums that belong to it, since no mutation would hit them:
// each line that ends a frame is rewritten for the bytes before it.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "storage/log/crc32c.h"
#include "storage/log/frame_format.h"
#include "storage/log/log_reader.h"
#include "storage/log/manifest.h"

namespace {

using namespace countd::storage::log;

void require(bool condition, const char* what) {
  if (condition) return;
  std::fprintf(stderr, "%s\n", what);
  std::abort();
}

/// Every command that is given out, spelled so that two readings can be compared.
LogEnd read(std::string_view bytes, std::string& given) {
  const char* const end = bytes.data() + bytes.size();
  return read_log(bytes, {}, [&](std::span<const std::string_view> words) {
    require(!words.empty(), "a command without words");
    for (const auto word : words) {
      require(word.data() >= bytes.data() && word.data() + word.size() <= end,
              "a word beyond the file");
      given.append(std::to_string(word.size())).append(":").append(word);
    }
    given += '\n';
    return std::string{};
  });
}

void read_twice(std::string_view bytes) {
  std::string given;
  const LogEnd end = read(bytes, given);
  require(end.good_bytes <= bytes.size(), "more good bytes than there are");
  require(end.what.empty() == (end.kind == LogEnd::Kind::kWhole), "a whole log with a complaint");
  if (end.kind == LogEnd::Kind::kWhole) {
    require(end.good_bytes == bytes.size(), "a whole log that is not good to its end");
  }
  if (end.kind != LogEnd::Kind::kTorn) return;
  std::string again;
  const LogEnd good = read(bytes.substr(0, end.good_bytes), again);
  require(good.kind == LogEnd::Kind::kWhole, "good bytes that are not whole");
  require(again == given, "good bytes that say something else");
}

/// The same log with checksums that hold, and epochs that ascend.
std::string sealed(std::string_view bytes) {
  std::string out{kHeadLine};
  std::uint64_t epoch = 0;
  for (std::size_t at = 0; at < bytes.size();) {
    const std::size_t end = bytes.find(kChecksumPrefix, at);
    const std::string_view frame = bytes.substr(at, end - at);
    out.append(frame);
    if (end == std::string_view::npos) break;
    append_frame_end(out, crc32c(0, frame), frame.size(), ++epoch);
    const std::size_t line = bytes.find('\n', end);
    at = line == std::string_view::npos ? bytes.size() : line + 1;
  }
  return out;
}

void read_as_manifest(std::string_view bytes) {
  const auto manifest = parse_manifest(bytes);
  if (!manifest) return require(!manifest.error().what.empty(), "a refusal without a reason");
  const std::string text = manifest->text();
  const auto again = parse_manifest(text);
  // A name may be longer in quotes than a line may be.
  if (!again) return require(again.error().what.ends_with("too long"), "a text that is refused");
  require(again->text() == text, "a manifest that has changed");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* input, std::size_t size) {
  const std::string bytes(reinterpret_cast<const char*>(input), size);
  read_twice(bytes);
  read_twice(sealed(bytes.starts_with(kHeadLine) ? std::string_view{bytes}.substr(kHeadLine.size())
                                                 : std::string_view{bytes}));
  read_as_manifest(bytes);
  return 0;
}
