#include "storage/log/crc32c.h"

#include <array>
#include <cstddef>

#if defined(__x86_64__)
#include <nmmintrin.h>
#endif

#include "storage/base/words.h"

namespace countd::storage::log {
namespace {

constexpr std::uint32_t kPolynomial = 0x82F63B78;  // 1EDC6F41 with its bits reflected

using Table = std::array<std::uint32_t, 256>;

/// kTables[n][b]: the CRC register after the byte b and n zero bytes.
constexpr std::array<Table, 8> make_tables() {
  std::array<Table, 8> tables{};
  for (std::uint32_t byte = 0; byte < 256; ++byte) {
    std::uint32_t crc = byte;
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) != 0 ? kPolynomial : 0);
    tables[0][byte] = crc;
  }
  for (std::size_t n = 1; n < tables.size(); ++n) {
    for (std::size_t byte = 0; byte < 256; ++byte) {
      const std::uint32_t before = tables[n - 1][byte];
      tables[n][byte] = (before >> 8) ^ tables[0][before & 0xFF];
    }
  }
  return tables;
}
constexpr std::array<Table, 8> kTables = make_tables();

#if defined(__x86_64__)

__attribute__((target("sse4.2"))) std::uint32_t crc32c_by_instruction(std::uint32_t crc,
                                                                      std::string_view bytes) {
  const char* p = bytes.data();
  const char* const end = p + bytes.size();
  std::uint64_t wide = crc ^ 0xFFFFFFFFU;
  for (; end - p >= 8; p += 8) wide = _mm_crc32_u64(wide, load64(p));
  auto narrow = static_cast<std::uint32_t>(wide);
  for (; p != end; ++p) narrow = _mm_crc32_u8(narrow, static_cast<unsigned char>(*p));
  return narrow ^ 0xFFFFFFFFU;
}

#endif

}  // namespace

std::uint32_t crc32c_by_tables(std::uint32_t crc, std::string_view bytes) {
  const char* p = bytes.data();
  const char* const end = p + bytes.size();
  crc ^= 0xFFFFFFFFU;
  for (; end - p >= 8; p += 8) {
    const std::uint64_t word = load64(p) ^ crc;
    crc = 0;
    for (std::size_t n = 0; n < 8; ++n) crc ^= kTables[7 - n][(word >> (8 * n)) & 0xFF];
  }
  for (; p != end; ++p)
    crc = (crc >> 8) ^ kTables[0][(crc ^ static_cast<unsigned char>(*p)) & 0xFF];
  return crc ^ 0xFFFFFFFFU;
}

std::uint32_t crc32c(std::uint32_t crc, std::string_view bytes) {
#if defined(__x86_64__)
  static const bool has = __builtin_cpu_supports("sse4.2");
  if (has) return crc32c_by_instruction(crc, bytes);
#endif
  return crc32c_by_tables(crc, bytes);
}

}  // namespace countd::storage::log
