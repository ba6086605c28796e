// The marks of an RDB file: what the first byte of each thing says.
//
//   "REDIS0009"                                  magic and version
//   FA key value                                 a note (AUX); unknown ones are skipped
//   FE db  FB keys expires                       what follows is in `db`, which has so many
//   [FC expiry_ms]  type key value               an entry
//   FF crc64                                     the end; CRC 0: not computed
//
// Lengths: 00xxxxxx | 01xxxxxx xx | 80 u32 big-endian | 81 u64 big-endian; 11xxxxxx is a string in
// another form: C0 int8, C1 int16, C2 int32 (little-endian), C3 compressed-length length LZF.
#pragma once

#include <cstdint>
#include <string>

namespace countd::storage::rdb {

enum class Opcode : std::uint8_t {
  kSlotImport = 243,  // Valkey
  kSlotInfo = 244,
  kFunction = 245,
  kFunctionBeforeRelease = 246,
  kModuleNote = 247,
  kIdle = 248,
  kFrequency = 249,
  kNote = 250,  // AUX
  kResize = 251,
  kExpiryMs = 252,
  kExpirySeconds = 253,
  kSelect = 254,
  kEnd = 255,
};

enum class ValueType : std::uint8_t {
  kString = 0,
  kList = 1,
  kSet = 2,
  kSortedSetText = 3,
  kHash = 4,
  kSortedSet = 5,
  kModuleBeforeRelease = 6,
  kModule = 7,
  kHashZipmap = 9,
  kListZiplist = 10,
  kSetIntset = 11,
  kSortedSetZiplist = 12,
  kHashZiplist = 13,
  kListQuicklist = 14,
  kStream = 15,
  kHashListpack = 16,
  kSortedSetListpack = 17,
  kListQuicklist2 = 18,
  kStream2 = 19,
  kSetListpack = 20,
  kStream3 = 21,
  kHashExpiryBeforeRelease = 22,  // in Valkey's files: its hash with field expiry
  kHashListpackExpiryBeforeRelease = 23,
  kHashExpiry = 24,
  kHashListpackExpiry = 25,
};

/// The parts of a module's value.
enum class ModulePart : std::uint64_t {
  kEnd = 0,
  kSigned = 1,
  kUnsigned = 2,
  kFloat = 3,
  kDouble = 4,
  kString = 5
};

inline constexpr std::uint8_t kLength14 = 0x40;
inline constexpr std::uint8_t kLength32 = 0x80;
inline constexpr std::uint8_t kLength64 = 0x81;
inline constexpr std::uint8_t kInt8 = 0xC0;
inline constexpr std::uint8_t kInt16 = 0xC1;
inline constexpr std::uint8_t kInt32 = 0xC2;
inline constexpr std::uint8_t kLzf = 0xC3;

/// Strings up to this size are not worth compressing.
inline constexpr std::uint64_t kMaxUncompressed = 20;

/// What files are written as, what DUMP answers (Redis 7.0's), and the newest that is read.
inline constexpr int kFileVersion = 9;
inline constexpr int kDumpVersion = 10;
inline constexpr int kNewestVersion = 12;

enum class Vendor : std::uint8_t { kRedis, kValkey };

/// Where bytes stopped making sense, and why.
struct FormatError {
  FormatError() = default;
  FormatError(std::uint64_t at, std::string why) : offset(at), what(std::move(why)) {}
  /// "at offset 123: a string ends beyond the file"
  [[nodiscard]] std::string text() const {
    return "at offset " + std::to_string(offset) + ": " + what;
  }

  std::uint64_t offset = 0;
  std::string what;
};

}  // namespace countd::storage::rdb
