// Our bytes and answers against those of a redis-server, where there is one: the same elements in
// the same order must give the same string, and damage must be refused in the same words.
#include <doctest/doctest.h>

#include <cstdlib>
#include <random>
#include <string>
#include <vector>

#include "storage/sketch/hyperloglog.h"
#include "storage/sketch/hyperloglog_sparse.h"
#include "tests/support/server_process.h"

using namespace countd::storage;
using namespace countd::storage::hyperloglog;
using countd::test::Client;
using countd::test::Reply;
using countd::test::ServerProcess;

namespace {

constexpr std::size_t kLimit = 3000;
constexpr std::size_t kKindsOfItem = 3;

bool redis_is_missing() {
  if (std::system("redis-server --version > /dev/null 2>&1") == 0) return false;
  MESSAGE("skipped: no redis-server on PATH");
  return true;
}

struct Redis {
  ServerProcess server{
      "redis-server --port {port} --bind 127.0.0.1 --dir {dir} --save \"\" "
      "--enable-debug-command yes"};
  Client client = server.connect();

  std::string get(const std::string& key) { return client.call({"GET", key}).text; }
};

// Short numbers, long text and raw bytes.
std::string item(std::mt19937_64& random, std::size_t kind) {
  std::string text = std::to_string(random() % 100000);
  if (kind == 1) text = "visitor:" + text + ":of:a:page:with:a:rather:long:name";
  if (kind == 2) {
    text.resize(random() % 20);
    for (char& c : text) c = static_cast<char>(random());
  }
  return text;
}

std::string outcome(const Result<bool>& result) {
  if (result) return *result ? "1" : "0";
  return result.error() == Errc::kCorruptHyperLogLog ? "INVALIDOBJ Corrupted HLL object detected"
                                                     : "WRONGTYPE";
}

// PFADD as Redis runs it: every element until one meets a corrupt run.
Result<bool> pfadd(std::string& bytes, const std::vector<std::string>& items) {
  bool changed = false;
  for (const auto& element : items) {
    const auto raised = add(bytes, element_of(element), kLimit, nullptr);
    if (!raised) return raised;
    changed = changed || *raised;
  }
  return changed;
}

bool last_run_is_cut_off(const std::string& bytes) {
  std::size_t at = kHeaderBytes;
  while (at < bytes.size()) at += run_at(bytes, at).bytes;
  return at > bytes.size();
}

std::string damaged(std::string bytes, std::mt19937_64& random) {
  for (std::uint64_t i = random() % 3; i < 3; ++i) {
    const std::size_t at = kHeaderBytes + random() % (bytes.size() - kHeaderBytes);
    switch (random() % 5) {
      case 0:
        bytes[at] = static_cast<char>(random());
        break;
      case 1:
        bytes[at] = '\x7f';
        break;
      case 2:
        bytes.back() = '\x40';
        break;
      case 3:
        std::swap(bytes[at], bytes[kHeaderBytes + random() % (at - kHeaderBytes + 1)]);
        break;
      case 4:
        bytes.insert(at, 1, static_cast<char>(random()));
        break;
    }
  }
  return bytes;
}

}  // namespace

TEST_CASE("the bytes of growing sketches equal Redis's through sparse and dense") {
  if (redis_is_missing()) return;
  Redis redis;
  for (std::size_t kind = 0; kind < kKindsOfItem; ++kind) {
    std::mt19937_64 random(kind);
    const std::string key = "growing:" + std::to_string(kind);
    std::string bytes = empty_sketch();
    redis.client.call({"PFADD", key});
    invalidate_cardinality(bytes);
    CHECK(redis.get(key) == bytes);
    for (int i = 0; i < 4000; ++i) {
      const std::string element = item(random, kind);
      const Reply reply = redis.client.call({"PFADD", key, element});
      CHECK(reply.text == outcome(add(bytes, element_of(element), kLimit, nullptr)));
      if (i % 3 == 0) CHECK(redis.get(key) == bytes);
      if (i % 50 != 0) continue;
      if (!cached_cardinality(bytes)) {
        set_cached_cardinality(bytes, cardinality(bytes, nullptr).value());
      }
      CHECK(redis.client.call({"PFCOUNT", key}).integer() ==
            static_cast<std::int64_t>(cached_cardinality(bytes).value()));
      CHECK(redis.get(key) == bytes);
    }
    CHECK(encoding(bytes) == Encoding::kDense);
  }
}

