#include "commands/hyperloglog.h"

#include <doctest/doctest.h>

#include <cstdlib>
#include <random>
#include <string>

#include "commands/hyperloglog_entry.h"
#include "tests/commands/harness.h"
#include "tests/support/reply.h"
#include "tests/support/server_process.h"

using countd::commands::cached_sketch;
using countd::commands::histogram_in;
using countd::test::Harness;
using countd::test::Words;

namespace hll = countd::storage::hyperloglog;

namespace {

constexpr const char* kWrongType =
    "-WRONGTYPE Operation against a key holding the wrong kind of value\r\n";
constexpr const char* kNotHyperLogLog =
    "-WRONGTYPE Key is not a valid HyperLogLog string value.\r\n";
constexpr const char* kCorrupt = "-INVALIDOBJ Corrupted HLL object detected\r\n";

Words pfadd(const std::string& key, int from, int to) {
  Words words{"PFADD", key};
  for (int i = from; i < to; ++i) words.push_back("element:" + std::to_string(i));
  return words;
}

std::uint64_t changes(Harness& server) { return server.keyspace().counters().changes; }

countd::storage::EntryView entry(Harness& server, std::string_view key) {
  return server.keyspace().peek(server.keyspace().key(key, 0));
}

const hll::HistogramCache* histogram_of(const countd::storage::EntryView& entry) {
  const auto* const sketch = cached_sketch(entry);
  return sketch == nullptr ? nullptr : histogram_in(sketch->cache);
}

std::string bulk(const std::string& reply) {
  std::size_t at = 0;
  return countd::test::parse_reply(reply, at)->text;
}

}  // namespace

TEST_CASE("PFADD answers whether the sketch changed, and creates it even without elements") {
  Harness server;
  Harness::Client client(server);
  CHECK(client("PFADD h") == ":1\r\n");
  CHECK(client("PFADD h") == ":0\r\n");
  CHECK(client("PFCOUNT h") == ":0\r\n");
  CHECK(client("PFADD h a b c") == ":1\r\n");
  CHECK(client("PFADD h a b c") == ":0\r\n");
  CHECK(client("PFADD h a b d") == ":1\r\n");
  CHECK(client("PFCOUNT h") == ":4\r\n");
  CHECK(client("PFCOUNT none") == ":0\r\n");
  CHECK(client("PFCOUNT none h") == ":4\r\n");
  CHECK(entry(server, "h").value.encoding() == "raw");
}

TEST_CASE("a PFADD that changes nothing and a PFCOUNT from the kept estimate are no changes") {
  Harness server;
  Harness::Client client(server);
  for (const int size : {3, 4000}) {
    client.run(pfadd("h", 0, size));
    const auto before = changes(server);
    CHECK(client.run(pfadd("h", 0, size)) == ":0\r\n");
    CHECK(changes(server) == before);
    client("PFCOUNT h");
    CHECK(changes(server) == before + 1);
    client("PFCOUNT h");
    CHECK(changes(server) == before + 1);
  }
}

TEST_CASE("the histogram beside a dense sketch is kept by PFADD and dropped with the bytes") {
  Harness server;
  Harness::Client client(server);
  client.run(pfadd("h", 0, 5000));
  CHECK(histogram_of(entry(server, "h")) == nullptr);
  client("PFCOUNT h");
  const auto* histogram = histogram_of(entry(server, "h"));
  CHECK(histogram != nullptr);
  for (int i = 0; i < 5; ++i) client.run(pfadd("h", 5000 + i * 1000, 6000 + i * 1000));
  CHECK(histogram_of(entry(server, "h")) == histogram);
  const std::string bytes = bulk(client("GET h"));
  CHECK(histogram->counts == hll::HistogramCache(bytes).counts);
  CHECK(client("PFCOUNT h") ==
        ":" + std::to_string(hll::cardinality(bytes, nullptr).value()) + "\r\n");
  client.run(pfadd("other", 0, 20000));
  CHECK(client("PFMERGE h other") == "+OK\r\n");
  CHECK(histogram_of(entry(server, "h")) == nullptr);
  CHECK(client("PFCOUNT h") == client("PFCOUNT h other"));
}

