#include "storage/sketch/count_min.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <vector>

#include "storage/sketch/row_hashes.h"

namespace countd::storage {

namespace {

using Wide = unsigned __int128;

// hash % width, by Lemire, Kaser & Kurz, "Faster remainder by direct computation" (2019); exact
// for all 32-bit numbers.
std::uint32_t modulo(std::uint32_t hash, std::uint64_t reciprocal, std::uint32_t width) {
  return static_cast<std::uint32_t>((Wide{reciprocal * hash} * width) >> 64);
}

// sum += count * weight; false on overflow.
bool add_weighted(std::int64_t& sum, std::int64_t count, std::int64_t weight) {
  std::int64_t product;
  return !__builtin_mul_overflow(count, weight, &product) &&
         !__builtin_add_overflow(sum, product, &sum);
}

}  // namespace

Result<CountMinSketch::Shape> CountMinSketch::shape_of(std::int64_t width, std::int64_t depth) {
  if (width < 1 || static_cast<std::uint64_t>(width) > kMaxCells) return Errc::kCmsInvalidWidth;
  if (depth < 1 ||
      static_cast<std::uint64_t>(depth) > kMaxCells / static_cast<std::uint64_t>(width)) {
    return Errc::kCmsInvalidDepth;
  }
  return Shape{static_cast<std::uint32_t>(width), static_cast<std::uint32_t>(depth)};
}

Result<CountMinSketch::Shape> CountMinSketch::shape_for(double error, double probability) {
  if (!(error > 0 && error < 1)) return Errc::kCmsInvalidError;
  if (!(probability > 0 && probability < 1)) return Errc::kCmsInvalidProbability;
  const double width = std::ceil(2 / error);
  if (width > static_cast<double>(kMaxCells)) return Errc::kCmsInvalidError;
  // In single precision, as RedisBloom computes it: the depth decides which rows exist.
  const float depth = std::ceil(std::log10(static_cast<float>(probability)) / std::log10(0.5F));
  if (!(depth >= 1 && depth <= 1e9F)) return Errc::kCmsInvalidProbability;
  const auto shape = shape_of(static_cast<std::int64_t>(width), static_cast<std::int64_t>(depth));
  if (!shape) return Errc::kCmsInvalidProbability;
  return *shape;
}

std::unique_ptr<CountMinSketch> CountMinSketch::create(Shape shape) {
  ASSERT(shape_of(shape.width, shape.depth).has_value());
  Cells cells(static_cast<std::uint32_t*>(
      std::calloc(std::size_t{shape.width} * shape.depth, sizeof(std::uint32_t))));
  if (!cells) return nullptr;
  return std::unique_ptr<CountMinSketch>(new CountMinSketch(shape, std::move(cells)));
}

CountMinSketch::CountMinSketch(Shape shape, Cells cells)
    : shape_(shape), reciprocal_(~std::uint64_t{0} / shape.width + 1), cells_(std::move(cells)) {}

std::unique_ptr<Object> CountMinSketch::clone() const {
  auto copy = create(shape_);
  ASSERT(copy != nullptr);  // as `new` would end the process
  std::memcpy(copy->cells_.get(), cells_.get(), count() * sizeof(std::uint32_t));
  copy->total_ = total_;
  return copy;
}

std::size_t CountMinSketch::memory_bytes() const {
  return sizeof(*this) + count() * sizeof(std::uint32_t);
}

template <class Visit>
void CountMinSketch::for_each_cell(std::string_view item, Visit&& visit) const {
  RowHashes hashes;
  for (std::uint32_t row = 0; row < shape_.depth; row += kRowsAtOnce) {
    hash_rows(item, row, hashes);
    const std::uint32_t rows = std::min(kRowsAtOnce, shape_.depth - row);
    const std::size_t base = std::size_t{row} * shape_.width;
    for (std::uint32_t i = 0; i < rows; ++i) {
      visit(base + std::size_t{i} * shape_.width + modulo(hashes[i], reciprocal_, shape_.width));
    }
  }
}

Result<std::int64_t> CountMinSketch::add(std::string_view item, std::uint64_t times) {
  std::uint32_t least = kMaxCount;
  for_each_cell(item, [&](std::size_t cell) {
    const std::uint32_t before = cells_[cell];
    const std::uint32_t room = kMaxCount - before;
    const std::uint32_t after =
        times < room ? before + static_cast<std::uint32_t>(times) : kMaxCount;
    cells_[cell] = after;
    least = std::min(least, after);
  });
  total_ += times;
  if (least == kMaxCount) return Errc::kCmsOverflow;
  return std::int64_t{least};
}

std::uint32_t CountMinSketch::estimate(std::string_view item) const {
  std::uint32_t least = kMaxCount;
  for_each_cell(item, [&](std::size_t cell) { least = std::min(least, cells_[cell]); });
  return least;
}

CountMinSketch::Sum CountMinSketch::sum_of_cells(std::span<const Part> parts, std::size_t cell) {
  std::int64_t sum = 0;
  for (const Part& part : parts) {
    if (!add_weighted(sum, part.sketch->cells_[cell], part.weight)) return std::nullopt;
  }
  if (sum < 0 || sum > std::int64_t{kMaxCount}) return std::nullopt;
  return sum;
}

CountMinSketch::Sum CountMinSketch::sum_of_totals(std::span<const Part> parts) {
  std::int64_t sum = 0;
  for (const Part& part : parts) {
    const auto total = static_cast<std::int64_t>(part.sketch->total_);
    if (!add_weighted(sum, total, part.weight)) return std::nullopt;
  }
  if (sum < 0) return std::nullopt;
  return sum;
}

Result<void> CountMinSketch::check_sum(std::span<const Part> parts) {
  ASSERT(!parts.empty());
  for (const Part& part : parts) ASSERT(part.sketch->shape_ == parts[0].sketch->shape_);
  bool fits = sum_of_totals(parts).has_value();
  const std::size_t cells = parts[0].sketch->count();
  for (std::size_t cell = 0; fits && cell < cells; ++cell) {
    fits = sum_of_cells(parts, cell).has_value();
  }
  if (!fits) return Errc::kCmsMergeOverflow;
  return {};
}

void CountMinSketch::assign_sum(std::span<const Part> parts) {
  ASSERT(!parts.empty() && parts[0].sketch->shape_ == shape_);
  const auto total = static_cast<std::uint64_t>(sum_of_totals(parts).value());
  for (std::size_t cell = 0; cell < count(); ++cell) {
    const auto sum = static_cast<std::uint32_t>(sum_of_cells(parts, cell).value());
    if (cells_[cell] != sum) cells_[cell] = sum;  // a cell that stays is not touched
  }
  total_ = total;
}

}  // namespace countd::storage
