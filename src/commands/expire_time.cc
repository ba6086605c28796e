#include "commands/expire_time.h"

#include <limits>

#include "commands/words.h"

namespace countd::commands {

using storage::Errc;
using storage::Millis;

std::optional<ExpireUnit> expire_unit(std::string_view token) {
  if (same_word(token, "ex")) return ExpireUnit{.seconds = true, .relative = true};
  if (same_word(token, "px")) return ExpireUnit{.seconds = false, .relative = true};
  if (same_word(token, "exat")) return ExpireUnit{.seconds = true, .relative = false};
  if (same_word(token, "pxat")) return ExpireUnit{.seconds = false, .relative = false};
  return std::nullopt;
}

Millis expire_time(Arguments& args, std::string_view text, ExpireUnit unit) {
  constexpr Millis kMost = std::numeric_limits<Millis>::max();
  const auto value = storage::parse_integer(text);
  if (!value) {
    args.fail(Errc::kNotInteger);
    return 0;
  }
  const Millis scale = unit.seconds ? 1000 : 1;
  const Millis base = unit.relative ? args.now() : 0;
  if (*value <= 0 || *value > kMost / scale || *value * scale > kMost - base) {
    args.fail(Errc::kInvalidExpire);
    return 0;
  }
  return base + *value * scale;
}

bool ExpireOption::take(Arguments& args) {
  const std::string_view token = args.peek();
  if (same_word(token, "keepttl")) {
    if (!choose(Kind::kKeep, token)) return false;
    args.skip(1);
    return true;
  }
  if (same_word(token, "persist")) {
    if (!choose(Kind::kPersist, token)) return false;
    args.skip(1);
    return true;
  }
  const auto unit = expire_unit(token);
  if (!unit || args.remaining() < 2 || !choose(Kind::kTime, token)) return false;
  args.skip(1);
  unit_ = *unit;
  text_ = args.next();
  return true;
}

bool ExpireOption::choose(Kind kind, std::string_view token) {
  if (kind_ != Kind::kNone && !same_word(token_, token)) return false;
  kind_ = kind;
  token_ = token;
  return true;
}

}  // namespace countd::commands
