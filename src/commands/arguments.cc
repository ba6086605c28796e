#include "commands/arguments.h"

#include <limits>

#include "commands/error_text.h"
#include "commands/float_text.h"
#include "commands/reply.h"
#include "commands/words.h"
#include "config/options.h"

namespace countd::commands {

bool Arguments::next_is(std::string_view token) {
  if (done() || !same_word(words_[at_], token)) return false;
  ++at_;
  return true;
}

std::int64_t Arguments::next_int(storage::Errc error) {
  const auto value = storage::parse_integer(next());
  if (!value) fail(error);
  return value.value_or(0);
}

long double Arguments::next_float(storage::Errc error) {
  const auto value = parse_float(next());
  if (!value) fail(error);
  return value.value_or(0);
}

int Arguments::next_db() {
  const auto index = next_int();
  if (index < std::numeric_limits<int>::min() || index > std::numeric_limits<int>::max()) {
    fail("ERR value is out of range, value must between -2147483648 and 2147483647");
    return 0;
  }
  if (index < 0 || index >= options().databases) fail(storage::Errc::kDbIndexOutOfRange);
  return static_cast<int>(index);
}

void Arguments::report(Reply& reply) const {
  if (error_ == storage::Errc::kInvalidExpire) return reply.error(invalid_expire(words_[0]));
  error_ ? reply.error(*error_) : reply.error(error_text_);
}

}  // namespace countd::commands
