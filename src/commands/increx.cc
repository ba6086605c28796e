// INCREX: an increment with bounds and a lifetime, in one step. The bounds test the result: one
// that lies outside is not written (and the reply says 0 was added), or is cut to the bound if
// SATURATE says so. The type's own range is a bound like any other.
#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <string>

#include "commands/arguments.h"
#include "commands/condition.h"
#include "commands/counters.h"
#include "commands/expire_time.h"
#include "commands/float_text.h"
#include "commands/reply.h"
#include "commands/row_check.h"
#include "commands/row_shapes.h"
#include "commands/string_value.h"

namespace countd::commands {

using storage::Errc;
using storage::Keyspace;
using storage::kNoExpiry;
using storage::Millis;
using enum ArgumentType;

namespace {

struct Options {
  std::optional<std::string_view> by_integer;
  std::optional<std::string_view> by_float;
  std::optional<std::string_view> lower;
  std::optional<std::string_view> upper;
  Condition condition;
  ExpireOption expire;
  bool saturate = false;
  bool only_new_expiry = false;
};

bool take_value(Arguments& args, std::string_view token, std::optional<std::string_view>& value) {
  if (value || args.remaining() < 2 || !args.next_is(token)) return false;
  value = args.next();
  return true;
}

bool take_flag(Arguments& args, std::string_view token, bool& flag) {
  if (flag || !args.next_is(token)) return false;
  flag = true;
  return true;
}

// Each option once: here, unlike in SET, twice the same is an error as well.
bool take_option(Arguments& args, Options& options) {
  if (take_value(args, "byint", options.by_integer)) return true;
  if (take_value(args, "byfloat", options.by_float)) return true;
  if (take_value(args, "lbound", options.lower)) return true;
  if (take_value(args, "ubound", options.upper)) return true;
  if (take_flag(args, "saturate", options.saturate)) return true;
  if (take_flag(args, "enx", options.only_new_expiry)) return true;
  const bool has_condition = options.condition.kind() != Condition::Kind::kNone;
  if (!has_condition && options.condition.take_existence(args)) return true;
  const bool has_expiry = options.expire.kind() != ExpireOption::Kind::kNone;
  return !has_expiry && options.expire.take(args);
}

Options next_options(Arguments& args) {
  Options options;
  while (!args.done() && !args.failed()) {
    if (!take_option(args, options)) args.fail(Errc::kSyntax);
  }
  if (options.by_integer && options.by_float) args.fail(Errc::kSyntax);
  if (options.expire.kind() == ExpireOption::Kind::kKeep) args.fail(Errc::kSyntax);
  if (options.only_new_expiry && options.expire.kind() != ExpireOption::Kind::kTime) {
    args.fail("ERR ENX flag requires an expiration");
  }
  return options;
}

// What differs between counting in integers and in decimals.
struct IntegerKind {
  using Number = std::int64_t;
  using Wide = __int128;
  static constexpr std::string_view kBadIncrement =
      "ERR Increment is not an integer or out of range";
  static constexpr std::string_view kBadLower = "ERR LBOUND is not an integer or out of range";
  static constexpr std::string_view kBadUpper = "ERR UBOUND is not an integer or out of range";
  static constexpr Errc kBadValue = Errc::kNotInteger;

  static std::optional<Number> parse(std::string_view text) { return storage::parse_integer(text); }
  static std::optional<std::string_view> increment(const Options& options) {
    return options.by_integer;
  }
  static void store(Keyspace& keys, const storage::Key& key, Number value, Millis expiry) {
    keys.set(key, value, expiry);
  }
  static void answer(Number number, Reply& reply) { reply.integer(number); }
};

struct FloatKind {
  using Number = long double;
  using Wide = long double;
  static constexpr std::string_view kBadIncrement = "ERR Increment is not a valid float";
  static constexpr std::string_view kBadLower = "ERR LBOUND is not a valid float";
  static constexpr std::string_view kBadUpper = "ERR UBOUND is not a valid float";
  static constexpr Errc kBadValue = Errc::kNotFloat;

