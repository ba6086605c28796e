#include "shard/dispatcher.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "commands/checked_out.h"
#include "tests/shard/simulation.h"

using countd::test::Caller;
using countd::test::Simulation;
using Replies = std::vector<std::string>;
namespace shard = countd::shard;

namespace {

std::uint64_t rejected(Simulation& simulation, std::string_view command) {
  const auto index = simulation.table.index(*simulation.table.find(command));
  return simulation.threads[0].metrics.commands[index].rejected.get();
}

// A key of each of `shards` shards.
std::vector<std::string> key_of_each(int shards) {
  std::vector<std::string> keys(static_cast<std::size_t>(shards));
  for (int i = 0; i < 10'000; ++i) {
    const auto key = "key" + std::to_string(i);
    keys[static_cast<std::size_t>(countd::commands::key_shard(key, shards))] = key;
  }
  return keys;
}

}  // namespace

TEST_CASE("what is no command, or has too few words, is refused in its place") {
  Simulation simulation(1);
  auto& caller = simulation.add_caller(0);
  const auto replies = simulation.call_all(
      caller, {"INCR n", "NOSUCH a b", "INCR", "GET n m", "CONFIG GET", "incr n"});
  CHECK(replies == Replies{":1",
                           "-ERR unknown command 'NOSUCH', with args beginning with: 'a' 'b' ",
                           "-ERR wrong number of arguments for 'incr' command",
                           "-ERR wrong number of arguments for 'get' command",
                           "-ERR wrong number of arguments for 'config|get' command", ":2"});
  CHECK(rejected(simulation, "incr") == 1);
  CHECK(rejected(simulation, "get") == 1);
}

TEST_CASE("names are found whatever came before them, and however they are spelled") {
  Simulation simulation(1);
  auto& caller = simulation.add_caller(0);
  CHECK(simulation.call_all(caller, {"INCR n", "INCRBY n 1", "INCR n", "incr n", "iNcR n", "DECR n",
                                     "DECRBY n 1", "EXISTS n", "EXPIRE n 9", "EXISTS n"}) ==
        Replies{":1", ":2", ":3", ":4", ":5", ":4", ":3", ":1", ":1", ":1"});
}

TEST_CASE("a command over many keys that is given one runs between that key's increments") {
  Simulation simulation(4);
  auto& caller = simulation.add_caller(0);
  CHECK(simulation.call_all(caller, {"INCR n", "INCR n", "MGET n", "INCR n", "EXISTS n", "DEL n",
                                     "PFADD h a", "PFCOUNT h", "GET h2", "INCR n", "INCR n"}) ==
        Replies{":1", ":2", "*1\r\n$1\r\n2", ":3", ":1", ":1", ":1", ":1", "$-1", ":1", ":2"});
}

TEST_CASE("before AUTH only what needs none is run") {
  Simulation simulation(1);
  simulation.options.requirepass = "secret";
  auto& caller = simulation.add_caller(0);
  caller.session.authenticated = false;
  CHECK(simulation.call_all(caller, {"INCR n", "AUTH secret", "INCR n"}) ==
        Replies{"-NOAUTH Authentication required.", "+OK", ":1"});
  CHECK(rejected(simulation, "incr") == 1);
}

TEST_CASE("after a failed snapshot writes are refused and reads are not") {
  Simulation simulation(1);
  auto& caller = simulation.add_caller(0);
  simulation.call(caller, "SET n 5");
  simulation.gates = shard::kMisconfGate;
  const auto replies = simulation.call_all(caller, {"INCR n", "GET n", "DEL n"});
  CHECK(replies[0].starts_with("-MISCONF "));
  CHECK(replies[1] == "$1\r\n5");
  CHECK(replies[2].starts_with("-MISCONF "));
}

TEST_CASE("a pause holds the first command it applies to, and all behind it") {
  Simulation simulation(1);
  auto& caller = simulation.add_caller(0);
  simulation.gates = shard::kPauseWritesGate;
  caller.queue({{"GET", "n"}, {"INCR", "n"}, {"GET", "n"}});
  CHECK_FALSE(simulation.run_to_the_end());
  CHECK(caller.paused);
  CHECK(caller.replies.empty());

  auto& reader = simulation.add_caller(0);
  reader.queue({{"GET", "n"}});
  simulation.turn(0);
  CHECK(reader.replies == Replies{"$-1"});
  reader.replies.clear();

  simulation.gates = shard::kPauseAllGate | shard::kPauseWritesGate;
  reader.queue({{"GET", "n"}});
  simulation.turn(0);
  CHECK(reader.replies.empty());

  simulation.gates = 0;
  caller.resume();
  reader.resume();
  REQUIRE(simulation.run_to_the_end());
  CHECK(caller.replies == Replies{"$-1", ":1", "$1\r\n1"});
  CHECK(reader.replies.size() == 1);
}

