// Expiry times as commands give them: seconds or milliseconds, from now or since 1970.
#pragma once

#include <optional>
#include <string_view>

#include "commands/arguments.h"

namespace countd::commands {

struct ExpireUnit {
  bool seconds = false;
  bool relative = false;
};

/// EX, PX, EXAT and PXAT; nothing for another word.
std::optional<ExpireUnit> expire_unit(std::string_view token);

/// The moment that `text` names, in milliseconds since 1970; it may have passed.
/// Fails `args` with kNotInteger, or kInvalidExpire if it is not positive or out of range.
storage::Millis expire_time(Arguments& args, std::string_view text, ExpireUnit unit);

/// Reads one word of the option list and its value: EX|PX|EXAT|PXAT time, KEEPTTL or PERSIST.
/// Several of one kind are fine and the last one counts; several kinds are a syntax error.
class ExpireOption {
 public:
  enum class Kind : std::uint8_t { kNone, kTime, kKeep, kPersist };

  /// True if the next words were an expiry option and have been consumed.
  bool take(Arguments& args);

  [[nodiscard]] Kind kind() const { return kind_; }
  [[nodiscard]] bool absolute() const { return !unit_.relative; }
  /// As expire_time. REQUIRES: kind() is kTime.
  [[nodiscard]] storage::Millis time(Arguments& args) const {
    return expire_time(args, text_, unit_);
  }

 private:
  bool choose(Kind kind, std::string_view token);

  Kind kind_ = Kind::kNone;
  std::string_view token_;
  std::string_view text_;
  ExpireUnit unit_;
};

}  // namespace countd::commands
