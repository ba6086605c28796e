#include "storage/sketch/hyperloglog_sparse.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <random>
#include <vector>

#include "storage/sketch/hyperloglog.h"
#include "storage/sketch/hyperloglog_registers.h"

using namespace countd::storage::hyperloglog;

namespace {

constexpr std::size_t kLimit = 3000;

Raise raise(std::string& bytes, std::uint32_t index, std::uint8_t value,
            std::size_t max_bytes = kLimit) {
  SparseCursor cursor;
  return sparse_raise(bytes, index, value, max_bytes, cursor);
}

std::string runs(const std::string& bytes) { return bytes.substr(kHeaderBytes); }

std::vector<std::uint8_t> registers_of(const std::string& bytes) {
  std::vector<std::uint8_t> registers(kRegisters);
  CHECK(for_each_run(bytes, [&](std::uint32_t first, const Run& run) {
    std::fill_n(registers.begin() + first, run.length, run.value);
  }));
  return registers;
}

}  // namespace

TEST_CASE("the worked example of the format") {
  std::string bytes = empty_sketch();
  CHECK(bytes == std::string("HYLL\x01\0\0\0\0\0\0\0\0\0\0\0\x7f\xff", 18));
  CHECK(raise(bytes, 3, 2) == Raise::kRaised);
  CHECK(runs(bytes) == "\x02\x84\x7f\xfb");
  CHECK(!cached_cardinality(bytes).has_value());
}

TEST_CASE("equal neighbours are joined up to four registers and split where one rises") {
  std::string bytes = empty_sketch();
  for (const std::uint32_t index : {10, 12, 11, 13, 14}) {
    CHECK(raise(bytes, index, 1) == Raise::kRaised);
  }
  CHECK(runs(bytes) == "\x09\x83\x80\x7f\xf0");
  CHECK(raise(bytes, 11, 1) == Raise::kUnchanged);
  CHECK(raise(bytes, 11, 5) == Raise::kRaised);
  CHECK(runs(bytes) == "\x09\x80\x90\x82\x7f\xf0");
}

TEST_CASE("what the sparse form cannot hold is said before anything changes") {
  std::string bytes = empty_sketch();
  CHECK(raise(bytes, 3, 33) == Raise::kTooLarge);
  CHECK(raise(bytes, 3, 1, bytes.size() + 1) == Raise::kTooLarge);
  CHECK(bytes == empty_sketch());
  CHECK(raise(bytes, 3, 1, bytes.size() + 2) == Raise::kRaised);
}

TEST_CASE("sparse registers are those of a plain array, in any order, and survive to_dense") {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    std::mt19937_64 random(seed);
    std::string bytes = empty_sketch();
    std::vector<std::uint8_t> expected(kRegisters);
    for (int i = 0; i < 3000; ++i) {
      const auto index = static_cast<std::uint32_t>(random() % 2000);
      const auto value = static_cast<std::uint8_t>(random() % 3 + 1);
      const Raise answer = raise(bytes, index, value, 1 << 20);
      CHECK(answer == (expected[index] < value ? Raise::kRaised : Raise::kUnchanged));
      expected[index] = std::max(expected[index], value);
    }
    CHECK(registers_of(bytes) == expected);
    for (std::uint32_t i = 0; i < kRegisters; ++i) {
      CHECK_EQ(sparse_register(bytes, i).value(), expected[i]);
    }
    CHECK(to_dense(bytes));
    CHECK(bytes.size() == kDenseBytes);
    for (std::uint32_t i = 0; i < kRegisters; ++i) {
      CHECK_EQ(packed_register(dense_registers(std::string_view(bytes)), i), expected[i]);
    }
  }
}

TEST_CASE("raising in ascending order with one cursor gives the bytes of single raises") {
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    std::mt19937_64 random(seed);
    std::string single = empty_sketch();
    for (int i = 0; i < 300; ++i) {
      raise(single, static_cast<std::uint32_t>(random() % 1000), random() % 2 + 1);
    }
    std::string together = single;
    SparseCursor cursor;
    for (std::uint32_t index = 0; index < 1100; ++index) {
      if (random() % 3 == 0) continue;
      const auto value = static_cast<std::uint8_t>(random() % 3 + 1);
      raise(single, index, value);
      sparse_raise(together, index, value, kLimit, cursor);
    }
    CHECK(single == together);
  }
}

TEST_CASE("runs that do not cover all registers exactly are corrupt") {
  for (const std::string tail : {"", "\x7f", "\x7f\xfe", "\x7f\xff\x80", "\x7f\xff\x40"}) {
    std::string bytes = empty_sketch().substr(0, kHeaderBytes) + tail;
    const std::string before = bytes;
    CHECK_FALSE(for_each_run(bytes, [](std::uint32_t, const Run&) {}));
    CHECK_FALSE(to_dense(bytes));
    CHECK(bytes == before);
  }
  std::string none = empty_sketch().substr(0, kHeaderBytes);
  CHECK(raise(none, 0, 1) == Raise::kCorrupt);
  CHECK_FALSE(sparse_register(none, 0).has_value());
}

TEST_CASE("a run that ends behind the last byte reads it as zero and is cut off when split") {
  std::string bytes = empty_sketch().substr(0, kHeaderBytes) + "\x40\xfe\x7f";
  CHECK(for_each_run(bytes, [](std::uint32_t, const Run&) {}));
  CHECK(raise(bytes, 12711, 2) == Raise::kRaised);
  CHECK(runs(bytes) == "\x40\xfe\x70\xa7\x84\x4e");
}
