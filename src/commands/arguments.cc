#include "commands/arguments.h"

#include "commands/float_text.h"
#include "commands/reply.h"
#include "commands/words.h"

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

void Arguments::report(Reply& reply) const {
  error_ ? reply.error(*error_) : reply.error(error_text_);
}

}  // namespace countd::commands
