#include "storage/sketch/hyperloglog_estimate.h"

#include <cmath>
#include <limits>

namespace countd::storage::hyperloglog {

namespace {

// x + sum of x^(2^k) 2^(k-1), the weight of the registers that saw nothing.
double sigma(double x) {
  if (x == 1.0) return std::numeric_limits<double>::infinity();
  double factor = 1;
  double sum = x;
  for (double before = -1; before != sum;) {
    x *= x;
    before = sum;
    sum += x * factor;
    factor += factor;
  }
  return sum;
}

// (1 - x - sum of (1 - x^(2^-k))^2 2^-k) / 3, the weight of the registers that are full.
double tau(double x) {
  if (x == 0.0 || x == 1.0) return 0;
  double factor = 1;
  double sum = 1 - x;
  for (double before = -1; before != sum;) {
    x = std::sqrt(x);
    before = sum;
    factor *= 0.5;
    const double rest = 1 - x;
    sum -= rest * rest * factor;
  }
  return sum / 3;
}

}  // namespace

std::uint64_t estimate(const Histogram& histogram) {
  constexpr double kCount = kRegisters;
  constexpr double kAlpha = 0.721347520444481703680;  // 1 / (2 ln 2)
  double sum = kCount * tau((kCount - histogram[kRankBits + 1]) / kCount);
  for (int rank = kRankBits; rank >= 1; --rank) {
    sum += histogram[static_cast<std::size_t>(rank)];
    sum *= 0.5;
  }
  sum += kCount * sigma(histogram[0] / kCount);
  const double cardinality = kAlpha * kCount * kCount / sum;
  if (!(cardinality < 0x1p63)) return std::uint64_t{1} << 63;
  // Redis keeps the rounded number in a double on its way.
  return static_cast<std::uint64_t>(static_cast<double>(std::llroundl(cardinality)));
}

}  // namespace countd::storage::hyperloglog
