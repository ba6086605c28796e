// What the sketches' inner loops cost: nanoseconds an operation, the least of several rounds.
// Not a test: run it by hand on a quiet machine, built for release.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <random>
#include <string>
#include <vector>

#include "storage/sketch/count_min.h"
#include "storage/sketch/hyperloglog.h"
#include "storage/sketch/row_hashes.h"

using namespace countd::storage;
using namespace countd::storage::hyperloglog;

namespace {

constexpr std::size_t kSparseLimit = 3000;
volatile std::uint64_t sink;

template <class Operation>
void measure(const char* name, int times, Operation&& operation) {
  double best = 1e18;
  for (int round = 0; round < 7; ++round) {
    const auto start = std::chrono::steady_clock::now();
    for (int i = 0; i < times; ++i) operation(i);
    const std::chrono::duration<double, std::nano> spent = std::chrono::steady_clock::now() - start;
    best = std::min(best, spent.count() / times);
  }
  std::printf("%-44s %10.1f ns\n", name, best);
}

std::string sketch_of(std::uint64_t seed, int elements) {
  std::mt19937_64 random(seed);
  std::string bytes = empty_sketch();
  for (int i = 0; i < elements; ++i) {
    add(bytes, element_of(std::to_string(random())), kSparseLimit, nullptr).value();
  }
  return bytes;
}

std::vector<std::string> items(std::uint64_t seed, int count) {
  std::mt19937_64 random(seed);
  std::vector<std::string> result;
  for (int i = 0; i < count; ++i) result.push_back("e:" + std::to_string(random() % 10000000));
  return result;
}

void measure_registers(const std::vector<std::string>& dense) {
  std::vector<std::uint8_t> registers(kRegisters);
  std::vector<std::uint8_t> packed(kDenseRegisterBytes);
  Histogram histogram;
  for (const bool portable : {false, true}) {
    const auto& run = portable ? portable_register_operations() : register_operations();
    std::printf("%s\n", portable ? "portable:" : "fastest path:");
    measure("  merge a dense sketch", 2000, [&](int i) {
      run.merge(registers.data(), dense_registers(std::string_view(dense[i % 16])));
    });
    measure("  pack 16384 registers", 2000,
            [&](int) { run.pack(packed.data(), registers.data()); });
    measure("  histogram of 16384 registers", 1000, [&](int) {
      run.count(registers.data(), histogram);
      sink = histogram[1];
    });
  }
}

void measure_counts(const std::vector<std::string>& dense) {
  const HistogramCache cache(dense[0]);
  measure("PFCOUNT, estimate from the histogram", 100000,
          [&](int) { sink = cardinality(dense[0], &cache).value(); });
  measure("PFCOUNT cold, no histogram", 2000,
          [&](int i) { sink = cardinality(dense[i % 16], nullptr).value(); });
  measure("PFCOUNT of 10 dense sketches", 500, [&](int i) {
    Union all;
    for (int j = 0; j < 10; ++j) all.add(dense[(i + j) % 16]).value();
    sink = all.cardinality();
  });
  std::string target = dense[0];
  measure("PFMERGE of two into a dense sketch", 500, [&](int i) {
    Union all;
    all.add(target).value();
    all.add(dense[i % 16]).value();
    all.add(dense[(i + 1) % 16]).value();
    all.write_to(target, kSparseLimit);
  });
}

void measure_adds(std::string dense) {
  const auto elements = items(2, 4096);
  HistogramCache cache(dense);
  for (const auto& element : elements)
    add(dense, element_of(element), kSparseLimit, &cache).value();
  measure("PFADD to dense, nothing rises", 100000,
          [&](int i) { sink = would_raise(dense, element_of(elements[i % 4096])).value(); });
  const std::string sparse = sketch_of(3, 1000);
  std::printf("(a sparse sketch of 1000 elements: %zu bytes)\n", sparse.size());
  measure("PFADD to it, nothing rises or would", 100000,
          [&](int i) { sink = would_raise(sparse, element_of(elements[i % 4096])).value(); });
  measure("a sparse sketch of 1000 elements, from empty", 20,
          [&](int) { sink = sketch_of(3, 1000).size(); });
}

void measure_count_min() {
  const auto sums = CountMinSketch::create(CountMinSketch::shape_for(0.001, 0.01).value());
  const auto elements = items(4, 4096);
  measure("CMS add, depth 7", 100000, [&](int i) { sink = *sums->add(elements[i % 4096], 1); });
  measure("CMS estimate, depth 7", 100000,
          [&](int i) { sink = sums->estimate(elements[i % 4096]); });
  RowHashes hashes;
  measure("8 row hashes", 100000, [&](int i) {
    hash_rows(elements[i % 4096], 0, hashes);
    sink = hashes[7];
  });
  measure("8 row hashes, portable", 100000, [&](int i) {
    hash_rows_portable(elements[i % 4096], 0, hashes);
    sink = hashes[7];
  });
}

}  // namespace

int main() {
  std::vector<std::string> dense;
  for (std::uint64_t seed = 1; seed <= 16; ++seed) dense.push_back(sketch_of(seed, 4000));
  measure_registers(dense);
  measure_counts(dense);
  measure_adds(dense[0]);
  measure_count_min();
}
