#include "config/conf_reader.h"

#include <doctest/doctest.h>

#include <filesystem>
#include <string>

#include "tests/config/memory_files.h"
#include "tests/support/temporary_folder.h"

using namespace countd::config;
using countd::test::TemporaryFolder;

namespace {

struct Outcome {
  Options options;
  std::optional<std::string> message;
  std::vector<std::string_view> ignored;
};

Outcome read_conf(MemoryFiles& files) {
  Outcome outcome;
  ConfReader reader(files, outcome.options);
  outcome.message = reader.read_file("c");
  outcome.ignored = reader.ignored();
  return outcome;
}

Outcome read_conf(std::string text) {
  MemoryFiles files;
  files.contents["c"] = std::move(text);
  return read_conf(files);
}

}  // namespace

TEST_CASE("a configuration file is lines of names and words") {
  const auto outcome = read_conf(
      "# a comment\r\n\n   \t\n"
      "  PORT 7000 \r\n"
      "requirepass \"a \\\"b\\\" \\x00\"\n"
      "save 60 100\nsave 10 1\n"
      "bind 127.0.0.1 '::1'\n"
      "maxmemory 100mb");
  REQUIRE_FALSE(outcome.message.has_value());
  CHECK(outcome.options.port == 7000);
  CHECK(outcome.options.requirepass == std::string("a \"b\" \0", 7));
  CHECK(outcome.options.save == std::vector<SavePoint>{{60, 100}, {10, 1}});
  CHECK(outcome.options.bind == std::vector<std::string>{"127.0.0.1", "::1"});
  CHECK(outcome.options.maxmemory == 100 << 20);
}

TEST_CASE("later lines win") { CHECK(read_conf("port 1\nport 2\n").options.port == 2); }

TEST_CASE("a mistake is told with its file, its line and the reason") {
  CHECK(read_conf("port 7000\n\nmaxmemory lots # of it\n").message ==
        "\n*** FATAL CONFIG FILE ERROR (countd) ***\n"
        "Reading the configuration file 'c', at line 3\n"
        ">>> 'maxmemory lots # of it'\n"
        "wrong number of arguments");
  const auto reason = [](std::string line) {
    const auto message = read_conf(std::move(line)).message.value_or("\n");
    return message.substr(message.rfind('\n') + 1);
  };
  CHECK(reason("nope 5") == "Bad directive or wrong number of arguments");
  CHECK(reason("requirepass \"a") == "Unbalanced quotes in configuration line");
  CHECK(reason("timeout") == "wrong number of arguments");
  CHECK(reason("loglevel foo") ==
        "argument(s) must be one of the following: debug, verbose, notice, warning");
  CHECK(reason("include") == "wrong number of arguments");
  CHECK(reason("rename-command CONFIG \"\"") == "countd does not rename commands");
  CHECK(reason("user alice on").starts_with("countd has no users"));
  CHECK(reason("loadmodule x.so").starts_with("countd loads no modules"));
}

TEST_CASE("other files are read in place, by name or by pattern") {
  MemoryFiles files;
  files.contents = {{"c", "port 1\ninclude d/*.conf\ninclude e\ntimeout 9\n"},
                    {"d/a.conf", "port 2\nhz 20\n"},
                    {"d/b.conf", "port 3\ntimeout 8\n"},
                    {"e", "maxclients 7\n"}};
  const auto outcome = read_conf(files);
  REQUIRE_FALSE(outcome.message.has_value());
  CHECK(outcome.options.port == 3);
  CHECK(outcome.options.hz == 20);
  CHECK(outcome.options.timeout == 9);
  CHECK(outcome.options.maxclients == 7);
}

TEST_CASE("a pattern may match nothing, a file must exist") {
  CHECK_FALSE(read_conf("include no/*.conf\n").message.has_value());
  CHECK(read_conf("include no.conf\n").message ==
        "Fatal error, can't open config file 'no.conf': No such file or directory");
}

TEST_CASE("a mistake in an included file is told as that file's") {
  MemoryFiles files;
  files.contents = {{"c", "include d\n"}, {"d", "\nnope\n"}};
  const auto message = read_conf(files).message.value_or("");
  CHECK(message.find("the configuration file 'd', at line 2") != std::string::npos);
}

TEST_CASE("a file that includes itself ends with a message") {
  const auto message = read_conf("include c\n").message.value_or("");
  CHECK(message.find("include goes too deep") != std::string::npos);
}

TEST_CASE("options without effect are listed where they say something else than their default") {
  const auto outcome = read_conf(
      "port 1\nset-proc-title no\nactivedefrag no\nrepl-backlog-size 1mb\nmasteruser \"\"\n"
      "hash-max-listpack-value 64\nhash-max-ziplist-value 32\nalways-show-logo yes\n");
  CHECK(outcome.ignored == std::vector<std::string_view>{
                               "always-show-logo", "hash-max-listpack-value", "set-proc-title"});
  CHECK(read_conf("activedefrag yes\nactivedefrag no\n").ignored.empty());
}

TEST_CASE("files are read from the disk") {
  const TemporaryFolder folder;
  folder.write("b.conf", "timeout 2\n");
  folder.write("a.conf", "timeout 1\n");
  const auto path = folder.write("main", "include " + folder.path().string() + "/*.conf\n");
  DiskFiles files;
  Options options;
  CHECK_FALSE(ConfReader(files, options).read_file(path).has_value());
  CHECK(options.timeout == 2);
  CHECK(files.read(folder.path().string()).error == "Is a directory");
  const auto large = folder.write("large", std::string((8 << 20) + 1, '#'));
  CHECK(files.read(large).error == "the file is larger than 8 MiB");
}

TEST_CASE("the configuration file of Debian's redis-server is read unchanged") {
  const std::string path = "/etc/redis/redis.conf";
  DiskFiles files;
  if (!std::filesystem::exists("/var/lib/redis") || !files.read(path).error.empty()) {
    MESSAGE("redis-server is not installed here, or its configuration is not readable");
    return;
  }
  Options options;
  ConfReader reader(files, options);
  const auto message = reader.read_file(path);
  CHECK_MESSAGE(!message.has_value(), message.value_or(""));
  CHECK(options.dbfilename == "dump.rdb");
  CHECK(reader.ignored().empty());  // what it sets of these it sets to their defaults
}
