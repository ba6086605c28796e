// Random commands from a grammar over all that countd and Redis both know: few keys, many kinds of
// values, numbers at the edges, lifetimes far ahead or long gone, and now and then nonsense.
#pragma once

#include <cstdint>
#include <random>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tests/support/words.h"

namespace countd::differential {

/// How two servers' replies are compared.
enum class Compare : std::uint8_t {
  kExact,
  kUnordered,  // items in any order
  kTime,       // integers may be some seconds apart, in their own unit
  kShape,      // only whether it is an error, null or something
  kPayload,    // DUMP: with LZF undone
};

struct Command {
  test::Words words;
  Compare compare = Compare::kExact;
  std::size_t rule = 0;  // index into rules()
};

struct Rule {
  std::string_view text;  // see grammar.cc
  unsigned weight = 1;
  Compare compare = Compare::kExact;
};

class Grammar {
 public:
  explicit Grammar(std::uint64_t seed) : random_(seed) {}

  Command next();
  /// Leaves a rule out, of a command that one of the servers lacks.
  void forbid(std::string_view command);
  /// A payload of DUMP, for RESTORE to be given.
  void remember_payload(std::string payload);
  [[nodiscard]] std::uint64_t below(std::uint64_t limit) { return random_() % limit; }

  static std::span<const Rule> rules();

 private:
  void expand(const std::vector<std::string_view>& tokens, std::size_t& at, bool keep,
              test::Words& out);
  void expand_choice(const std::vector<std::string_view>& tokens, std::size_t& at, bool keep,
                     test::Words& out);
  std::string word_for(std::string_view kind);
  std::string key();
  std::string value();
  std::string integer();
  std::string floating();
  std::string pick(const std::vector<std::string_view>& from);
  void spoil(Command& command);

  std::mt19937_64 random_;
  std::vector<std::string> forbidden_;
  std::vector<std::string> payloads_;
};

}  // namespace countd::differential