TEST_CASE("unions equal Redis's, sparse with sparse, sparse with dense and grown beyond sparse") {
  if (redis_is_missing()) return;
  Redis redis;
  std::mt19937_64 random(11);
  for (const auto& sizes : std::vector<std::vector<int>>{
           {0, 10}, {200, 300}, {300, 5}, {700, 900}, {1200, 1200, 1200}, {5, 4000}, {4000, 5}}) {
    std::vector<std::string> sketches;
    countd::test::Words merge{"PFMERGE"};
    countd::test::Words count{"PFCOUNT"};
    for (std::size_t i = 0; i < sizes.size(); ++i) {
      sketches.push_back(empty_sketch());
      const std::string key = "part:" + std::to_string(i);
      redis.client.call({"DEL", key});
      redis.client.call({"PFADD", key});
      invalidate_cardinality(sketches.back());
      for (int j = 0; j < sizes[i]; ++j) {
        const std::string element = item(random, 0);
        redis.client.call({"PFADD", key, element});
        pfadd(sketches.back(), {element}).value();
      }
      merge.push_back(key);
      count.push_back(key);
    }
    Union all;
    for (const auto& bytes : sketches) CHECK(all.add(bytes).has_value());
    CHECK(redis.client.call(count).integer() == static_cast<std::int64_t>(all.cardinality()));
    CHECK(redis.client.call(merge).text == "OK");
    all.write_to(sketches[0], kLimit);
    CHECK(redis.get("part:0") == sketches[0]);
    redis.client.call({"DEL", "fresh"});
    merge.insert(merge.begin() + 1, "fresh");
    Union again;
    for (const auto& bytes : sketches) CHECK(again.add(bytes).has_value());
    redis.client.call(merge);
    std::string fresh = empty_sketch();
    again.write_to(fresh, kLimit);
    CHECK(redis.get("fresh") == fresh);
  }
}

TEST_CASE("damaged sketches are counted, merged and added to exactly where Redis does so") {
  if (redis_is_missing()) return;
  Redis redis;
  std::mt19937_64 random(5);
  std::vector<std::string> seeds;
  for (const int size : {3, 60, 700}) {
    seeds.push_back(empty_sketch());
    for (int i = 0; i < size; ++i) pfadd(seeds.back(), {item(random, 0)}).value();
  }
  int accepted = 0;
  for (int round = 0; round < 4000; ++round) {
    std::string bytes = damaged(seeds[static_cast<std::size_t>(round) % seeds.size()], random);
    redis.client.call({"SET", "k", bytes});
    const Reply counted = redis.client.call({"PFCOUNT", "k"});
    const auto ours = cardinality(bytes, nullptr);
    CHECK(counted.is_error() == !ours.has_value());
    if (ours) CHECK(counted.text == std::to_string(static_cast<std::int64_t>(*ours)));
    if (ours) ++accepted;
    Union alone;
    CHECK(redis.client.call({"PFCOUNT", "k", "missing"}).is_error() ==
          !alone.add(bytes).has_value());
    redis.client.call({"SET", "k", bytes});
    std::vector<std::string> items{item(random, 0), item(random, 0), item(random, 1)};
    // Once it has split a run that was cut off, Redis reads what lies behind its string.
    if (last_run_is_cut_off(bytes)) items.resize(1);
    countd::test::Words words{"PFADD", "k"};
    words.insert(words.end(), items.begin(), items.end());
    const Reply added = redis.client.call(words);
    CHECK(added.text == outcome(pfadd(bytes, items)));
    CHECK(redis.get("k") == bytes);
  }
  CHECK(accepted > 20);
}

TEST_CASE("dense sketches with any registers are estimated as Redis estimates them") {
  if (redis_is_missing()) return;
  Redis redis;
  std::mt19937_64 random(9);
  for (int round = 0; round < 300; ++round) {
    std::string bytes = empty_sketch();
    bytes.resize(kDenseBytes);
    bytes[4] = 0;
    const std::uint64_t lowest = random() % 40;
    const std::uint64_t spread = random() % (64 - lowest) + 1;
    for (std::uint32_t i = 0; i < kRegisters; ++i) {
      set_packed_register(dense_registers(bytes), i,
                          static_cast<std::uint8_t>(lowest + random() % spread));
    }
    invalidate_cardinality(bytes);
    redis.client.call({"SET", "k", bytes});
    const std::uint64_t ours = cardinality(bytes, nullptr).value();
    CHECK(redis.client.call({"PFCOUNT", "k"}).integer() == static_cast<std::int64_t>(ours));
    set_cached_cardinality(bytes, ours);
    CHECK(redis.get("k") == bytes);
  }
}
