#include "storage/sketch/hyperloglog_self_test.h"

#include <array>
#include <cmath>
#include <cstdint>
#include <string>

#include "storage/sketch/hyperloglog.h"

namespace countd::storage::hyperloglog {

namespace {

using Registers = std::array<std::uint8_t, kRegisters>;

bool paths_agree() {
  Registers registers;
  for (std::uint32_t i = 0; i < kRegisters; ++i) {
    registers[i] = static_cast<std::uint8_t>(element_of(std::to_string(i)).rank);
  }
  std::array<std::uint8_t, kDenseRegisterBytes> packed;
  std::array<std::uint8_t, kDenseRegisterBytes> portably_packed;
  register_operations().pack(packed.data(), registers.data());
  portable_register_operations().pack(portably_packed.data(), registers.data());
  Registers merged{};
  register_operations().merge(merged.data(), packed.data());
  Histogram histogram;
  Histogram portable_histogram;
  register_operations().count(registers.data(), histogram);
  portable_register_operations().count(registers.data(), portable_histogram);
  return packed == portably_packed && merged == registers && histogram == portable_histogram;
}

}  // namespace

std::string_view self_test() {
  if (!paths_agree()) return "the registers differ between two ways to the same result";
  constexpr std::size_t kNeverDense = std::size_t{1} << 20;
  constexpr int kElements = 20000;
  constexpr int kLooks = 2000;  // elements from one look to the next
  std::string sparse = empty_sketch();
  std::string dense = empty_sketch();
  for (int i = 1; i <= kElements; ++i) {
    const Element element = element_of("element:" + std::to_string(i));
    const bool sparse_raised = add(sparse, element, kNeverDense, nullptr).value();
    const bool dense_raised = add(dense, element, 0, nullptr).value();
    if (sparse_raised != dense_raised) return "sparse and dense sketches differ";
    if (i % kLooks != 0) continue;
    const std::uint64_t count = cardinality(dense, nullptr).value();
    if (cardinality(sparse, nullptr).value() != count) return "sparse and dense estimates differ";
    const double deviation = std::abs(static_cast<double>(count) - i) / i;
    if (deviation > 5 * 1.04 / std::sqrt(kRegisters)) return "an estimate is too far off";
  }
  return {};
}

}  // namespace countd::storage::hyperloglog
