#include "tracking/registry.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using countd::tracking::Registry;
using countd::tracking::Settings;

namespace {

Settings broadcast(std::vector<std::string> prefixes) {
  Settings settings;
  settings.on = true;
  settings.broadcast = true;
  settings.prefixes = std::move(prefixes);
  return settings;
}

std::string described(const Registry& registry) {
  std::string text;
  for (const auto& [prefix, readers] : *registry.broadcasts()) {
    text += prefix + ":";
    for (const auto& reader : readers) text += " " + std::to_string(reader.id);
    text += "\n";
  }
  return text;
}

}  // namespace

TEST_CASE("somebody tracks until the last one does not") {
  Registry registry;
  CHECK_FALSE(registry.active());
  Settings on;
  on.on = true;
  registry.update({1, 0}, on);
  registry.update({2, 1}, on);
  registry.update({2, 1}, on);
  CHECK(registry.clients() == 2);
  CHECK(registry.version() == 0);  // nothing is broadcast
  registry.update({1, 0}, {});
  CHECK(registry.active());
  registry.update({2, 1}, {});
  registry.update({3, 1}, {});
  CHECK_FALSE(registry.active());
  CHECK(registry.clients() == 0);
}

TEST_CASE("a client's prefixes are those it has said last") {
  Registry registry;
  registry.update({2, 0}, broadcast({"a", "b"}));
  registry.update({1, 1}, broadcast({"b"}));
  CHECK(described(registry) == "a: 2\nb: 1 2\n");
  CHECK(registry.prefixes() == 2);
  const auto before = registry.version();
  registry.update({2, 0}, broadcast({"c"}));
  CHECK(described(registry) == "b: 1\nc: 2\n");
  CHECK(registry.version() > before);
  registry.update({1, 1}, {});
  registry.update({2, 0}, {});
  CHECK(described(registry).empty());
}
