#include "storage/sketch/row_hashes.h"

#include "storage/sketch/murmur_hash.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace countd::storage {

using namespace murmur_hash_2_steps;

void hash_rows_portable(std::string_view item, std::uint32_t first_row, RowHashes& hashes) {
  for (std::uint32_t row = 0; row < kRowsAtOnce; ++row) {
    hashes[row] = (first_row + row) ^ static_cast<std::uint32_t>(item.size());
  }
  const char* at = item.data();
  for (const char* end = at + (item.size() & ~std::size_t{3}); at != end; at += 4) {
    const std::uint32_t word = mixed_word(at);
    for (auto& hash : hashes) hash = (hash * kMultiplier) ^ word;
  }
  if (const std::size_t rest = item.size() & 3; rest != 0) {
    const std::uint32_t word = rest_word(at, rest);
    for (auto& hash : hashes) hash = (hash ^ word) * kMultiplier;
  }
  for (auto& hash : hashes) {
    hash = (hash ^ (hash >> 13)) * kMultiplier;
    hash ^= hash >> 15;
  }
}

#if defined(__x86_64__)

namespace {

__attribute__((target("avx2"))) void hash_rows_avx2(std::string_view item, std::uint32_t first_row,
                                                    RowHashes& hashes) {
  const __m256i multiplier = _mm256_set1_epi32(static_cast<int>(kMultiplier));
  const __m256i rows = _mm256_add_epi32(_mm256_set1_epi32(static_cast<int>(first_row)),
                                        _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
  __m256i hash = _mm256_xor_si256(rows, _mm256_set1_epi32(static_cast<int>(item.size())));
  const char* at = item.data();
  for (const char* end = at + (item.size() & ~std::size_t{3}); at != end; at += 4) {
    const __m256i word = _mm256_set1_epi32(static_cast<int>(mixed_word(at)));
    hash = _mm256_xor_si256(_mm256_mullo_epi32(hash, multiplier), word);
  }
  if (const std::size_t rest = item.size() & 3; rest != 0) {
    const __m256i word = _mm256_set1_epi32(static_cast<int>(rest_word(at, rest)));
    hash = _mm256_mullo_epi32(_mm256_xor_si256(hash, word), multiplier);
  }
  hash = _mm256_xor_si256(hash, _mm256_srli_epi32(hash, 13));
  hash = _mm256_mullo_epi32(hash, multiplier);
  hash = _mm256_xor_si256(hash, _mm256_srli_epi32(hash, 15));
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(hashes.data()), hash);
}

using HashRows = void (*)(std::string_view, std::uint32_t, RowHashes&);
const HashRows kFastest = __builtin_cpu_supports("avx2") ? hash_rows_avx2 : hash_rows_portable;

}  // namespace

void hash_rows(std::string_view item, std::uint32_t first_row, RowHashes& hashes) {
  kFastest(item, first_row, hashes);
}

#else

void hash_rows(std::string_view item, std::uint32_t first_row, RowHashes& hashes) {
  hash_rows_portable(item, first_row, hashes);
}

#endif

}  // namespace countd::storage