TEST_CASE("CLIENT REPLY OFF and SKIP keep exactly the replies from being sent that Redis keeps") {
  Simulation simulation(1);
  auto& caller = simulation.add_caller(0);
  CHECK(simulation.call_all(caller, {"INCR n", "CLIENT REPLY SKIP", "INCR n", "INCR n"}) ==
        Replies{":1", ":3"});
  CHECK(simulation.call_all(caller, {"CLIENT REPLY SKIP", "NOSUCH", "INCR n"}) == Replies{":4"});
  CHECK(simulation.call_all(
            caller, {"CLIENT REPLY OFF", "INCR n", "NOSUCH", "SELECT 0", "CLIENT REPLY SKIP",
                     "INCR n", "INCR n", "CLIENT REPLY ON", "INCR n"}) == Replies{"+OK", ":8"});
  // Across waves too.
  CHECK(simulation.call_all(caller, {"CLIENT REPLY SKIP"}).empty());
  CHECK(simulation.call_all(caller, {"INCR n"}).empty());
  CHECK(simulation.call_all(caller, {"INCR n"}) == Replies{":10"});
}

TEST_CASE("pipeline-order strict makes a barrier wherever the shard changes, relaxed nowhere") {
  const auto keys = key_of_each(4);
  for (const bool strict : {false, true}) {
    Simulation simulation(4);
    simulation.options.pipeline_order =
        strict ? countd::config::PipelineOrder::kStrict : countd::config::PipelineOrder::kRelaxed;
    auto& caller = simulation.add_caller(2);
    int barriers = 0;
    caller.on_barrier = [&](const auto&) { ++barriers; };
    caller.queue({{"INCR", keys[0]},
                  {"INCR", keys[0]},
                  {"INCR", keys[3]},
                  {"INCR", keys[1]},
                  {"INCR", keys[1]},
                  {"INCR", keys[0]}});
    REQUIRE(simulation.run_to_the_end());
    CHECK(caller.replies == Replies{":1", ":2", ":1", ":1", ":2", ":3"});
    CHECK(barriers == (strict ? 3 : 0));
  }
}

TEST_CASE("a command over several shards is a barrier, over one shard it is not") {
  const auto keys = key_of_each(4);
  Simulation simulation(4);
  auto& caller = simulation.add_caller(1);
  int barriers = 0;
  caller.on_barrier = [&](const auto&) { ++barriers; };
  caller.queue({{"SET", "{a}1", "x"}, {"MGET", "{a}1", "{a}2"}, {"DEL", "{a}1", "{a}3"}});
  REQUIRE(simulation.run_to_the_end());
  CHECK(barriers == 0);
  caller.replies.clear();
  caller.queue({{"SET", keys[0], "x"}, {"MGET", keys[0], keys[3]}, {"DBSIZE"}, {"FLUSHALL"}});
  REQUIRE(simulation.run_to_the_end());
  CHECK(barriers == 3);
  CHECK(caller.replies == Replies{"+OK", "*2\r\n$1\r\nx\r\n$-1", ":1", "+OK"});
}

TEST_CASE("SCAN goes to the shard that its cursor names, and finds every key once") {
  Simulation simulation(4);
  auto& caller = simulation.add_caller(3);
  std::vector<std::string> expected;
  for (int i = 0; i < 300; ++i) {
    expected.push_back("key" + std::to_string(i));
    simulation.call(caller, "SET " + expected.back() + " x");
  }
  std::vector<std::string> found;
  std::string cursor = "0";
  int steps = 0;
  do {
    const auto reply = simulation.call(caller, "SCAN " + cursor + " COUNT 17");
    std::vector<std::string> bulks;
    for (std::size_t at = reply.find('$'); at != std::string::npos; at = reply.find("\n$", at)) {
      const auto start = reply.find('\n', reply[at] == '\n' ? at + 1 : at) + 1;
      bulks.push_back(reply.substr(start, reply.find('\r', start) - start));
      at = start - 1;
    }
    cursor = bulks[0];
    found.insert(found.end(), bulks.begin() + 1, bulks.end());
    REQUIRE(++steps < 200);
  } while (cursor != "0");
  std::ranges::sort(found);
  std::ranges::sort(expected);
  CHECK(found == expected);
  // A cursor that names no shard is a cursor that is over, not a stray access.
  CHECK(simulation.call(caller, "SCAN 18446744073709551615").starts_with("*2"));
  CHECK(simulation.call(caller, "SCAN abc") == "-ERR invalid cursor");
}

TEST_CASE("increments whose delta cannot be folded are answered by their handler") {
  Simulation simulation(1);
  auto& caller = simulation.add_caller(0);
  CHECK(simulation.call_all(caller, {"INCRBY n 3", "INCRBY n 1.5", "INCRBY n abc", "INCRBY n 4",
                                     "DECRBY n -9223372036854775808", "DECRBY n 1"}) ==
        Replies{":3", "-ERR value is not an integer or out of range",
                "-ERR value is not an integer or out of range", ":7",
                "-ERR decrement would overflow", ":6"});
}
