#include "storage/sketch/hyperloglog_registers.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <random>
#include <vector>

using namespace countd::storage::hyperloglog;

namespace {

using Registers = std::vector<std::uint8_t>;

Registers random_registers(std::uint64_t seed, int values) {
  std::mt19937_64 random(seed);
  Registers registers(kRegisters);
  for (auto& value : registers) value = static_cast<std::uint8_t>(random() % values);
  return registers;
}

// Exactly as long as packed registers are, so that the address sanitizer sees any byte too far.
Registers packed(const Registers& registers) {
  Registers bytes(kDenseRegisterBytes);
  for (std::uint32_t i = 0; i < kRegisters; ++i) set_packed_register(bytes.data(), i, registers[i]);
  return bytes;
}

}  // namespace

TEST_CASE("a packed register is read as it was written and its neighbours stay") {
  const Registers registers = random_registers(1, 64);
  Registers bytes = packed(registers);
  for (std::uint32_t i = 0; i < kRegisters; ++i) {
    CHECK_EQ(packed_register(bytes.data(), i), registers[i]);
  }
  set_packed_register(bytes.data(), 6, 63);
  CHECK(packed_register(bytes.data(), 5) == registers[5]);
  CHECK(packed_register(bytes.data(), 6) == 63);
  CHECK(packed_register(bytes.data(), 7) == registers[7]);
}

TEST_CASE("merge, pack and count are the same on every path, for real and for hostile values") {
  for (const int values : {1, 2, 20, 52, 64}) {
    for (std::uint64_t seed = 1; seed <= 4; ++seed) {
      const Registers first = random_registers(seed, values);
      const Registers second = random_registers(seed + 100, 64);
      Registers expected(kRegisters);
      for (std::uint32_t i = 0; i < kRegisters; ++i) expected[i] = std::max(first[i], second[i]);
      for (const auto* run : {&register_operations(), &portable_register_operations()}) {
        Registers merged = second;
        run->merge(merged.data(), packed(first).data());
        CHECK(merged == expected);
        Registers bytes(kDenseRegisterBytes);
        run->pack(bytes.data(), merged.data());
        CHECK(bytes == packed(merged));
        Histogram histogram;
        run->count(first.data(), histogram);
        for (std::size_t value = 0; value < histogram.size(); ++value) {
          CHECK_EQ(histogram[value], std::count(first.begin(), first.end(), value));
        }
        Histogram of_packed;
        count_packed(packed(first).data(), of_packed);
        CHECK(of_packed == histogram);
      }
    }
  }
}

TEST_CASE("a histogram holds all registers in one bin") {
  for (const std::uint8_t value : {std::uint8_t{0}, std::uint8_t{63}}) {
    const Registers registers(kRegisters, value);
    for (const auto* run : {&register_operations(), &portable_register_operations()}) {
      Histogram histogram;
      run->count(registers.data(), histogram);
      CHECK(histogram[value] == kRegisters);
    }
  }
}
