// A 64-bit word holds a polynomial with its highest degree in bit 0: bit i stands for x^(63-i).
// A little-endian load of eight message bytes has just that order.
//
// The fast path keeps 4 x 128 bits of remainder. For a 128-bit register (low, high) that stands
// for low * x^64 + high, moving it n bits ahead multiplies by x^n: the carry-less product of two
// such words comes out one bit short (a degree of 126 in bit 0), hence the exponents x^(n+63) for
// the low word and x^(n-1) for the high one.
#include "storage/rdb/crc64.h"

#include <array>
#include <cstddef>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include "storage/base/words.h"

namespace countd::storage::rdb {
namespace {

constexpr std::uint64_t kPolynomial = 0x95ac9329ac4bc9b5;  // x^63 … x^0 without x^64, reflected
constexpr std::uint64_t kOne = 1ull << 63;                 // x^0

constexpr std::uint64_t times_x(std::uint64_t a) { return (a >> 1) ^ (a & 1 ? kPolynomial : 0); }

constexpr std::uint64_t multiply(std::uint64_t a, std::uint64_t b) {
  std::uint64_t product = 0;
  for (std::uint64_t bit = kOne; bit != 0; bit >>= 1) {
    if (a & bit) product ^= b;
    b = times_x(b);
  }
  return product;
}

using Tables = std::array<std::array<std::uint64_t, 256>, 8>;

constexpr Tables make_tables() {
  Tables tables{};
  for (std::uint64_t byte = 0; byte < 256; ++byte) {
    std::uint64_t crc = byte;
    for (int bit = 0; bit < 8; ++bit) crc = times_x(crc);
    tables[0][byte] = crc;
  }
  for (std::size_t k = 1; k < 8; ++k) {
    for (std::size_t byte = 0; byte < 256; ++byte) {
      const std::uint64_t crc = tables[k - 1][byte];
      tables[k][byte] = (crc >> 8) ^ tables[0][crc & 255];
    }
  }
  return tables;
}
constexpr Tables kTables = make_tables();

/// x^(8 * 2^k): what 2^k zero bytes multiply a CRC by.
constexpr std::array<std::uint64_t, 64> make_byte_powers() {
  std::array<std::uint64_t, 64> powers{};
  std::uint64_t power = kOne;
  for (int bit = 0; bit < 8; ++bit) power = times_x(power);
  for (std::uint64_t& slot : powers) {
    slot = power;
    power = multiply(power, power);
  }
  return powers;
}
constexpr std::array<std::uint64_t, 64> kBytePowers = make_byte_powers();

#if defined(__x86_64__)

constexpr std::uint64_t power_of_x(int n) {
  std::uint64_t power = kOne;
  for (int i = 0; i < n; ++i) power = times_x(power);
  return power;
}

constexpr std::uint64_t kFold128Low = power_of_x(128 + 63);
constexpr std::uint64_t kFold128High = power_of_x(128 - 1);
constexpr std::uint64_t kFold512Low = power_of_x(512 + 63);
constexpr std::uint64_t kFold512High = power_of_x(512 - 1);

#define COUNTD_CLMUL __attribute__((target("pclmul,sse4.1")))

COUNTD_CLMUL __m128i load128(const char* bytes) {
  return _mm_loadu_si128(reinterpret_cast<const __m128i*>(bytes));
}

COUNTD_CLMUL __m128i fold(__m128i remainder, __m128i powers, __m128i next) {
  const __m128i low = _mm_clmulepi64_si128(remainder, powers, 0x00);
  const __m128i high = _mm_clmulepi64_si128(remainder, powers, 0x11);
  return _mm_xor_si128(_mm_xor_si128(low, high), next);
}

/// REQUIRES: at least 64 bytes.
COUNTD_CLMUL std::uint64_t crc64_by_clmul(std::uint64_t crc, std::string_view bytes) {
  const char* p = bytes.data();
  const char* const end = p + bytes.size();
  __m128i lane[4];
  for (int i = 0; i < 4; ++i) lane[i] = load128(p + 16 * i);
  lane[0] = _mm_xor_si128(lane[0], _mm_set_epi64x(0, static_cast<long long>(crc)));
  const __m128i by512 =
      _mm_set_epi64x(static_cast<long long>(kFold512High), static_cast<long long>(kFold512Low));
  for (p += 64; end - p >= 64; p += 64) {
    for (int i = 0; i < 4; ++i) lane[i] = fold(lane[i], by512, load128(p + 16 * i));
  }
  const __m128i by128 =
      _mm_set_epi64x(static_cast<long long>(kFold128High), static_cast<long long>(kFold128Low));
  __m128i sum = lane[0];
  for (int i = 1; i < 4; ++i) sum = fold(sum, by128, lane[i]);
  for (; end - p >= 16; p += 16) sum = fold(sum, by128, load128(p));
  char last[16];
  _mm_storeu_si128(reinterpret_cast<__m128i*>(last), sum);
  crc = crc64_by_tables(0, {last, sizeof last});
  return crc64_by_tables(crc, {p, static_cast<std::size_t>(end - p)});
}

bool has_clmul() {
  static const bool has = __builtin_cpu_supports("pclmul") && __builtin_cpu_supports("sse4.1");
  return has;
}

#endif

}  // namespace

std::uint64_t crc64_by_tables(std::uint64_t crc, std::string_view bytes) {
  const char* p = bytes.data();
  std::size_t left = bytes.size();
  for (; left >= 8; left -= 8, p += 8) {
    crc ^= load64(p);
    std::uint64_t next = 0;
    for (std::size_t k = 0; k < 8; ++k) next ^= kTables[7 - k][(crc >> (8 * k)) & 255];
    crc = next;
  }
  for (; left > 0; --left, ++p) {
    crc = (crc >> 8) ^ kTables[0][(crc ^ static_cast<unsigned char>(*p)) & 255];
  }
  return crc;
}

std::uint64_t crc64(std::uint64_t crc, std::string_view bytes) {
#if defined(__x86_64__)
  if (bytes.size() >= 128 && has_clmul()) return crc64_by_clmul(crc, bytes);
#endif
  return crc64_by_tables(crc, bytes);
}

std::uint64_t crc64_combine(std::uint64_t crc_a, std::uint64_t crc_b, std::uint64_t size_b) {
  for (std::size_t k = 0; size_b != 0; ++k, size_b >>= 1) {
    if (size_b & 1) crc_a = multiply(crc_a, kBytePowers[k]);
  }
  return crc_a ^ crc_b;
}

}  // namespace countd::storage::rdb
