// Expanding a rule: one pass over its tokens; a branch that is not taken is walked over silently.
#include "tests/differential/grammar.h"

#include <algorithm>

namespace countd::differential {
namespace {

constexpr std::size_t kPayloads = 64;
constexpr unsigned kSpoiledInHundred = 3;

std::vector<std::string_view> tokens_of(std::string_view text) {
  std::vector<std::string_view> tokens;
  while (!text.empty()) {
    const auto end = std::min(text.find(' '), text.size());
    tokens.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return tokens;
}

const std::vector<std::string_view> kKeys = {"a",          "b",      "c",  "d",  "counter:1",
                                             "counter:22", "h1",     "h2", "h3", "h4",
                                             "{tag}x",     "{tag}y", "",   "k ", "\r\n\xff"};
const std::vector<std::string_view> kIntegers = {"0",
                                                 "1",
                                                 "-1",
                                                 "2",
                                                 "7",
                                                 "-3",
                                                 "100",
                                                 "127",
                                                 "128",
                                                 "255",
                                                 "-128",
                                                 "-129",
                                                 "32767",
                                                 "32768",
                                                 "65536",
                                                 "-0",
                                                 "+1",
                                                 "01",
                                                 "2147483647",
                                                 "-2147483648",
                                                 "2147483648",
                                                 "1000000",
                                                 "",
                                                 " 1",
                                                 "4294967296",
                                                 "1.0",
                                                 "x",
                                                 "9223372036854775807",
                                                 "9223372036854775806",
                                                 "-9223372036854775808",
                                                 "-9223372036854775807",
                                                 "9223372036854775808",
                                                 "-9223372036854775809",
                                                 "99999999999999999999",
                                                 "4611686018427387904"};
// Never a lifetime of a few seconds: it would be over on one server and not yet on the other.
const std::vector<std::string_view> kBadTimes = {"0",
                                                 "-1",
                                                 "-100000",
                                                 "x",
                                                 "",
                                                 "1.5",
                                                 " 1",
                                                 "9223372036854775807",
                                                 "-9223372036854775808",
                                                 "9223372036854775",
                                                 "99999999999999999999"};
const std::vector<std::string_view> kFloats = {
    "0",     "1",     "1.5",  "-0.1", "3.0e3", "-2.5e-3", "1e17",  "1e18", "0.1",
    "1e-20", "-0.0",  "0x10", "inf",  "-inf",  "nan",     "abc",   "",     " 1",
    "1 ",    "1e400", ".5",   "5.",   "1e+2",  "00.50",   "1e5000"};
const std::vector<std::string_view> kValues = {
    "",
    "abc",
    "a longer value with spaces and enough bytes to be told from a short one",
    "\0\x01\xff",
    "12345678901234567890123456789012345678901234",
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    "HYLL",
    "3.25",
    "nx",
    "007"};
const std::vector<std::string_view> kPatterns = {
    "*", "?", "[ab]", "h*", "counter:*", "[^a]", "{tag}*", "", "\\*", "h[1-3]", "*1*", "a"};

}  // namespace

Command Grammar::next() {
  unsigned total = 0;
  for (const auto& rule : rules()) total += rule.weight;
  while (true) {
    auto draw = below(total);
    std::size_t index = 0;
    while (draw >= rules()[index].weight) draw -= rules()[index++].weight;
    Command command{.words = {}, .compare = rules()[index].compare, .rule = index};
    const auto tokens = tokens_of(rules()[index].text);
    std::size_t at = 0;
    expand(tokens, at, true, command.words);
    const auto& name = command.words[0];
    if (std::find(forbidden_.begin(), forbidden_.end(), name) != forbidden_.end()) continue;
    if (below(100) < kSpoiledInHundred) spoil(command);
    return command;
  }
}

void Grammar::forbid(std::string_view command) { forbidden_.emplace_back(command); }

void Grammar::remember_payload(std::string payload) {
  if (payloads_.size() < kPayloads) {
    payloads_.push_back(std::move(payload));
  } else {
    payloads_[below(kPayloads)] = std::move(payload);
  }
}

// Up to the end of the rule, or of the branch it stands in.
void Grammar::expand(const std::vector<std::string_view>& tokens, std::size_t& at, bool keep,
                     test::Words& out) {
  while (at < tokens.size()) {
    const auto token = tokens[at];
    if (token == "|" || token == "]" || token == ")") return;
    if (token == "[" || token == "(") {
      expand_choice(tokens, at, keep, out);
      continue;
    }
    ++at;
    if (!keep) continue;
    if (token.front() != '{') {
      out.emplace_back(token);
      continue;
    }
    const auto kind = token.substr(1, token.find('}') - 1);
    const auto times = token.back() == '+' ? 1 + below(4) : 1;
    for (std::uint64_t i = 0; i < times; ++i) out.push_back(word_for(kind));
  }
}

void Grammar::expand_choice(const std::vector<std::string_view>& tokens, std::size_t& at, bool keep,
                            test::Words& out) {
  std::size_t branches = 1;
  std::size_t depth = 0;
  for (auto look = at + 1; depth > 0 || (tokens[look] != "]" && tokens[look] != ")"); ++look) {
    if (tokens[look] == "[" || tokens[look] == "(") ++depth;
    if (tokens[look] == "]" || tokens[look] == ")") --depth;
    if (tokens[look] == "|" && depth == 0) ++branches;
  }
  const bool optional = tokens[at] == "[";
  const auto chosen = optional && below(2) == 0 ? branches : below(branches);
  for (std::size_t branch = 0; branch < branches; ++branch) {
    ++at;  // over the opening or the bar
    expand(tokens, at, keep && branch == chosen, out);
  }
  ++at;  // over the end
}

std::string Grammar::pick(const std::vector<std::string_view>& from) {
  return std::string(from[below(from.size())]);
}

std::string Grammar::key() { return pick(kKeys); }

std::string Grammar::integer() {
  return below(3) == 0 ? pick(kIntegers)
                       : std::to_string(static_cast<std::int64_t>(below(2000)) - 1000);
}

std::string Grammar::floating() {
  if (below(2) == 0) return pick(kFloats);
  auto text = std::to_string(static_cast<std::int64_t>(below(2000000)) - 1000000);
  if (below(2) == 0) text += "." + std::to_string(below(1000000));
  return text;
}

std::string Grammar::value() {
  switch (below(6)) {
    case 0:
    case 1:
      return integer();
    case 2:
      return std::to_string(static_cast<std::int64_t>(random_()));
    case 3: {
      std::string bytes(below(200), 'x');
      const auto kinds = 1 + below(256);
      for (auto& byte : bytes) byte = static_cast<char>(below(kinds));
      return bytes;
    }
    default:
      return pick(kValues);
  }
}

// Relative times are far apart, so that a few milliseconds between the servers decide nothing.
std::string Grammar::word_for(std::string_view kind) {
  if (kind == "k") return key();
  if (kind == "v") return value();
  if (kind == "i") return integer();
  if (kind == "bad") return pick(kBadTimes);
  if (kind == "f") return floating();
  if (kind == "e") return below(20) == 0 ? value() : "e" + std::to_string(below(5000));
  if (kind == "s") return std::to_string(100000 + below(1000000000));
  if (kind == "ms") return std::to_string(100000000 + below(1000000000000));
  if (kind == "at") return below(5) == 0 ? "1" : std::to_string(4000000000 + below(1000000000));
  if (kind == "atms")
    return below(5) == 0 ? "1" : std::to_string(4000000000000 + below(1000000000));
  if (kind == "o") return std::to_string(below(3) == 0 ? below(3000) : below(20));
  if (kind == "r") {
    return below(5) == 0 ? integer() : std::to_string(static_cast<std::int64_t>(below(60)) - 30);
  }
  if (kind == "db") return below(20) == 0 ? integer() : std::to_string(below(3));
  if (kind == "p") return pick(kPatterns);
  if (payloads_.empty()) return "none yet";
  auto payload = payloads_[below(payloads_.size())];
  if (below(10) == 0 && !payload.empty()) payload[below(payload.size())] ^= 1;
  return payload;
}

// A word too few, too many, or out of place.
void Grammar::spoil(Command& command) {
  auto& words = command.words;
  switch (below(4)) {
    case 0:
      if (words.size() > 1) words.pop_back();
      break;
    case 1:
      words.push_back(pick(kBadTimes));
      break;
    case 2:
      // Not a lifetime of RESTORE, which Redis adds to the time without looking whether it fits,
      // and not a cursor of SCAN, which it takes though it be negative.
      if (words.size() > 1 && words[0] != "RESTORE" && words[0] != "SCAN") {
        words[1 + below(words.size() - 1)] = pick(kBadTimes);
      }
      break;
    default:  // or spelled in another way
      for (auto& byte : words[0]) {
        if (byte >= 'A' && byte <= 'Z' && below(2) == 0) byte = static_cast<char>(byte - 'A' + 'a');
      }
  }
  // Cursors and the order behind them are a server's own.
  if (rules()[command.rule].text.starts_with("SCAN")) command.compare = Compare::kShape;
}

}  // namespace countd::differential
