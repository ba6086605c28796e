// CRC-32C (Castagnoli): polynomial 1EDC6F41, bits reflected, initial value and final xor all ones.
//
// Worked example: crc32c(0, "123456789") = e3069283.
#pragma once

#include <cstdint>
#include <string_view>

namespace countd::storage::log {

/// The CRC of what `crc` stood for followed by `bytes`; 0 stands for nothing. By the processor's
/// own instruction where it has one, by tables elsewhere: the result is the same.
std::uint32_t crc32c(std::uint32_t crc, std::string_view bytes);

/// The portable path: eight bytes a step, by tables.
std::uint32_t crc32c_by_tables(std::uint32_t crc, std::string_view bytes);

}  // namespace countd::storage::log