TEST_CASE("what is no sketch is told by its type, its header or its runs") {
  Harness server;
  Harness::Client client(server);
  client("CMS.INITBYDIM cms 10 2");
  client("SET text hello");
  client("SET number 5");
  client.run({"SET", "long", std::string(100, 'x')});
  client.run({"SET", "corrupt", hll::empty_sketch() + "\x01"});
  for (const std::string command : {"PFADD % a", "PFCOUNT %", "PFCOUNT none %", "PFMERGE % none",
                                    "PFMERGE none %", "PFDEBUG ENCODING %"}) {
    const auto with = [&](const std::string& key) {
      std::string line = command;
      return client(line.replace(line.find('%'), 1, key));
    };
    CHECK(with("cms") == kWrongType);
    for (const std::string key : {"text", "number", "long"}) CHECK(with(key) == kNotHyperLogLog);
  }
  client("PFADD h a");
  const std::string before = client("GET h");
  CHECK(client("PFCOUNT h corrupt") == kCorrupt);
  CHECK(client("PFMERGE h corrupt") == kCorrupt);
  CHECK(client("PFDEBUG TODENSE corrupt") == kCorrupt);
  CHECK(client("PFDEBUG GETREG corrupt") == kCorrupt);
  CHECK(client("GET h") == before);
  CHECK(client("EXISTS none") == ":0\r\n");
}

TEST_CASE("a sketch that arrives by SET is counted and added to") {
  Harness server;
  Harness::Client client(server);
  client("PFADD h a b c");
  const std::string bytes = bulk(client("GET h"));
  CHECK(bytes.size() <= countd::storage::kMaxShortText);
  client.run({"SET", "copy", bytes, "EX", "100"});
  CHECK(client("PFADD copy a b c") == ":0\r\n");
  CHECK(client("PFCOUNT copy") == ":3\r\n");
  CHECK(client("PFADD copy d") == ":1\r\n");
  CHECK(client("PFCOUNT copy") == ":4\r\n");
  CHECK(client("TTL copy") == ":100\r\n");
}

TEST_CASE("hll-sparse-max-bytes says when a sketch becomes dense") {
  countd::config::Options options;
  options.hll_sparse_max_bytes = 20;
  Harness server(1, options);
  Harness::Client client(server);
  client("PFADD h a");
  CHECK(client("PFDEBUG ENCODING h") == "+dense\r\n");
  client("PFMERGE other h");
  CHECK(client("PFDEBUG ENCODING other") == "+dense\r\n");
}

TEST_CASE("PFSELFTEST passes") {
  Harness server;
  Harness::Client client(server);
  CHECK(client("PFSELFTEST") == "+OK\r\n");
}

TEST_CASE("random commands answer as Redis does and leave its bytes, on 1 and on 4 shards") {
  if (std::system("redis-server --version > /dev/null 2>&1") != 0) {
    MESSAGE("skipped: no redis-server on PATH");
    return;
  }
  countd::test::ServerProcess redis(
      "redis-server --port {port} --bind 127.0.0.1 --dir {dir} --save \"\"");
  auto oracle = redis.connect();
  for (const int shards : {1, 4}) {
    Harness server(shards);
    Harness::Client client(server);
    oracle.call_line("FLUSHALL");
    std::mt19937_64 random(static_cast<std::uint64_t>(shards));
    const auto key = [&] { return "key:" + std::to_string(random() % 12); };
    for (int i = 0; i < 3000; ++i) {
      Words words;
      switch (random() % 8) {
        case 0:
          words = {"PFCOUNT", key()};
          break;
        case 1:
          words = {"PFCOUNT", key(), key(), key()};
          break;
        case 2:
          words = {"PFMERGE", key(), key(), key()};
          break;
        case 3:
          words = {"GET", key()};
          break;
        case 4:
          if (random() % 10 != 0) continue;
          words = {random() % 4 == 0 ? "PFDEBUG" : "DEL", key()};
          if (words[0] == "PFDEBUG") words.insert(words.begin() + 1, "TODENSE");
          break;
        case 5:
          words = {"PFDEBUG", random() % 2 == 0 ? "ENCODING" : "DECODE", key()};
          break;
        default: {
          const int from = static_cast<int>(random() % 20000);
          const int size = static_cast<int>(random() % (random() % 8 == 0 ? 600 : 6));
          words = pfadd(key(), from, from + size);
        }
      }
      oracle.call(words);
      CHECK_MESSAGE(client.run(words) == oracle.raw(), words[0], " ", words[1]);
    }
    for (int i = 0; i < 12; ++i) {
      const Words get{"GET", "key:" + std::to_string(i)};
      oracle.call(get);
      CHECK(client.run(get) == oracle.raw());
    }
  }
}
