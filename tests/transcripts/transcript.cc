// Reading is line by line; a directive holds for the next step, or until it is given again.
#include "tests/transcripts/transcript.h"

#include <stdexcept>

#include "tests/support/words.h"

namespace countd::transcripts {
namespace {

class Reader {
 public:
  Transcript read(const std::vector<std::string>& lines) {
    for (number_ = 0; number_ < lines.size(); ++number_) take(lines[number_]);
    return std::move(transcript_);
  }

 private:
  [[noreturn]] void fail(const std::string& what) const {
    throw std::runtime_error("line " + std::to_string(number_ + 1) + ": " + what);
  }

  void take(const std::string& line) {
    if (line.empty() || line[0] == '#') {
      if (!line.starts_with("#t") && !line.starts_with("#f")) return;
      if (line.size() > 2) return;
    }
    if (line.starts_with("> ")) {
      add(Action::kRequest, line.substr(2));
    } else if (line[0] == '@') {
      const auto space = std::min(line.find(' '), line.size());
      direct(line.substr(1, space - 1), line.substr(std::min(space + 1, line.size())));
    } else if (transcript_.steps.empty()) {
      fail("a reply without a request");
    } else {
      transcript_.steps.back().expected.push_back(line);
    }
  }

  void direct(const std::string& name, const std::string& argument) {
    if (name == "sockets") {
      transcript_.needs_sockets = true;
    } else if (name == "unordered") {
      next_.unordered = true;
    } else if (name == "scan") {
      next_.whole_scan = true;
    } else if (name == "silent") {
      next_.silent = true;
    } else if (name == "server") {
      if (argument != "countd" && argument != "redis" && argument != "both") fail("which server?");
      next_.on_countd = argument != "redis";
      next_.on_redis = argument != "countd";
    } else if (name == "resp2") {
      add(Action::kResp2, "");
    } else if (name == "resp3") {
      add(Action::kResp3, "");
    } else if (name == "client") {
      add(Action::kClient, argument);
    } else if (name == "advance") {
      add(Action::kAdvance, argument);
    } else if (name == "closed") {
      add(Action::kClosed, "");
    } else if (name == "send") {
      const auto words = test::split_words(argument);
      if (words.size() != 1) fail("@send takes one quoted word");
      add(Action::kBytes, words[0]);
    } else {
      fail("unknown directive @" + name);
    }
  }

  void add(Action action, std::string text) {
    Step step = next_;
    step.action = action;
    step.text = std::move(text);
    step.line = number_;
    step.expected_line = number_ + 1;
    transcript_.steps.push_back(std::move(step));
    next_.unordered = false;
    next_.silent = false;
    next_.whole_scan = false;
  }

  Transcript transcript_;
  Step next_;
  std::size_t number_ = 0;
};

}  // namespace

Transcript parse_transcript(std::string_view text) { return Reader().read(split_lines(text)); }

std::vector<std::string> split_lines(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    lines.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

}  // namespace countd::transcripts
