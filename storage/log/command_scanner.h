// Walks over what a log file is made of: commands, each an array of bulk strings, and lines that
// begin with '#'. Strict: lengths are canonical, lines end in CR LF. Bytes that end too early are
// told apart from bytes that can be no command whatever follows.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace countd::storage::log {

class CommandScanner {
 public:
  enum class Step : std::uint8_t { kDone, kIncomplete, kMalformed };

  /// No command has more words than Redis takes, no word more bytes than any Redis may be set to.
  static constexpr std::uint64_t kMaxWords = 1024 * 1024;
  static constexpr std::uint64_t kMaxWordBytes = 1ULL << 32;
  static constexpr std::size_t kMaxLineBytes = 1024;

  /// Borrows `bytes`, begins at `offset` of them.
  CommandScanner(std::string_view bytes, std::size_t offset) : bytes_(bytes), at_(offset) {}

  /// Reads the command that begins here. Its words are valid as long as the bytes, the list of
  /// them until the next call.
  Step command();
  [[nodiscard]] std::span<const std::string_view> words() const { return words_; }
  /// Reads the line that begins here, without its end. The '#' is not looked at.
  Step line(std::string_view& text);

  [[nodiscard]] bool at_end() const { return at_ == bytes_.size(); }
  [[nodiscard]] bool at_line() const { return !at_end() && bytes_[at_] == '#'; }
  /// Behind what has been read; where a step failed, the byte that it could not take.
  [[nodiscard]] std::size_t offset() const { return at_; }
  /// How the last step ended, and why it failed.
  [[nodiscard]] Step step() const { return step_; }
  [[nodiscard]] const char* what() const { return what_; }

 private:
  Step number(char mark, std::uint64_t most, std::uint64_t& value);
  Step word(std::string_view& text);
  Step fail(Step step, const char* what);

  std::string_view bytes_;
  std::size_t at_;
  std::vector<std::string_view> words_;
  Step step_ = Step::kDone;
  const char* what_ = "";
};

/// Whether the command is the one word `name`, in whatever case.
bool is_bare(std::span<const std::string_view> words, std::string_view name);

/// "at offset 123: why"
std::string at_offset(std::uint64_t offset, std::string_view why);

}  // namespace countd::storage::log
