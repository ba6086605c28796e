#include "commands/condition.h"

#include <xxhash.h>

#include <array>

#include "commands/words.h"

namespace countd::commands {

namespace {
constexpr std::size_t kDigestDigits = 16;
}  // namespace

bool Condition::take_existence(Arguments& args) {
  return choose(args, "nx", Kind::kMissing) || choose(args, "xx", Kind::kExists);
}

bool Condition::take_comparison(Arguments& args) {
  return compare(args, "ifeq", Kind::kEqual) || compare(args, "ifne", Kind::kNotEqual) ||
         compare(args, "ifdeq", Kind::kDigestEqual) ||
         compare(args, "ifdne", Kind::kDigestNotEqual);
}

bool Condition::choose(Arguments& args, std::string_view token, Kind kind) {
  const bool agrees = kind_ == Kind::kNone || kind_ == kind;
  if (!agrees || !args.next_is(token)) return false;
  kind_ = kind;
  return true;
}

bool Condition::compare(Arguments& args, std::string_view token, Kind kind) {
  if (args.remaining() < 2 || !choose(args, token, kind)) return false;
  operand_ = args.next();
  return true;
}

void Condition::check(Arguments& args) const {
  const bool by_digest = kind_ == Kind::kDigestEqual || kind_ == Kind::kDigestNotEqual;
  if (by_digest && operand_.size() != kDigestDigits) {
    args.fail("ERR must be exactly 16 hexadecimal characters");
  }
}

bool Condition::holds(const storage::EntryView& entry) const {
  storage::IntegerText buffer;
  switch (kind_) {
    case Kind::kNone:
      return true;
    case Kind::kMissing:
      return !entry;
    case Kind::kExists:
      return entry.exists;
    case Kind::kEqual:
      return entry && entry.value.text(buffer) == operand_;
    case Kind::kNotEqual:
      return !entry || entry.value.text(buffer) != operand_;
    case Kind::kDigestEqual:
      return entry && same_word(digest_of(entry.value.text(buffer)), operand_);
    case Kind::kDigestNotEqual:
      return !entry || !same_word(digest_of(entry.value.text(buffer)), operand_);
  }
  return false;
}

std::string digest_of(std::string_view value) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text(kDigestDigits, '0');
  std::uint64_t hash = XXH3_64bits(value.data(), value.size());
  for (std::size_t i = kDigestDigits; i-- > 0; hash >>= 4) text[i] = kDigits[hash & 15];
  return text;
}

}  // namespace countd::commands
