#include "storage/sketch/hyperloglog_registers.h"

#include <algorithm>
#include <cstring>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace countd::storage::hyperloglog {

namespace {

// Eight registers, 48 bits, one to a byte: halves, quarters and eighths move apart in turn.
std::uint64_t spread(const std::uint8_t* packed) {
  std::uint32_t low = 0;
  std::uint16_t high = 0;
  std::memcpy(&low, packed, sizeof(low));
  std::memcpy(&high, packed + sizeof(low), sizeof(high));
  std::uint64_t word = low | static_cast<std::uint64_t>(high) << 32;
  word = (word & 0x0000000000ffffff) | (word & 0x0000ffffff000000) << 8;
  word = (word & 0x00000fff00000fff) | (word & 0x00fff00000fff000) << 4;
  return (word & 0x003f003f003f003f) | (word & 0x0fc00fc00fc00fc0) << 2;
}

// Byte by byte; REQUIRES: every byte below 128.
std::uint64_t max_of_bytes(std::uint64_t a, std::uint64_t b) {
  constexpr std::uint64_t kHighBits = 0x8080808080808080;
  const std::uint64_t not_less = ((a | kHighBits) - b) & kHighBits;
  const std::uint64_t take_a = (not_less >> 7) * 0xff;
  return (a & take_a) | (b & ~take_a);
}

void merge_portable(std::uint8_t* registers, const std::uint8_t* packed) {
  for (std::uint32_t i = 0; i < kRegisters; i += 8, packed += 6) {
    std::uint64_t eight;
    std::memcpy(&eight, registers + i, sizeof(eight));
    eight = max_of_bytes(eight, spread(packed));
    std::memcpy(registers + i, &eight, sizeof(eight));
  }
}

void pack_portable(std::uint8_t* packed, const std::uint8_t* registers) {
  for (std::uint32_t i = 0; i < kRegisters; i += 4, packed += 3) {
    const std::uint32_t word = registers[i] | static_cast<std::uint32_t>(registers[i + 1]) << 6 |
                               static_cast<std::uint32_t>(registers[i + 2]) << 12 |
                               static_cast<std::uint32_t>(registers[i + 3]) << 18;
    packed[0] = static_cast<std::uint8_t>(word);
    packed[1] = static_cast<std::uint8_t>(word >> 8);
    packed[2] = static_cast<std::uint8_t>(word >> 16);
  }
}

// Four tables, so that neighbours of equal value do not wait for each other's increment.
void count_portable(const std::uint8_t* registers, Histogram& histogram) {
  std::array<Histogram, 4> lanes{};
  for (std::uint32_t i = 0; i < kRegisters; i += 4) {
    for (std::uint32_t lane = 0; lane < 4; ++lane) ++lanes[lane][registers[i + lane]];
  }
  for (std::size_t value = 0; value < histogram.size(); ++value) {
    histogram[value] = static_cast<std::uint16_t>(lanes[0][value] + lanes[1][value] +
                                                  lanes[2][value] + lanes[3][value]);
  }
}

constexpr RegisterOperations kPortable{merge_portable, pack_portable, count_portable};

#if defined(__x86_64__)

#define COUNTD_AVX2 __attribute__((target("avx2")))

inline constexpr std::uint32_t kLanes = 32;        // registers in a vector
inline constexpr std::uint32_t kPackedLanes = 24;  // their bytes when packed

// 32 packed registers, one to a byte. The upper half is read from 8 bytes on, not 12, so that
// nothing behind the 24 bytes is touched.
COUNTD_AVX2 inline __m256i unpack(const std::uint8_t* packed) {
  const __m256i spread = _mm256_setr_epi8(0, 1, 2, -1, 3, 4, 5, -1, 6, 7, 8, -1, 9, 10, 11, -1,  //
                                          4, 5, 6, -1, 7, 8, 9, -1, 10, 11, 12, -1, 13, 14, 15, -1);
  const __m128i low = _mm_loadu_si128(reinterpret_cast<const __m128i*>(packed));
  const __m128i high = _mm_loadu_si128(reinterpret_cast<const __m128i*>(packed + 8));
  const __m256i words = _mm256_shuffle_epi8(_mm256_set_m128i(high, low), spread);
  // Two registers to 16 bits: the low half is in place, the high one is 4 bits too low.
  const __m256i pairs = _mm256_blend_epi16(words, _mm256_slli_epi32(words, 4), 0xaa);
  const __m256i even = _mm256_and_si256(pairs, _mm256_set1_epi16(0x003f));
  const __m256i odd = _mm256_and_si256(_mm256_slli_epi16(pairs, 2), _mm256_set1_epi16(0x3f00));
  return _mm256_or_si256(even, odd);
}

COUNTD_AVX2 void merge_avx2(std::uint8_t* registers, const std::uint8_t* packed) {
  for (std::uint32_t i = 0; i < kRegisters; i += kLanes, packed += kPackedLanes) {
    auto* at = reinterpret_cast<__m256i*>(registers + i);
    _mm256_storeu_si256(at, _mm256_max_epu8(_mm256_loadu_si256(at), unpack(packed)));
  }
}

COUNTD_AVX2 void pack_avx2(std::uint8_t* packed, const std::uint8_t* registers) {
  const __m256i by_byte = _mm256_set1_epi16(0x4001);      // r0 + 64 r1
  const __m256i by_pair = _mm256_set1_epi32(0x10000001);  // pair 0 + 4096 pair 1
  const __m256i squeeze = _mm256_setr_epi8(0, 1, 2, 4, 5, 6, 8, 9, 10, 12, 13, 14, -1, -1, -1, -1,
                                           0, 1, 2, 4, 5, 6, 8, 9, 10, 12, 13, 14, -1, -1, -1, -1);
  const __m256i join = _mm256_setr_epi32(0, 1, 2, 4, 5, 6, 3, 7);
  for (std::uint32_t i = 0; i < kRegisters; i += kLanes, packed += kPackedLanes) {
    const __m256i bytes = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(registers + i));
    const __m256i words = _mm256_madd_epi16(_mm256_maddubs_epi16(bytes, by_byte), by_pair);
    const __m256i joined = _mm256_permutevar8x32_epi32(_mm256_shuffle_epi8(words, squeeze), join);
    _mm_storeu_si128(reinterpret_cast<__m128i*>(packed), _mm256_castsi256_si128(joined));
    _mm_storel_epi64(reinterpret_cast<__m128i*>(packed + 16), _mm256_extracti128_si256(joined, 1));
  }
}

