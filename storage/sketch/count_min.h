// Count-Min Sketch: frequency estimates in fixed memory, never too low.
// Cormode & Muthukrishnan, "An Improved Data Stream Summary" (2005).
// Layout: depth rows x width counters, row-major, uint32 saturating; the column of an item in row
// i is MurmurHash2(item, seed i) mod width. Array and hash are RedisBloom's, so dumps interoperate.
// Invariant: estimate(x) >= true(x); the excess is at most 2 / width * total with probability
// >= 1 - 2^-depth.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

#include "storage/base/result.h"
#include "storage/base/value.h"

namespace countd::storage {

class CountMinSketch final : public Object {
 public:
  /// What one cell can hold; an item whose cells are all there is beyond counting.
  static constexpr std::uint32_t kMaxCount = 0xffffffff;
  /// A sketch has at most so many cells (1 GiB of them).
  static constexpr std::uint64_t kMaxCells = std::uint64_t{1} << 28;

  struct Shape {
    std::uint32_t width = 0;
    std::uint32_t depth = 0;
    bool operator==(const Shape&) const = default;
  };

  /// kCmsInvalidWidth, kCmsInvalidDepth: not positive, or more cells than kMaxCells.
  static Result<Shape> shape_of(std::int64_t width, std::int64_t depth);
  /// The shape whose estimates exceed the truth by at most `error` * total but with
  /// `probability`. kCmsInvalidError, kCmsInvalidProbability: not inside (0, 1), or too large.
  static Result<Shape> shape_for(double error, double probability);
  /// An empty sketch; untouched cells cost no memory. Null: the memory is not there.
  /// REQUIRES: a shape that shape_of or shape_for gave.
  static std::unique_ptr<CountMinSketch> create(Shape shape);

  [[nodiscard]] Type type() const override { return Type::kCountMin; }
  [[nodiscard]] std::unique_ptr<Object> clone() const override;
  [[nodiscard]] std::size_t memory_bytes() const override;

  [[nodiscard]] Shape shape() const { return shape_; }
  /// The sum of all that was added, modulo 2^64.
  [[nodiscard]] std::uint64_t total() const { return total_; }
  /// All cells, row by row: for files, which set them as a whole.
  [[nodiscard]] std::span<const std::uint32_t> cells() const { return {cells_.get(), count()}; }
  [[nodiscard]] std::span<std::uint32_t> cells() { return {cells_.get(), count()}; }
  void set_total(std::uint64_t total) { total_ = total; }

  /// Counts `item` `times` more; returns the new estimate. kCmsOverflow: it has reached kMaxCount
  /// (the cells were added to nevertheless, and stay there).
  Result<std::int64_t> add(std::string_view item, std::uint64_t times);
  /// How often `item` was counted, never too low while below kMaxCount.
  [[nodiscard]] std::uint32_t estimate(std::string_view item) const;

  /// One sketch to be merged; weights may be negative.
  struct Part {
    const CountMinSketch* sketch = nullptr;
    std::int64_t weight = 1;
  };
  /// Would the weighted sum of `parts` fit a sketch? kCmsMergeOverflow: some sum leaves the range
  /// of a cell, or the total's 63 bits. REQUIRES: all are of one shape.
  static Result<void> check_sum(std::span<const Part> parts);
  /// Overwrites this sketch with the weighted sum of `parts`, of which it may be one.
  /// REQUIRES: all are of this shape, and check_sum has accepted them.
  void assign_sum(std::span<const Part> parts);

 private:
  struct Free {
    void operator()(std::uint32_t* cells) const { std::free(cells); }
  };
  using Cells = std::unique_ptr<std::uint32_t[], Free>;
  using Sum = std::optional<std::int64_t>;

  CountMinSketch(Shape shape, Cells cells);
  [[nodiscard]] std::size_t count() const { return std::size_t{shape_.width} * shape_.depth; }
  static Sum sum_of_totals(std::span<const Part> parts);
  static Sum sum_of_cells(std::span<const Part> parts, std::size_t cell);
  // Calls visit(cell index) for the item's cell in each row.
  template <class Visit>
  void for_each_cell(std::string_view item, Visit&& visit) const;

  Shape shape_;
  std::uint64_t reciprocal_;  // of the width: a modulo by two multiplications
  std::uint64_t total_ = 0;
  Cells cells_;
};

}  // namespace countd::storage
