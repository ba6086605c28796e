#include <doctest/doctest.h>

#include <set>
#include <string>
#include <vector>

#include "commands/command.h"
#include "commands/words.h"

using countd::commands::CommandTable;

TEST_CASE("every command is found by its name, whatever the case") {
  const CommandTable table;
  for (const auto* row : table.all()) {
    CHECK(table.find(row->name) == row);
    CHECK(table.find(countd::commands::upper_case(row->name)) == row);
    std::string mixed(row->name);
    mixed[0] = countd::commands::upper(mixed[0]);
    CHECK(table.find(mixed) == row);
  }
}

TEST_CASE("what is nearly a name is none") {
  const CommandTable table;
  for (const auto* row : table.all()) {
    const std::string name(row->name);
    for (std::size_t i = 0; i < name.size(); ++i) {
      for (const char other : {'\0', '!', '{', '\x80', static_cast<char>(name[i] ^ 0x80)}) {
        std::string wrong = name;
        wrong[i] = other;
        CHECK(table.find(wrong) == nullptr);
      }
    }
    CHECK(table.find(name + "x") != row);
    CHECK(table.find(name.substr(1)) != row);
  }
  CHECK(table.find("") == nullptr);
  CHECK(table.find(std::string(17, 'a')) == nullptr);
  CHECK(table.find(std::string(1000, 'a')) == nullptr);
}

TEST_CASE("indexes are dense and names full") {
  const CommandTable table;
  std::set<std::string_view> names;
  for (std::size_t i = 0; i < table.count(); ++i) {
    const auto& row = table.rows()[i];
    CHECK(table.index(row) == i);
    CHECK(names.insert(table.full_name(row)).second);
  }
  CHECK(names.count("incr") == 1);
  CHECK(names.count("config|get") == 1);
}

TEST_CASE("a request resolves to the row of its subcommand, or of its container") {
  const CommandTable table;
  const auto name_of = [&](std::vector<std::string_view> words) {
    const auto* row = table.resolve(words);
    return row == nullptr ? std::string_view("-") : table.full_name(*row);
  };
  CHECK(name_of({"CONFIG", "Get", "x"}) == "config|get");
  CHECK(name_of({"config"}) == "config");
  CHECK(name_of({"config", "nosuch"}) == "config");
  CHECK(name_of({"get", "config"}) == "get");
  CHECK(name_of({"nosuch"}) == "-");
  CHECK(table.resolve(std::vector<std::string_view>{"config", "get"})->name_words == 2);
}

TEST_CASE("a container's subcommands are the table's own rows") {
  const CommandTable table;
  for (const auto* row : table.all()) {
    for (const auto& subcommand : row->subcommands) {
      CHECK(table.index(subcommand) < table.count());
      CHECK(table.full_name(subcommand) ==
            std::string(row->name) + "|" + std::string(subcommand.name));
    }
  }
}
