#include "config/option_value.h"

#include <doctest/doctest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "config/conf_reader.h"

using namespace countd::config;

namespace {

Complaint read(std::string_view name, std::vector<std::string> words, Options& options) {
  return read_value(*find_option(name), words, false, options);
}

/// A value unlike the default that the row accepts; empty: there is none.
std::string other_value(const Row& row) {
  Options options;
  std::vector<std::string> candidates{"yes", "no", "7", "2mb", "0.25", "other", "1 2"};
  if (const auto* choice = std::get_if<Choice>(&row.field)) {
    for (const auto& name : choice->names) candidates.emplace_back(name.text);
  }
  if (row.name == "client-output-buffer-limit") candidates = {"pubsub 1mb 2kb 3"};
  if (row.name == "dir") candidates = {std::filesystem::temp_directory_path().string()};
  for (const auto& candidate : candidates) {
    options = {};
    if (!read_argument(row, candidate, options) &&
        show_value(row, options) != show_value(row, Options{})) {
      return candidate;
    }
  }
  return {};
}

/// Reads the row's lines of a configuration file into fresh options.
Options reread(const Row& row, const Options& options) {
  Options result;
  bool again = false;
  for (const auto& line : conf_lines(row, options)) {
    const auto words = split_conf_line(line);
    REQUIRE(words.has_value());
    REQUIRE(find_option(words->front()) == &row);
    const auto complaint = read_value(row, Words(*words).subspan(1), again, result);
    REQUIRE_MESSAGE(!complaint, line << ": " << complaint.value_or(""));
    again = true;
  }
  return result;
}

}  // namespace

TEST_CASE("every default survives being shown, set, written and read") {
  for (const auto& row : option_table()) {
    CAPTURE(row.name);
    const Options defaults;
    Options options;
    // "./" is shown as it is until load() has made it absolute.
    const bool is_directory = row.name == "dir";
    REQUIRE_FALSE(read_argument(row, show_value(row, defaults), options).has_value());
    if (!is_directory) CHECK(show_value(row, options) == show_value(row, defaults));
    CHECK(show_value(row, reread(row, options)) == show_value(row, options));
  }
}

TEST_CASE("another value of every option survives as well, and changes no other option") {
  int only_default = 0;
  for (const auto& row : option_table()) {
    CAPTURE(row.name);
    const auto value = other_value(row);
    if (value.empty()) {
      ++only_default;
      continue;
    }
    Options options;
    REQUIRE_FALSE(read_argument(row, value, options).has_value());
    CHECK(show_value(row, reread(row, options)) == show_value(row, options));
    for (const auto& other : option_table()) {
      if (&other != &row) CHECK(show_value(other, options) == show_value(other, Options{}));
    }
  }
  CHECK(only_default == 6);  // what may not be ignored
}

TEST_CASE("complaints are in Redis's words") {
  Options options;
  CHECK(read("timeout", {}, options) == "wrong number of arguments");
  CHECK(read("timeout", {"1", "2"}, options) == "wrong number of arguments");
  CHECK(read("timeout", {"abc"}, options) == "argument couldn't be parsed into an integer");
  CHECK(read("timeout", {"10 20"}, options) == "argument couldn't be parsed into an integer");
  CHECK(read("timeout", {"-1"}, options) == "argument must be between 0 and 2147483647 inclusive");
  CHECK(read("timeout", {"99999999999999999999"}, options) ==
        "argument must be between 0 and 2147483647 inclusive");
  CHECK(read("active-expire-effort", {"11"}, options) ==
        "argument must be between 1 and 10 inclusive");
  CHECK(read("proto-max-bulk-len", {"1"}, options) ==
        "argument must be between 1048576 and 9223372036854775807 inclusive");
  CHECK(read("maxmemory", {"1.5gb"}, options) == "argument must be a memory value");
  CHECK(read("unixsocketperm", {"9"}, options) == "argument couldn't be parsed as an octal number");
  CHECK(read("unixsocketperm", {"1000"}, options) ==
        "argument must be between 0 and 777 inclusive");
  CHECK(read("rdbcompression", {"maybe"}, options) == "argument must be 'yes' or 'no'");
  CHECK(read("loglevel", {"foo"}, options) ==
        "argument(s) must be one of the following: debug, verbose, notice, warning");
  CHECK(read("maxmemory-policy", {"foo"}, options) ==
        "argument(s) must be one of the following: volatile-lru, volatile-lfu, volatile-random, "
        "volatile-ttl, allkeys-lru, allkeys-lfu, allkeys-random, noeviction");
  CHECK(options == Options{});
}

TEST_CASE("what may not be ignored is refused") {
  Options options;
  CHECK(read("cluster-enabled", {"yes"}, options).has_value());
  CHECK(read("replicaof", {"localhost", "6379"}, options).has_value());
  CHECK(read("tls-port", {"6380"}, options).has_value());
  CHECK(read("aclfile", {"/etc/users.acl"}, options).has_value());
  CHECK_FALSE(read("cluster-enabled", {"NO"}, options).has_value());
  CHECK(options.inert[0] == "resetchannels");
}

TEST_CASE("inert options are checked for their kind and remembered") {
  Options options;
  CHECK(read("hash-max-listpack-entries", {"x"}, options).has_value());
  CHECK(read("activedefrag", {"x"}, options).has_value());
  CHECK(read("repl-backlog-size", {"x"}, options).has_value());
  CHECK_FALSE(read("repl-backlog-size", {"2mb"}, options).has_value());
  CHECK(show_value(*find_option("repl-backlog-size"), options) == "2097152");
  CHECK_FALSE(read("oom-score-adj-values", {"1", "2", "3"}, options).has_value());
  CHECK(show_value(*find_option("oom-score-adj-values"), options) == "1 2 3");
}

TEST_CASE("lines of a file are as short as they can be") {
  Options options;
  options.maxmemory = 100 << 20;
  options.requirepass = "a b";
  options.unixsocketperm = 0770;
  CHECK(conf_lines(*find_option("maxmemory"), options)[0] == "maxmemory 100mb");
  CHECK(conf_lines(*find_option("requirepass"), options)[0] == "requirepass \"a b\"");
  CHECK(conf_lines(*find_option("unixsocketperm"), options)[0] == "unixsocketperm 770");
  CHECK(conf_lines(*find_option("cms-default-error"), options)[0] == "cms-default-error 0.001");
  CHECK(conf_lines(*find_option("save"), options).size() == 3);
}
