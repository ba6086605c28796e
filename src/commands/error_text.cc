#include "commands/error_text.h"

#include <array>

#include "commands/words.h"
#include "storage/base/assert.h"

namespace countd::commands {

using storage::Errc;

namespace {

struct Text {
  Errc error;
  std::string_view words;
};

constexpr std::array kTexts = {
    Text{Errc::kWrongType, "WRONGTYPE Operation against a key holding the wrong kind of value"},
    Text{Errc::kNotInteger, "ERR value is not an integer or out of range"},
    Text{Errc::kNotFloat, "ERR value is not a valid float"},
    Text{Errc::kOverflow, "ERR increment or decrement would overflow"},
    Text{Errc::kDecrementOverflow, "ERR decrement would overflow"},
    Text{Errc::kNanOrInfinity, "ERR increment would produce NaN or Infinity"},
    Text{Errc::kSyntax, "ERR syntax error"},
    Text{Errc::kNoSuchKey, "ERR no such key"},
    Text{Errc::kSameObject, "ERR source and destination objects are the same"},
    Text{Errc::kDbIndexOutOfRange, "ERR DB index is out of range"},
    Text{Errc::kInvalidDbIndex, "ERR invalid DB index"},
    Text{Errc::kOffsetOutOfRange, "ERR offset is out of range"},
    Text{Errc::kStringTooLong, "ERR string exceeds maximum allowed size (proto-max-bulk-len)"},
    Text{Errc::kInvalidExpire, "ERR invalid expire time"},
    Text{Errc::kInvalidCursor, "ERR invalid cursor"},
    Text{Errc::kBusyKey, "BUSYKEY Target key name already exists."},
    Text{Errc::kBadDump, "ERR DUMP payload version or checksum are wrong"},
    Text{Errc::kBadDumpFormat, "ERR Bad data format"},
    Text{Errc::kNotHyperLogLog, "WRONGTYPE Key is not a valid HyperLogLog string value."},
    Text{Errc::kCorruptHyperLogLog, "INVALIDOBJ Corrupted HLL object detected"},
    Text{Errc::kOutOfMemory, "OOM command not allowed when used memory > 'maxmemory'."},
    Text{Errc::kCmsExists, "CMS: key already exists"},
    Text{Errc::kCmsMissing, "CMS: key does not exist"},
    Text{Errc::kCmsInvalidWidth, "CMS: invalid width"},
    Text{Errc::kCmsInvalidDepth, "CMS: invalid depth"},
    Text{Errc::kCmsInvalidError, "CMS: invalid overestimation value"},
    Text{Errc::kCmsInvalidProbability, "CMS: invalid prob value"},
    Text{Errc::kCmsBadNumber, "CMS: Cannot parse number"},
    Text{Errc::kCmsNegative, "CMS: Number cannot be negative"},
    Text{Errc::kCmsOverflow, "CMS: INCRBY overflow"},
    Text{Errc::kCmsMergeOverflow, "CMS: MERGE overflow"},
    Text{Errc::kCmsShapeDiffers, "CMS: width/depth is not equal"},
    Text{Errc::kCmsWrongKeys, "CMS: wrong number of keys"},
    Text{Errc::kCmsWrongWeights, "CMS: wrong number of keys/weights"},
    Text{Errc::kCmsNoKeys, "CMS: Number of keys must be positive"},
    Text{Errc::kCmsInvalidNumKeys, "CMS: invalid numkeys"},
    Text{Errc::kCmsInvalidWeight, "CMS: invalid weight value"},
};

constexpr bool one_text_for_each_error() {
  if (kTexts.size() != static_cast<std::size_t>(Errc::kCount)) return false;
  for (std::size_t i = 0; i < kTexts.size(); ++i) {
    if (static_cast<std::size_t>(kTexts[i].error) != i || kTexts[i].words.empty()) return false;
  }
  return true;
}
static_assert(one_text_for_each_error());

// C's printf ends a text at its first NUL, and Redis words its errors with printf.
std::string_view until_nul(std::string_view text) { return text.substr(0, text.find('\0')); }

constexpr std::size_t kShownBytes = 128;

// 'x'. Try CONFIG HELP.
std::string subcommand_with_help(std::span<const std::string_view> words) {
  const auto shown = until_nul(words[1]).substr(0, kShownBytes);
  return "'" + std::string(shown) + "'. Try " + upper_case(words[0]) + " HELP.";
}

}  // namespace

std::string_view error_text(Errc error) {
  ASSERT(error < Errc::kCount);
  return kTexts[static_cast<std::size_t>(error)].words;
}

std::string unknown_command(std::span<const std::string_view> words) {
  std::string beginning;
  for (std::size_t i = 1; i < words.size() && beginning.size() < kShownBytes; ++i) {
    const auto shown = until_nul(words[i]).substr(0, kShownBytes - beginning.size());
    beginning.append("'").append(shown).append("' ");
  }
  const auto name = until_nul(words[0]).substr(0, kShownBytes);
  return "ERR unknown command '" + std::string(name) + "', with args beginning with: " + beginning;
}

std::string wrong_arity(std::string_view full_name) {
  return "ERR wrong number of arguments for '" + std::string(full_name) + "' command";
}

std::string invalid_expire(std::string_view command) {
  return "ERR invalid expire time in '" + lower_case(command) + "' command";
}

std::string unknown_subcommand(std::span<const std::string_view> words) {
  return "ERR unknown subcommand " + subcommand_with_help(words);
}

std::string misused_subcommand(std::span<const std::string_view> words) {
  return "ERR unknown subcommand or wrong number of arguments for " + subcommand_with_help(words);
}

}  // namespace countd::commands