// How many of the registers are `value`. A byte lane counts to 255 at most before it is summed.
COUNTD_AVX2 std::uint32_t count_value(const std::uint8_t* registers, std::uint8_t value) {
  constexpr std::uint32_t kBlock = 128 * kLanes;
  const __m256i wanted = _mm256_set1_epi8(static_cast<char>(value));
  __m256i sums = _mm256_setzero_si256();
  for (std::uint32_t block = 0; block < kRegisters; block += kBlock) {
    __m256i first = _mm256_setzero_si256();
    __m256i second = _mm256_setzero_si256();
    for (std::uint32_t i = block; i < block + kBlock; i += 2 * kLanes) {
      const auto* at = reinterpret_cast<const __m256i*>(registers + i);
      first = _mm256_sub_epi8(first, _mm256_cmpeq_epi8(_mm256_loadu_si256(at), wanted));
      second = _mm256_sub_epi8(second, _mm256_cmpeq_epi8(_mm256_loadu_si256(at + 1), wanted));
    }
    sums = _mm256_add_epi64(
        sums, _mm256_sad_epu8(_mm256_add_epi8(first, second), _mm256_setzero_si256()));
  }
  alignas(32) std::array<std::uint64_t, 4> parts;
  _mm256_store_si256(reinterpret_cast<__m256i*>(parts.data()), sums);
  return static_cast<std::uint32_t>(parts[0] + parts[1] + parts[2] + parts[3]);
}

// Value by value from the lowest on: real sketches hold some twenty neighbouring values.
COUNTD_AVX2 void count_avx2(const std::uint8_t* registers, Histogram& histogram) {
  histogram.fill(0);
  std::uint32_t left = kRegisters;
  for (std::uint8_t value = 0; left > 0 && value < histogram.size(); ++value) {
    const std::uint32_t found = count_value(registers, value);
    histogram[value] = static_cast<std::uint16_t>(found);
    left -= found;
  }
}

#undef COUNTD_AVX2

constexpr RegisterOperations kAvx2{merge_avx2, pack_avx2, count_avx2};
const RegisterOperations& kFastest = __builtin_cpu_supports("avx2") ? kAvx2 : kPortable;

#else

constexpr const RegisterOperations& kFastest = kPortable;

#endif

}  // namespace

const RegisterOperations& register_operations() { return kFastest; }
const RegisterOperations& portable_register_operations() { return kPortable; }

void count_packed(const std::uint8_t* packed, Histogram& histogram) {
  alignas(32) std::array<std::uint8_t, kRegisters> registers{};
  kFastest.merge(registers.data(), packed);
  kFastest.count(registers.data(), histogram);
}

}  // namespace countd::storage::hyperloglog
