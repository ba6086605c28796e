#include "server/log.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "tests/support/server_process.h"

using countd::config::LogLevel;
using countd::server::Log;

namespace {

std::vector<std::string> lines_of(const std::string& path) {
  std::ifstream file(path);
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line);) lines.push_back(line);
  return lines;
}

}  // namespace

TEST_CASE("a line is spelled as Redis spells it, and only from its level on") {
  const countd::test::TemporaryFolder folder;
  const auto path = (folder.path() / "log").string();
  Log log;
  REQUIRE(log.open(path));
  log.write(LogLevel::kVerbose, "not shown");
  log.notice("up");
  log.warning("careful");
  log.set_level(LogLevel::kDebug);
  log.write(LogLevel::kDebug, "details");
  log.write(LogLevel::kVerbose, "talk");
  const auto lines = lines_of(path);
  REQUIRE(lines.size() == 4);
  const std::string head =
      std::to_string(::getpid()) + R"(:M \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d\.\d{3} )";
  CHECK(std::regex_match(lines[0], std::regex(head + R"(\* up)")));
  CHECK(std::regex_match(lines[1], std::regex(head + "# careful")));
  CHECK(std::regex_match(lines[2], std::regex(head + R"(\. details)")));
  CHECK(std::regex_match(lines[3], std::regex(head + "- talk")));
}

TEST_CASE("a file that cannot be opened leaves the log where it was; one that is there goes on") {
  const countd::test::TemporaryFolder folder;
  const auto path = (folder.path() / "log").string();
  {
    Log log;
    REQUIRE(log.open(path));
    CHECK_FALSE(log.open((folder.path() / "no" / "such" / "folder").string()));
    log.notice("one");
  }
  Log log;
  REQUIRE(log.open(path));
  log.notice("two");
  CHECK(lines_of(path).size() == 2);
}

TEST_CASE("whether a log can be opened is told beforehand, and nothing is left behind") {
  const countd::test::TemporaryFolder folder;
  CHECK(countd::server::why_no_log(folder.file("new")) == "");
  CHECK_FALSE(std::filesystem::exists(folder.file("new")));
  CHECK(countd::server::why_no_log(folder.write("old", "line\n")) == "");
  CHECK(lines_of(folder.file("old")).size() == 1);
  CHECK(countd::server::why_no_log(folder.file("no/folder")) == "No such file or directory");
  CHECK(countd::server::why_no_log(folder.file("old/log")) == "Not a directory");
  CHECK(countd::server::why_no_log(folder.path().string()) == "Is a directory");
}

TEST_CASE("lines of several threads stay whole") {
  const countd::test::TemporaryFolder folder;
  const auto path = (folder.path() / "log").string();
  Log log;
  REQUIRE(log.open(path));
  std::vector<std::thread> threads;
  for (int t = 0; t < 3; ++t) {
    threads.emplace_back([&log] {
      for (int i = 0; i < 100; ++i) {
        log.notice(std::string(50, 'x'));
        log.set_level(LogLevel::kNotice);
      }
    });
  }
  for (auto& thread : threads) thread.join();
  const auto lines = lines_of(path);
  CHECK(lines.size() == 300);
  CHECK(std::ranges::all_of(
      lines, [](const auto& l) { return l.ends_with("* " + std::string(50, 'x')); }));
}