  static std::optional<Number> parse(std::string_view text) { return parse_float(text); }
  static std::optional<std::string_view> increment(const Options& options) {
    return options.by_float;
  }
  static void store(Keyspace& keys, const storage::Key& key, Number value, Millis expiry) {
    const std::string text = format_float(value);
    keys.set(key, std::string_view(text), expiry);
  }
  static void answer(Number number, Reply& reply) {
    reply.resp3() ? reply.number(static_cast<double>(number)) : reply.bulk(format_float(number));
  }
};

template <class Kind>
struct Step {
  typename Kind::Number increment = 1;
  typename Kind::Number lower = std::numeric_limits<typename Kind::Number>::lowest();
  typename Kind::Number upper = std::numeric_limits<typename Kind::Number>::max();
};

template <class Kind>
Step<Kind> next_step(Arguments& args, const Options& options) {
  Step<Kind> step;
  const auto read = [&](std::optional<std::string_view> text, auto& number,
                        std::string_view error) {
    if (!text) return;
    const auto value = Kind::parse(*text);
    if (!value) return args.fail(error);
    number = *value;
  };
  read(Kind::increment(options), step.increment, Kind::kBadIncrement);
  if constexpr (std::is_same_v<Kind, FloatKind>) {
    if (std::isinf(step.increment)) args.fail("ERR BYFLOAT increment cannot be Infinity");
  }
  read(options.lower, step.lower, Kind::kBadLower);
  read(options.upper, step.upper, Kind::kBadUpper);
  if (step.lower > step.upper) args.fail("ERR LBOUND can't be greater than UBOUND");
  return step;
}

template <class Kind>
void answer_pair(typename Kind::Number value, typename Kind::Number applied, Reply& reply) {
  reply.array(2);
  Kind::answer(value, reply);
  Kind::answer(applied, reply);
}

// The expiry that the options ask for; nothing: a time that has passed deletes the key, except
// where ENX keeps it from counting.
std::optional<Millis> next_expiry(const Options& options, Millis time, Millis current, Millis now) {
  if (options.expire.kind() == ExpireOption::Kind::kPersist) return kNoExpiry;
  if (options.expire.kind() != ExpireOption::Kind::kTime) return storage::kKeepExpiry;
  const bool has_passed = time <= now;
  const bool counts = !options.only_new_expiry || (current == kNoExpiry && !has_passed);
  if (!counts) return storage::kKeepExpiry;
  if (has_passed) return std::nullopt;
  return time;
}

template <class Kind>
void increment(Arguments& args, Keyspace& keys, Reply& reply, const storage::Key& key,
               const Options& options) {
  using Number = typename Kind::Number;
  const auto step = next_step<Kind>(args, options);
  const bool timed = options.expire.kind() == ExpireOption::Kind::kTime;
  const Millis time = timed && !args.failed() ? options.expire.time(args) : kNoExpiry;
  if (args.failed()) return args.report(reply);

  const auto entry = keys.read(key);
  storage::IntegerText buffer;
  const auto current =
      entry ? Kind::parse(entry.value.text(buffer)) : std::optional<Number>(Number{0});
  if (!current) return reply.error(Kind::kBadValue);
  if (!options.condition.holds(entry)) return answer_pair<Kind>(*current, 0, reply);

  using Wide = typename Kind::Wide;
  Wide result = Wide{*current} + Wide{step.increment};
  if (result < Wide{step.lower} || result > Wide{step.upper}) {
    if (!options.saturate) return answer_pair<Kind>(*current, 0, reply);
    result = result < Wide{step.lower} ? Wide{step.lower} : Wide{step.upper};
  }
  // From one end of the range to the other is further than a reply can say.
  const Wide applied =
      std::clamp(result - Wide{*current}, Wide{std::numeric_limits<Number>::lowest()},
                 Wide{std::numeric_limits<Number>::max()});
  const auto expiry = next_expiry(options, time, entry ? entry.expiry : kNoExpiry, keys.now());
  if (expiry) {
    Kind::store(keys, key, static_cast<Number>(result), *expiry);
  } else {
    keys.erase(key);
  }
  answer_pair<Kind>(static_cast<Number>(result), static_cast<Number>(applied), reply);
}

void increx(Arguments& args, Keyspace& keys, Reply& reply) {
  const auto key = args.next_key();
  const auto options = next_options(args);
  if (is_other_than_string(keys.peek(key))) return reply.error(Errc::kWrongType);
  if (args.failed()) return args.report(reply);
  options.by_float ? increment<FloatKind>(args, keys, reply, key, options)
                   : increment<IntegerKind>(args, keys, reply, key, options);
}

constexpr Argument kConditions[] = {{"nx", kPureToken, "NX"}, {"xx", kPureToken, "XX"}};
constexpr Argument kIncrements[] = {{"float", kDouble, "BYFLOAT"}, {"integer", kInteger, "BYINT"}};
constexpr Argument kExpirations[] = {
    {"seconds", kInteger, "EX"},
    {"milliseconds", kInteger, "PX"},
    {"unix-time-seconds", kUnixTime, "EXAT"},
    {"unix-time-milliseconds", kUnixTime, "PXAT"},
    {"persist", kPureToken, "PERSIST"},
};
constexpr Argument kIncrexArguments[] = {
    {"key", kKey},
    {.name = "condition", .type = kOneOf, .flags = kOptional, .arguments = kConditions},
    {.name = "increment", .type = kOneOf, .flags = kOptional, .arguments = kIncrements},
    {"lowerbound", kString, "LBOUND", kOptional},
    {"upperbound", kString, "UBOUND", kOptional},
    {"saturate", kPureToken, "SATURATE", kOptional},
    {.name = "expiration", .type = kOneOf, .flags = kOptional, .arguments = kExpirations},
    {"enx", kPureToken, "ENX", kOptional},
};

constexpr Command kRows[] = {
    string_row({.name = "increx",
                .arity = -2,
                .flags = kWrite | kDenyOom | kFast,
                .keys = first_key(kRW | kAccess | kUpdate),
                .handler = ShardHandler{increx},
                .summary = "Adds to a counter within bounds, and may change its expiry",
                .since = "8.8.0",
                .arguments = kIncrexArguments}),
};
static_assert(well_formed(kRows));

}  // namespace

std::span<const Command> increx_commands() { return kRows; }

}  // namespace countd::commands
