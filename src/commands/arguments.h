// A cursor over a request's words: a handler parses everything, checks once, acts, replies.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "storage/base/integer.h"
#include "storage/base/key.h"
#include "storage/base/result.h"
#include "storage/base/time.h"

namespace countd::config {
struct Options;
}

namespace countd::commands {

class CommandTable;

/// What a request is run with, besides its words.
struct CallContext {
  const config::Options* options = nullptr;
  const CommandTable* table = nullptr;
  std::uint64_t hash_seed = 0;
  storage::Millis now = 0;
  int db = 0;
  int shard = 0;   // the executing shard and how many there are (SCAN's cursor)
  int shards = 1;
};

class Arguments {
 public:
  /// `words[0]` is the command's name; the cursor stands on words[first].
  /// `first_hash`: the hash of the request's first key if it is known already, else 0.
  Arguments(std::span<const std::string_view> words, const CallContext& context,
            std::uint64_t first_hash = 0, std::size_t first = 1)
      : words_(words), context_(context), first_hash_(first_hash), at_(first) {}

  [[nodiscard]] const config::Options& options() const { return *context_.options; }
  [[nodiscard]] const CallContext& context() const { return context_; }
  [[nodiscard]] storage::Millis now() const { return context_.now; }
  [[nodiscard]] int db() const { return context_.db; }
  [[nodiscard]] std::span<const std::string_view> words() const { return words_; }

  [[nodiscard]] std::size_t remaining() const { return words_.size() - at_; }
  [[nodiscard]] bool done() const { return at_ >= words_.size(); }
  /// The next word; kSyntax if there is none.
  std::string_view next();
  [[nodiscard]] std::string_view peek() const { return done() ? std::string_view{} : words_[at_]; }
  void skip(std::size_t words) { at_ += words; }
  /// Consumes the next word if it is `token`, whatever its case.
  bool next_is(std::string_view token);
  storage::Key next_key();
  [[nodiscard]] storage::Key key_of(std::string_view bytes, int db) const {
    return {bytes, storage::hash_key(bytes, context_.hash_seed), db};
  }
  /// kNotInteger (or `error`) unless the next word is a canonical integer.
  std::int64_t next_int(storage::Errc error = storage::Errc::kNotInteger);
  /// kNotFloat unless the next word is a number as Redis's strtold-based parser takes it.
  long double next_float(storage::Errc error = storage::Errc::kNotFloat);

  void fail(storage::Errc error) {
    if (!error_) error_ = error;
  }
  [[nodiscard]] bool failed() const { return error_.has_value(); }
  /// REQUIRES: failed().
  [[nodiscard]] storage::Errc error() const { return *error_; }

 private:
  std::span<const std::string_view> words_;
  const CallContext& context_;
  std::uint64_t first_hash_;
  std::size_t at_;
  std::optional<storage::Errc> error_;
};

}  // namespace countd::commands
