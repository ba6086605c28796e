// Plays transcripts:
//
//   transcripts (--shards N | --server COMMAND) [--as countd|redis] [--record] FILE…
//
// --shards runs the commands in this process; --server starts a server for each file.
// --as says whose parts of the files are played. --record writes the replies that differ into
// the files: for a new transcript, to be read before it is believed.
#include <algorithm>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <iterator>
#include <stdexcept>

#include "tests/support/words.h"
#include "tests/transcripts/player.h"
#include "tests/transcripts/transcript.h"

namespace countd::transcripts {
namespace {

using Lines = std::vector<std::string>;
using std::chrono::milliseconds;

constexpr milliseconds kPatience{30000};
constexpr long kLateness = 10;       // seconds
constexpr milliseconds kQuiet{200};  // nothing more is expected after so long

struct Setting {
  std::string server;
  int shards = 0;
  bool redis = false;
  bool record = false;
  std::vector<std::string> files;
};

struct Tally {
  std::size_t steps = 0;
  std::size_t failures = 0;
};

std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::runtime_error("cannot be read");
  return {std::istreambuf_iterator<char>(file), {}};
}

void print_lines(const char* title, const Lines& lines) {
  std::printf("  %s\n", title);
  for (const auto& line : lines) std::printf("    %s\n", line.c_str());
}

// Goes on with SCAN until it is through; what it told, sorted, as one array.
Lines collect_scan(Player& player, test::Words words) {
  Lines items;
  while (true) {
    player.send(words);
    const auto reply = player.read(kPatience);
    if (!reply || reply->items.size() != 2) return {reply ? test::render(*reply) : "(no reply)"};
    for (const auto& item : reply->items[1].items) items.push_back("  " + test::render(item));
    words[1] = reply->items[0].text;
    if (words[1] == "0") break;
  }
  std::sort(items.begin(), items.end());
  items.insert(items.begin(), "*" + std::to_string(items.size()));
  return items;
}

// All replies to a step: one for a request, as many as are expected for raw bytes.
Lines collect(Player& player, const Step& step, bool record) {
  std::size_t wanted = step.action == Action::kRequest ? 1 : 0;
  if (step.action == Action::kBytes) {
    for (const auto& line : step.expected) wanted += line[0] != ' ' ? 1 : 0;
  }
  if (step.silent) wanted = 0;
  const bool open_ended = step.action == Action::kBytes && record;
  Lines lines;
  for (std::size_t i = 0; open_ended || i < wanted; ++i) {
    const auto reply = player.read(i < wanted && !open_ended ? kPatience : kQuiet);
    if (!reply) {
      if (i < wanted && !open_ended) lines.push_back("(no reply)");
      break;
    }
    for (auto& line : split_lines(test::render(*reply))) lines.push_back(std::move(line));
  }
  return lines;
}

// TTL goes on while a busy machine lets a test wait.
bool is_later_lifetime(const Step& step, const Lines& actual) {
  const bool asks = step.text.starts_with("TTL ") && step.expected.size() == 1 &&
                    actual.size() == 1 && step.expected[0].size() > 1 &&
                    step.expected[0].starts_with(':') && actual[0].starts_with(':');
  if (!asks) return false;
  const auto expected = std::stol(step.expected[0].substr(1));
  const auto passed = expected - std::stol(actual[0].substr(1));
  return expected > kLateness && passed >= 0 && passed <= kLateness;
}

void say_hello(Player& player, const char* version) {
  player.send({"HELLO", version});
  if (!player.read(kPatience)) throw std::runtime_error("no reply to HELLO");
}

// Plays one step; false if its reply is not what is expected, which is then in `actual`.
bool play(Player& player, const Step& step, bool record, Lines& actual) {
  switch (step.action) {
    case Action::kResp2:
      say_hello(player, "2");
      return true;
    case Action::kResp3:
      say_hello(player, "3");
      return true;
    case Action::kClient:
      player.use_client(step.text);
      return true;
    case Action::kAdvance:
      player.advance(milliseconds(std::stol(step.text)));
      return true;
    case Action::kClosed:
      actual = {"(the connection is open)"};
      return player.closed();
    case Action::kRequest:
      if (step.whole_scan) {
        actual = collect_scan(player, test::split_words(step.text));
        return matches(step.expected, actual, false);
      }
      player.send(test::split_words(step.text));
      break;
    case Action::kBytes:
      player.send_bytes(step.text);
      break;
  }
  actual = collect(player, step, record);
  return matches(step.expected, actual, step.unordered) || is_later_lifetime(step, actual);
}

// The file with the replies of `actual` (by step) in place of those it had.
void rewrite(const std::string& path, const Transcript& transcript,
             const std::vector<std::pair<std::size_t, Lines>>& actual) {
  auto lines = split_lines(read_file(path));
  for (auto change = actual.rbegin(); change != actual.rend(); ++change) {
    const auto& step = transcript.steps[change->first];
    const auto at = lines.begin() + static_cast<std::ptrdiff_t>(step.expected_line);
    lines.erase(at, at + static_cast<std::ptrdiff_t>(step.expected.size()));
    lines.insert(lines.begin() + static_cast<std::ptrdiff_t>(step.expected_line),
                 change->second.begin(), change->second.end());
  }
  std::ofstream file(path, std::ios::binary);
  for (const auto& line : lines) file << line << '\n';
}

void play_file(const std::string& path, const Setting& setting, Tally& tally) {
  const auto transcript = parse_transcript(read_file(path));
  if (transcript.needs_sockets && setting.server.empty()) return;
  const auto player = setting.server.empty() ? make_in_process_player(setting.shards)
                                             : make_socket_player(setting.server);
  std::vector<std::pair<std::size_t, Lines>> changes;
  for (std::size_t i = 0; i < transcript.steps.size(); ++i) {
    const auto& step = transcript.steps[i];
    if (!(setting.redis ? step.on_redis : step.on_countd)) continue;
    ++tally.steps;
    Lines actual;
    if (play(*player, step, setting.record, actual)) continue;
    ++tally.failures;
    if (setting.record) {
      changes.emplace_back(i, actual);
      continue;
    }
    std::printf("%s:%zu: %s\n", path.c_str(), step.line + 1, step.text.c_str());
    print_lines("expected", step.expected);
    print_lines("got", actual);
  }
  if (setting.record) rewrite(path, transcript, changes);
}

Setting parse_arguments(int argc, char** argv) {
  Setting setting;
  for (int i = 1; i < argc; ++i) {
    const std::string_view word = argv[i];
    const auto value = [&] {
      if (i + 1 == argc) throw std::runtime_error(std::string(word) + " needs a value");
      return std::string(argv[++i]);
    };
    if (word == "--server") {
      setting.server = value();
    } else if (word == "--shards") {
      setting.shards = std::stoi(value());
    } else if (word == "--as") {
      setting.redis = value() == "redis";
    } else if (word == "--record") {
      setting.record = true;
    } else {
      setting.files.emplace_back(word);
    }
  }
  if (setting.server.empty() == (setting.shards == 0) || setting.files.empty()) {
    throw std::runtime_error("usage: (--shards N | --server COMMAND) [--as WHO] [--record] FILE…");
  }
  return setting;
}

}  // namespace
}  // namespace countd::transcripts

int main(int argc, char** argv) {
  using namespace countd::transcripts;
  Tally tally;
  Setting setting;
  try {
    setting = parse_arguments(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 2;
  }
  for (const auto& file : setting.files) {
    try {
      play_file(file, setting, tally);
    } catch (const std::exception& error) {
      std::printf("%s: %s\n", file.c_str(), error.what());
      ++tally.failures;
    }
  }
  std::printf("%zu files, %zu steps, %zu failures\n", setting.files.size(), tally.steps,
              tally.failures);
  return tally.failures == 0 || setting.record ? 0 : 1;
}
