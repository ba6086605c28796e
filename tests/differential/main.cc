// Sends the same random commands to countd and to Redis and compares every reply:
//
//   differential --countd COMMAND --redis COMMAND [--commands N] [--seed S] [--restart]
//
// Every few thousand commands the data itself is compared: the keys of each database, and of each
// key its DUMP, encoding, expiry and digest. A difference is shown with the last commands on its
// keys; both servers are then emptied, so that one fault does not hide the next.
//
// --restart: each time countd, which keeps a log, is ended, by turns in order and by a kill, and
// started again; Redis reads its data anew (DEBUG RELOAD), and all is compared once more.
#include <chrono>
#include <csignal>
#include <cstdio>
#include <deque>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <stdexcept>

#include "tests/differential/compare.h"
#include "tests/differential/grammar.h"
#include "tests/support/server_process.h"

namespace countd::differential {
namespace {

using test::Client;
using test::Reply;
using test::Words;

constexpr std::size_t kCheckEvery = 5000;
constexpr std::size_t kRemembered = 12;  // last commands kept for each key
constexpr std::size_t kMaxDifferences = 500;
constexpr std::size_t kShownOfEach = 2;  // differences that are printed, for each command

struct Setting {
  std::string countd;
  std::string redis;
  std::uint64_t commands = 200000;
  std::uint64_t seed = std::random_device{}();
  bool restart = false;
};

std::string as_typed(const Words& words) {
  std::string line;
  for (const auto& word : words) {
    const bool plain = !word.empty() && word.find_first_not_of(
                                            "abcdefghijklmnopqrstuvwxyz"
                                            "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                            "0123456789:-{}.*") == word.npos;
    line += (line.empty() ? "" : " ") + (plain ? word : test::quote(word));
  }
  return line;
}

class Comparison {
 public:
  explicit Comparison(const Setting& setting)
      : setting_(setting),
        grammar_(setting.seed),
        countd_(setting.countd),
        redis_(setting.redis),
        a_(std::make_unique<Client>(countd_.connect())),
        b_(redis_.connect()) {
    leave_out_unknown();
    if (!setting_.restart) return;
    // How a text is kept depends on what had been done to it before it was loaded; and what says
    // nothing about data need not be asked again here.
    for (const auto* name : {"OBJECT", "COMMAND"}) grammar_.forbid(name);
  }

  std::size_t run() {
    while (done_ < setting_.commands && differences_ < kMaxDifferences) {
      play_batch();
      if (done_ / kCheckEvery != checked_) {
        checked_ = done_ / kCheckEvery;
        compare_everything();
      }
    }
    compare_everything();
    std::printf("seed %llu: %llu commands, %llu checks, %llu restarts, %zu differences\n",
                static_cast<unsigned long long>(setting_.seed),
                static_cast<unsigned long long>(done_), static_cast<unsigned long long>(checks_),
                static_cast<unsigned long long>(restarts_), differences_);
    return differences_;
  }

 private:
  void leave_out_unknown() {
    std::set<std::string> names;
    for (const auto& rule : Grammar::rules()) {
      const auto name = std::string(rule.text.substr(0, rule.text.find(' ')));
      if (name != "(") names.insert(name);
    }
    for (const auto& name : names) {
      if (!a_->call({"COMMAND", "INFO", name}).items.at(0).null) continue;
      std::printf("left out, unknown to countd: %s\n", name.c_str());
      grammar_.forbid(name);
    }
  }

  void play_batch() {
    std::vector<Command> batch;
    for (auto left = 1 + grammar_.below(64); left > 0; --left) {
      const auto& command = batch.emplace_back(grammar_.next());
      a_->send(command.words);
      b_.send(command.words);
      remember(command.words);
      if (asks_encoding(command)) break;  // the value may have to be looked at
    }
    bool equal = true;
    for (const auto& command : batch) {
      const auto a = a_->read();
      const auto b = b_.read();
      if (!b.null && command.compare == Compare::kPayload && !b.is_error()) {
        grammar_.remember_payload(b.text);
      }
      // After a difference the rest of the batch proves nothing.
      if (equal && !same(command.words, a, b, command.compare)) {
        report(command.words, a, b);
        equal = false;
      }
    }
    done_ += batch.size();
    if (!equal) start_anew();
  }

  // By all its words: what is a key differs from command to command.
  void remember(const Words& words) {
    const std::set<std::string> different(words.begin() + 1, words.end());
    for (const auto& word : different) {
      auto& last = history_[word];
      last.push_back(as_typed(words));
      if (last.size() > kRemembered) last.pop_front();
    }
  }

  void report(const Words& words, const Reply& a, const Reply& b) {
    ++differences_;
    if (++shown_[words[0]] > kShownOfEach) return;
    std::printf("\ndifference %zu, seed %llu, about command %llu, %s:\n  %s\n", differences_,
                static_cast<unsigned long long>(setting_.seed),
                static_cast<unsigned long long>(done_), version_, as_typed(words).c_str());
    std::printf("countd:\n%s\nredis:\n%s\n", test::render(a).c_str(), test::render(b).c_str());
    for (std::size_t i = 1; i < words.size() && i < 4; ++i) {
      const auto found = history_.find(words[i]);
      if (found == history_.end()) continue;
      std::printf("last with %s:\n", test::quote(words[i]).c_str());
      for (const auto& line : found->second) std::printf("    %s\n", line.c_str());
    }
  }

  bool both(const Words& words, Compare compare) {
    a_->send(words);
    b_.send(words);
    const auto a = a_->read();
    const auto b = b_.read();
    ++checks_;
    if (same(words, a, b, compare)) return true;
    report(words, a, b);
    return false;
  }

  static bool asks_encoding(const Command& command) {
    return Grammar::rules()[command.rule].text.starts_with("OBJECT ENCODING");
  }

  // REQUIRES: no reply is on its way, if what was asked is the encoding.
  bool same(const Words& words, const Reply& a, const Reply& b, Compare compare) {
    return agree(a, b, compare) || is_unchanged_sketch(words, a, b);
  }

  // A short sketch that came as a plain text is "embstr" until it changes; Redis makes it "raw" as
  // soon as a command of sketches looks at it.
  bool is_unchanged_sketch(const Words& words, const Reply& a, const Reply& b) {
    if (words.size() != 3 || a.text != "embstr" || b.text != "raw") return false;
    return a_->call({"GETRANGE", words[2], "0", "3"}).text == "HYLL";
  }

  void start_anew() {
    for (auto* client : {a_.get(), &b_}) {
      client->call({"RESET"});
      client->call({"FLUSHALL"});
    }
    history_.clear();
    version_ = "RESP2";
  }

  void compare_everything() {
    if (!compare_keys() || (setting_.restart && !(restart() && compare_keys()))) {
      return start_anew();
    }
    version_ = checked_ % 2 == 1 ? "RESP3" : "RESP2";
    for (auto* client : {a_.get(), &b_}) client->call({"HELLO", checked_ % 2 == 1 ? "3" : "2"});
    // From time to time an empty server: the fewer the keys, the more conditions come out false.
    if (checked_ % 4 == 3) both({"FLUSHALL"}, Compare::kExact);
  }

  bool restart() {
    const int signal = checked_ % 2 == 0 ? SIGTERM : SIGKILL;
    if (signal == SIGKILL) a_->call({"WAITAOF", "1", "0", "0"});
    countd_.stop(signal);
    countd_.start();
    a_ = std::make_unique<Client>(countd_.connect());
    ++restarts_;
    b_.call({"RESET"});  // a connection as new as the other
    b_.call({"DEBUG", "RELOAD"});
    return both({"DEBUG", "DIGEST"}, Compare::kExact);
  }

  bool compare_keys() {
    bool equal = true;
    for (const auto* db : {"0", "1", "2"}) {
      equal = equal && both({"SELECT", db}, Compare::kExact) &&
              both({"KEYS", "*"}, Compare::kUnordered);
      if (!equal) break;
      for (const auto& key : b_.call({"KEYS", "*"}).items) {
        equal = both({"TYPE", key.text}, Compare::kExact) && equal;
        equal = both({"DUMP", key.text}, Compare::kPayload) && equal;
        if (!setting_.restart) {
          equal = both({"OBJECT", "ENCODING", key.text}, Compare::kExact) && equal;
        }
        equal = both({"PEXPIRETIME", key.text}, Compare::kTime) && equal;
        const bool digest = b_.call({"PEXPIRETIME", key.text}).integer() < 0;
        if (digest) equal = both({"DEBUG", "DIGEST-VALUE", key.text}, Compare::kExact) && equal;
      }
    }
    return equal;
  }

  Setting setting_;
  Grammar grammar_;
  test::ServerProcess countd_;
  test::ServerProcess redis_;
  std::unique_ptr<Client> a_;
  Client b_;
  std::map<std::string, std::deque<std::string>> history_;
  std::map<std::string, std::size_t> shown_;
  const char* version_ = "RESP2";
  std::uint64_t done_ = 0;
  std::uint64_t checked_ = 0;
  std::uint64_t checks_ = 0;
  std::uint64_t restarts_ = 0;
  std::size_t differences_ = 0;
};

Setting parse_arguments(int argc, char** argv) {
  Setting setting;
  for (int i = 1; i < argc; i += 2) {
    const std::string_view name = argv[i];
    if (name == "--restart") {
      setting.restart = true;
      --i;
      continue;
    }
    if (i + 1 == argc) throw std::runtime_error("a value is missing: " + std::string(name));
    if (name == "--countd") {
      setting.countd = argv[i + 1];
    } else if (name == "--redis") {
      setting.redis = argv[i + 1];
    } else if (name == "--commands") {
      setting.commands = std::stoull(argv[i + 1]);
    } else if (name == "--seed") {
      setting.seed = std::stoull(argv[i + 1]);
    } else {
      throw std::runtime_error("unknown: " + std::string(name));
    }
  }
  if (setting.countd.empty() || setting.redis.empty()) {
    throw std::runtime_error(
        "usage: --countd COMMAND --redis COMMAND [--commands N] [--seed S] [--restart]");
  }
  return setting;
}

}  // namespace
}  // namespace countd::differential

int main(int argc, char** argv) {
  using namespace countd::differential;
  try {
    return Comparison(parse_arguments(argc, argv)).run() == 0 ? 0 : 1;
  } catch (const std::exception& error) {
    std::printf("%s\n", error.what());
    return 2;
  }
}
