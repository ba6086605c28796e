#include "config/special_options.h"

#include <doctest/doctest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "config/option_value.h"
#include "tests/support/temporary_folder.h"

using namespace countd::config;
using countd::test::TemporaryFolder;

namespace {

Complaint read(std::string_view name, std::vector<std::string> words, Options& options,
               bool again = false) {
  return read_value(*find_option(name), words, again, options);
}

std::string show(std::string_view name, const Options& options) {
  return show_value(*find_option(name), options);
}

}  // namespace

TEST_CASE("save: the first line replaces, further lines add, an empty text clears") {
  Options options;
  CHECK(show("save", options) == "3600 1 300 100 60 10000");
  CHECK_FALSE(read("save", {"60", "100"}, options).has_value());
  CHECK_FALSE(read("save", {"10", "1", "5", "0"}, options, true).has_value());
  CHECK(options.save == std::vector<SavePoint>{{60, 100}, {10, 1}, {5, 0}});
  CHECK_FALSE(read("save", {""}, options, true).has_value());
  CHECK(options.save.empty());
  CHECK(show("save", options).empty());
  CHECK(SaveOption::lines(options) == std::vector<std::string>{"\"\""});
}

TEST_CASE("save: pairs of a positive number and one that is not negative") {
  Options options;
  for (const std::vector<std::string>& words : {std::vector<std::string>{"60"},
                                                {"0", "1"},
                                                {"60", "-1"},
                                                {"60", "x"},
                                                {"", "1"},
                                                {"900", "1", "10"},
                                                {"99999999999", "1"}}) {
    CHECK(read("save", words, options) == "Invalid save parameters");
  }
  CHECK(options == Options{});
}

TEST_CASE("percentiles: any number of them, each from 0 to 100") {
  constexpr std::string_view kName = "latency-tracking-info-percentiles";
  Options options;
  CHECK(show(kName, options) == "50 99 99.9");
  CHECK(read(kName, {"50", "x"}, options) ==
        "Invalid latency-tracking-info-percentiles parameters");
  CHECK(read(kName, {"50", "101"}, options) ==
        "latency-tracking-info-percentiles parameters should sit between [0.0,100.0]");
  CHECK(options == Options{});
  CHECK_FALSE(read(kName, {"0 50 99.999999 100"}, options).has_value());
  CHECK(show(kName, options) == "0 50 99.999999 100");
  CHECK_FALSE(read(kName, {""}, options).has_value());
  CHECK(show(kName, options).empty());
  CHECK(PercentilesOption::lines(options) == std::vector<std::string>{"\"\""});
}

TEST_CASE("bind: up to 16 addresses, or none") {
  Options options;
  CHECK_FALSE(read("bind", {"*", "-::*"}, options).has_value());
  CHECK(show("bind", options) == "* -::*");
  CHECK(read("bind", std::vector<std::string>(17, "::1"), options) ==
        "Too many bind addresses specified.");
  CHECK_FALSE(read("bind", {""}, options).has_value());
  CHECK(options.bind.empty());
  CHECK(BindOption::lines(options) == std::vector<std::string>{"\"\""});
}

TEST_CASE("client-output-buffer-limit: each line sets the classes it names") {
  Options options;
  CHECK_FALSE(read("client-output-buffer-limit",
                   {"normal", "1mb", "2kb", "3", "SLAVE", "1gb", "1", "1"}, options)
                  .has_value());
  CHECK(show("client-output-buffer-limit", options) ==
        "normal 1048576 2048 3 slave 1073741824 1 1 pubsub 33554432 8388608 60");
  CHECK(OutputLimitOption::lines(options)[1] == "replica 1gb 1 1");
}

TEST_CASE("client-output-buffer-limit: complaints in Redis's words, all or nothing") {
  Options options;
  const auto* name = "client-output-buffer-limit";
  CHECK(read(name, {"normal", "1", "2"}, options) ==
        "Wrong number of arguments in buffer limit configuration.");
  CHECK(read(name, {"normal", "1", "1", "1", "foo", "1", "2", "3"}, options) ==
        "Invalid client class specified in buffer limit configuration.");
  CHECK(read(name, {"normal", "0", "x", "0"}, options) ==
        "Error in hard, soft or soft_seconds setting in buffer limit configuration.");
  CHECK(options == Options{});
}

TEST_CASE("dir: an existing directory, kept as an absolute path") {
  Options options;
  const TemporaryFolder folder;
  const auto file = folder.write("file", "x");
  CHECK(read("dir", {"/no/such/directory"}, options) == "No such file or directory");
  CHECK(read("dir", {file}, options) == "Not a directory");
  CHECK(options == Options{});
  CHECK_FALSE(read("dir", {folder.path().string() + "/."}, options).has_value());
  CHECK(options.dir == std::filesystem::canonical(folder.path()).string());
  options.dir = "./";
  CHECK_FALSE(resolve_directory(options).has_value());
  CHECK(options.dir == std::filesystem::canonical(".").string());
}

TEST_CASE("dbfilename: a name without a path") {
  Options options;
  for (const auto* name : {"a/b", "/", "", ".", ".."}) {
    CHECK(read("dbfilename", {name}, options) == "dbfilename can't be a path, just a filename");
  }
  CHECK_FALSE(read("dbfilename", {"counts.rdb"}, options).has_value());
  CHECK(options.dbfilename == "counts.rdb");
}

TEST_CASE("the log's directory and files have names without a path") {
  Options options;
  CHECK(read("appendfilename", {"a/b"}, options) ==
        "appendfilename can't be a path, just a filename");
  CHECK(read("appenddirname", {".."}, options) == "appenddirname can't be a path, just a dirname");
  CHECK_FALSE(read("appenddirname", {"log"}, options).has_value());
  CHECK(options.appenddirname == "log");
}
