// HyperLogLog: how many distinct elements were seen, to 0.81 %, in 12 KiB at most.
// Flajolet et al., "HyperLogLog" (2007), with 64-bit hashes as Heule et al. (2013) propose and
// Ertl's estimator (hyperloglog_estimate.h). 14 bits of an element's hash choose a register, which
// keeps the longest run of zeros, plus one, that the other 50 bits began with.
//
// A sketch is a plain string, byte for byte Redis's (hyperloglog_format.h), so GET, SET and DUMP
// carry it. Every function takes bytes that `check` has accepted; that says nothing of a sparse
// sketch's runs, which may still be found corrupt.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

#include "storage/base/result.h"
#include "storage/base/value.h"
#include "storage/sketch/hyperloglog_format.h"
#include "storage/sketch/hyperloglog_registers.h"

namespace countd::storage::hyperloglog {

/// What an element does to a sketch: the register it touches and the value it asks for (1 to 51).
struct Element {
  std::uint32_t index = 0;
  std::uint8_t rank = 0;
};

Element element_of(std::string_view item);

/// What is known of a dense sketch, kept beside its bytes: its header's cardinality and the
/// histogram of its registers, so that an estimate needs no look at either. That it is there also
/// says that the bytes are a dense sketch. All that is usually asked of it stands in one cache
/// line, whereas headers, 12 KiB apart, share few places in the processor's caches.
/// `add` and `keep_cardinality` keep it true; everything else drops it with the bytes.
class alignas(64) HistogramCache final : public StringCache {
 public:
  explicit HistogramCache(std::string_view dense_bytes);
  std::uint64_t cardinality;  // the header's word, with its bit that says "out of date"
  Histogram counts{};
};

/// kNotHyperLogLog: no header, an unknown encoding, or a dense sketch of another length.
inline Result<void> check(std::string_view bytes) {
  if (bytes.size() < kHeaderBytes || std::memcmp(bytes.data(), "HYLL", 4) != 0) {
    return Errc::kNotHyperLogLog;
  }
  if (encoding(bytes) == Encoding::kSparse) return {};
  if (encoding(bytes) == Encoding::kDense && bytes.size() == kDenseBytes) return {};
  return Errc::kNotHyperLogLog;
}

/// The bytes of a sketch that has seen nothing.
std::string empty_sketch();

// -- `cache`, here and below: that of a dense sketch, or null -------------------------------------

/// Would adding the element change the sketch? kCorruptHyperLogLog: no run covers its register.
Result<bool> would_raise(std::string_view bytes, Element element,
                         const HistogramCache* cache = nullptr);

/// Adds an element; true if that changed the sketch, whose kept estimate is then out of date.
/// A sparse sketch that would grow beyond `sparse_max_bytes` becomes dense.
/// kCorruptHyperLogLog: nothing was changed.
Result<bool> add(std::string& bytes, Element element, std::size_t sparse_max_bytes,
                 HistogramCache* cache);

/// Keeps an estimate, until an element changes the sketch.
void keep_cardinality(std::string& bytes, HistogramCache* cache, std::uint64_t cardinality);

/// The estimate, computed anew (from `cache`, if there is one). kCorruptHyperLogLog.
Result<std::uint64_t> cardinality(std::string_view bytes, const HistogramCache* cache);

/// The union of sketches: each register's maximum. 16 KiB, meant for the stack.
class Union {
 public:
  /// kCorruptHyperLogLog: the union must not be used further.
  Result<void> add(std::string_view bytes);
  [[nodiscard]] std::uint64_t cardinality() const;
  /// Makes `bytes`, one of the sketches added or an empty one, the union; dense if any of those
  /// added was. The kept estimate is then out of date.
  void write_to(std::string& bytes, std::size_t sparse_max_bytes) const;

 private:
  void write_dense(std::string& bytes) const;

  alignas(32) std::array<std::uint8_t, kRegisters> registers_{};
  bool any_dense_ = false;
};

}  // namespace countd::storage::hyperloglog
