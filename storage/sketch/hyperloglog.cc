#include "storage/sketch/hyperloglog.h"

#include <bit>

#include "storage/sketch/hyperloglog_estimate.h"
#include "storage/sketch/hyperloglog_sparse.h"
#include "storage/sketch/murmur_hash.h"

namespace countd::storage::hyperloglog {

namespace {

constexpr std::uint64_t kHashSeed = 0xadc83b19;

Result<bool> raise_dense(std::string& bytes, Element element, HistogramCache* cache) {
  std::uint8_t* packed = dense_registers(bytes);
  const std::uint8_t before = packed_register(packed, element.index);
  if (element.rank <= before) return false;
  set_packed_register(packed, element.index, element.rank);
  if (cache == nullptr) {
    invalidate_cardinality(bytes);
    return true;
  }
  --cache->counts[before];
  ++cache->counts[element.rank];
  if (!(cache->cardinality & kOutOfDate)) {
    cache->cardinality |= kOutOfDate;
    invalidate_cardinality(bytes);
  }
  return true;
}

}  // namespace

Element element_of(std::string_view item) {
  const std::uint64_t hash = murmur_hash_64a(item, kHashSeed);
  // The bit behind the last one stops the count at 51.
  const std::uint64_t rest = hash >> kIndexBits | std::uint64_t{1} << kRankBits;
  return {static_cast<std::uint32_t>(hash & (kRegisters - 1)),
          static_cast<std::uint8_t>(std::countr_zero(rest) + 1)};
}

HistogramCache::HistogramCache(std::string_view dense_bytes)
    : cardinality(cardinality_word(dense_bytes)) {
  count_packed(dense_registers(dense_bytes), counts);
}

std::string empty_sketch() {
  std::string bytes("HYLL\x01", 5);
  bytes.resize(kHeaderBytes, '\0');
  return bytes += "\x7f\xff";
}

Result<bool> would_raise(std::string_view bytes, Element element, const HistogramCache* cache) {
  if (cache != nullptr || encoding(bytes) == Encoding::kDense) {
    return element.rank > packed_register(dense_registers(bytes), element.index);
  }
  if (element.rank > kMaxSparseValue) return true;
  const auto value = sparse_register(bytes, element.index);
  if (!value) return Errc::kCorruptHyperLogLog;
  return element.rank > *value;
}

Result<bool> add(std::string& bytes, Element element, std::size_t sparse_max_bytes,
                 HistogramCache* cache) {
  if (cache != nullptr || encoding(bytes) == Encoding::kDense) {
    return raise_dense(bytes, element, cache);
  }
  SparseCursor from_start;
  switch (sparse_raise(bytes, element.index, element.rank, sparse_max_bytes, from_start)) {
    case Raise::kUnchanged:
      return false;
    case Raise::kRaised:
      return true;
    case Raise::kTooLarge:
      if (to_dense(bytes)) return raise_dense(bytes, element, nullptr);
      break;
    case Raise::kCorrupt:
      break;
  }
  return Errc::kCorruptHyperLogLog;
}

void keep_cardinality(std::string& bytes, HistogramCache* cache, std::uint64_t cardinality) {
  set_cached_cardinality(bytes, cardinality);
  if (cache != nullptr) cache->cardinality = cardinality;
}

Result<std::uint64_t> cardinality(std::string_view bytes, const HistogramCache* cache) {
  if (cache != nullptr) return estimate(cache->counts);
  Histogram histogram{};
  if (encoding(bytes) == Encoding::kDense) {
    count_packed(dense_registers(bytes), histogram);
  } else if (!for_each_run(bytes, [&](std::uint32_t, const Run& run) {
               histogram[run.value] = static_cast<std::uint16_t>(histogram[run.value] + run.length);
             })) {
    return Errc::kCorruptHyperLogLog;
  }
  return estimate(histogram);
}

Result<void> Union::add(std::string_view bytes) {
  if (encoding(bytes) == Encoding::kDense) {
    any_dense_ = true;
    register_operations().merge(registers_.data(), dense_registers(bytes));
    return {};
  }
  const bool valid = for_each_run(bytes, [this](std::uint32_t first, const Run& run) {
    if (run.value == 0) return;
    for (std::uint32_t i = first; i < first + run.length; ++i) {
      if (registers_[i] < run.value) registers_[i] = run.value;
    }
  });
  if (!valid) return Errc::kCorruptHyperLogLog;
  return {};
}

std::uint64_t Union::cardinality() const {
  Histogram histogram;
  register_operations().count(registers_.data(), histogram);
  return estimate(histogram);
}

void Union::write_to(std::string& bytes, std::size_t sparse_max_bytes) const {
  invalidate_cardinality(bytes);
  if (any_dense_ || encoding(bytes) == Encoding::kDense) return write_dense(bytes);
  SparseCursor cursor;
  for (std::uint32_t i = 0; i < kRegisters; ++i) {
    if (registers_[i] == 0) continue;
    const Raise raise = sparse_raise(bytes, i, registers_[i], sparse_max_bytes, cursor);
    ASSERT(raise != Raise::kCorrupt);  // `add` walked these runs
    if (raise == Raise::kTooLarge) return write_dense(bytes);
  }
}

// The union contains what was there, so every register is simply written.
void Union::write_dense(std::string& bytes) const {
  if (encoding(bytes) != Encoding::kDense) {
    bytes.resize(kDenseBytes);
    bytes[4] = static_cast<char>(Encoding::kDense);
  }
  register_operations().pack(dense_registers(bytes), registers_.data());
}

}  // namespace countd::storage::hyperloglog
