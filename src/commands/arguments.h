// A cursor over a request's words: a handler parses everything, checks once, acts, replies.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

#include "storage/base/integer.h"
#include "storage/base/key.h"
#include "storage/base/result.h"
#include "storage/base/time.h"

namespace countd::config {
struct Options;
}

namespace countd::commands {

class CommandTable;
class Reply;

/// What a request is run with, besides its words.
struct CallContext {
  const config::Options* options = nullptr;
  const CommandTable* table = nullptr;
  std::uint64_t hash_seed = 0;
  storage::Millis now = 0;
  int db = 0;
  int shard = 0;  // the executing shard and how many there are (SCAN's cursor)
  int shards = 1;
  std::uint64_t random = 0;  // fresh for every request that is gathered (RANDOMKEY), else 0
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
  [[gnu::always_inline]] std::string_view next() {
    if (at_ < words_.size()) [[likely]]
      return words_[at_++];
    fail(storage::Errc::kSyntax);
    return {};
  }
  [[nodiscard]] std::string_view peek() const { return done() ? std::string_view{} : words_[at_]; }
  void skip(std::size_t words) { at_ += words; }
  /// What the row's prefetch hook returned for this request; 0 if it was not called.
  [[nodiscard]] std::uint64_t foresight() const { return foresight_; }
  void set_foresight(std::uint64_t foresight) { foresight_ = foresight; }
  /// Puts the cursor on words[2], where the arguments of a container's subcommand begin.
  void after_subcommand() { at_ = 2; }
  /// Consumes the next word if it is `token`, whatever its case.
  bool next_is(std::string_view token);
  [[gnu::always_inline]] storage::Key next_key() {
    const std::string_view bytes = next();
    if (first_hash_ == 0) return key_of(bytes, context_.db);
    return {bytes, std::exchange(first_hash_, 0), context_.db};
  }
  [[nodiscard]] storage::Key key_of(std::string_view bytes) const {
    return key_of(bytes, context_.db);
  }
  [[nodiscard]] storage::Key key_of(std::string_view bytes, int db) const {
    return {bytes, storage::hash_key(bytes, context_.hash_seed), db};
  }
  /// kNotInteger (or `error`) unless the next word is a canonical integer.
  std::int64_t next_int(storage::Errc error = storage::Errc::kNotInteger);
  /// kDbIndexOutOfRange unless the next word is the number of a database.
  int next_db();
  /// kNotFloat unless the next word is a number as Redis's strtold-based parser takes it.
  long double next_float(storage::Errc error = storage::Errc::kNotFloat);

  void fail(storage::Errc error) {
    if (!failed()) error_ = error;
  }
  /// In words that no Errc has, with their code ("ERR …"): a literal.
  void fail(std::string_view text) {
    if (!failed()) error_text_ = text;
  }
  [[nodiscard]] bool failed() const { return error_.has_value() || !error_text_.empty(); }
  /// REQUIRES: failed(), by an Errc.
  [[nodiscard]] storage::Errc error() const { return *error_; }
  /// Answers with the first failure, whichever kind it is. REQUIRES: failed().
  void report(Reply& reply) const;

 private:
  std::span<const std::string_view> words_;
  const CallContext& context_;
  std::uint64_t first_hash_;
  std::uint64_t foresight_ = 0;
  std::size_t at_;
  std::optional<storage::Errc> error_;
  std::string_view error_text_;
};

}  // namespace countd::commands
