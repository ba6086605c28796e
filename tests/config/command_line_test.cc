#include "config/command_line.h"

#include <doctest/doctest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "tests/config/memory_files.h"
#include "tests/support/temporary_folder.h"

using namespace countd::config;
using countd::test::TemporaryFolder;
using Action = CommandLine::Action;

namespace {

CommandLine parse(const std::vector<std::string_view>& arguments) {
  return read_command_line(arguments);
}

}  // namespace

TEST_CASE("a file, standard input and options are told apart") {
  CHECK(parse({}).action == Action::kServe);
  CHECK(parse({"a.conf"}).conf_path == "a.conf");
  CHECK(parse({"-"}).standard_input);
  const auto all = parse({"a.conf", "-", "--port", "7000"});
  CHECK(all.conf_path == "a.conf");
  CHECK(all.standard_input);
  CHECK(all.lines == "port 7000\n");
}

TEST_CASE("values may have several words, or look like names") {
  CHECK(parse({"--save", "60", "1000", "--port", "1"}).lines == "save 60 1000\nport 1\n");
  CHECK(parse({"--save", "", "--port", "1"}).lines == "save \"\"\nport 1\n");
  CHECK(parse({"--save", "--port", "1"}).lines == "save \"\"\nport 1\n");
  CHECK(parse({"--port", "1", "--save"}).lines == "port 1\nsave \"\"\n");
  CHECK(parse({"--port 1", "--hz", "5"}).lines == "port 1\nhz 5\n");
  CHECK(parse({"--requirepass", "--secret"}).lines == "requirepass --secret\n");
  CHECK(parse({"--requirepass", "a \"b\n"}).lines == "requirepass \"a \\\"b\\x0a\"\n");
  CHECK(parse({"--bind", "127.0.0.1", "-::1"}).lines == "bind 127.0.0.1 -::1\n");
  CHECK(parse({"--timeout"}).lines == "timeout\n");
}

TEST_CASE("actions are recognised") {
  CHECK(parse({"--version"}).action == Action::kVersion);
  CHECK(parse({"-v"}).action == Action::kVersion);
  CHECK(parse({"--help"}).action == Action::kHelp);
  CHECK(parse({"a.conf", "--test-config"}).action == Action::kTestConfig);
  CHECK(parse({"--port", "1", "--test-config"}).lines == "port 1\n");
  CHECK(usage_text().find("--test-config") != std::string_view::npos);
}

TEST_CASE("arguments that make no sense are refused") {
  CHECK(parse({"a.conf", "b.conf"}).error == "Unexpected argument 'b.conf'; see --help");
  CHECK_FALSE(parse({"-x"}).error.empty());
  CHECK_FALSE(parse({"--"}).error.empty());
  CHECK_FALSE(parse({""}).error.empty());
  MemoryFiles files;
  CHECK_FALSE(load(parse({"-x"}), files).error.empty());
}

TEST_CASE("the file comes first, then standard input, then the arguments") {
  MemoryFiles files;
  files.contents = {{"c", "port 1\nhz 20\ntimeout 1\nsave 60 1\n"}, {"-", "port 2\nhz 30\n"}};
  const auto loaded = load(parse({"c", "-", "--port", "3", "--save", "10", "1"}), files);
  REQUIRE(loaded.error.empty());
  CHECK(loaded.options.port == 3);
  CHECK(loaded.options.hz == 30);
  CHECK(loaded.options.timeout == 1);
  CHECK(loaded.options.save == std::vector<SavePoint>{{60, 1}, {10, 1}});
}

TEST_CASE("mistakes on the command line are told as such") {
  MemoryFiles files;
  CHECK(load(parse({"--nope", "1"}), files).error ==
        "\n*** FATAL CONFIG FILE ERROR (countd) ***\nReading the command line, at line 1\n"
        ">>> 'nope 1'\nBad directive or wrong number of arguments");
  CHECK(load(parse({"missing.conf"}), files).error ==
        "Fatal error, can't open config file 'missing.conf': No such file or directory");
}

TEST_CASE("paths are absolute once all is loaded") {
  const TemporaryFolder folder;
  const auto path = folder.write("c.conf", "port 7000\n");
  DiskFiles files;
  const std::string detour = folder.path().string() + "/./c.conf";
  const auto loaded = load(parse({detour, "--dir", folder.path().string()}), files);
  REQUIRE(loaded.error.empty());
  CHECK(loaded.conf_path == std::filesystem::canonical(path).string());
  CHECK(loaded.options.dir == std::filesystem::canonical(folder.path()).string());
  const auto plain = load(parse({}), files);
  CHECK(plain.conf_path.empty());
  CHECK(plain.options.dir == std::filesystem::current_path().string());
}

TEST_CASE("one warning lists what has no effect") {
  MemoryFiles files;
  const auto loaded = load(parse({"--rdb-del-sync-files", "yes", "--activedefrag", "yes"}), files);
  REQUIRE(loaded.error.empty());
  CHECK(
      ignored_warning(loaded.ignored) ==
      "These options are accepted and have no effect in countd: activedefrag, rdb-del-sync-files");
  CHECK(ignored_warning({}).empty());
}
