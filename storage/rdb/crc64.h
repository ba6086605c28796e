// CRC-64 as RDB files use it: polynomial of Jones, bits reflected, initial value 0, no final xor.
//
// Worked example: crc64(0, "123456789") = e9c6d914c4b8d9ca.
// As the initial value is 0, the CRC is linear: the CRC of a concatenation follows from those of
// its parts, so blocks are summed up on any thread, in any order, and combined at the end.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace countd::storage::rdb {

/// What a CRC takes at the end of a file or of a dump.
inline constexpr std::size_t kCrcBytes = 8;

/// The CRC of what `crc` stood for followed by `bytes`. Carry-less multiplication where the
/// processor has it, tables elsewhere: the result is the same.
std::uint64_t crc64(std::uint64_t crc, std::string_view bytes);

/// The portable path: eight bytes a step, by tables.
std::uint64_t crc64_by_tables(std::uint64_t crc, std::string_view bytes);

/// The CRC of A followed by B, of which only the CRCs and B's length are known; O(log size_b).
std::uint64_t crc64_combine(std::uint64_t crc_a, std::uint64_t crc_b, std::uint64_t size_b);

}  // namespace countd::storage::rdb
