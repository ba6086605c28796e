// What an operation answers when the world made a mistake: a value or an Errc, never text.
// commands/error_text.cc words every Errc as Redis words it.
#pragma once

#include <boost/system/result.hpp>
#include <cstdint>

#include "storage/base/assert.h"

namespace countd::storage {

enum class Errc : std::uint8_t {
  kWrongType,              // WRONGTYPE Operation against a key holding the wrong kind of value
  kNotInteger,             // ERR value is not an integer or out of range
  kNotFloat,               // ERR value is not a valid float
  kOverflow,               // ERR increment or decrement would overflow
  kDecrementOverflow,      // ERR decrement would overflow
  kNanOrInfinity,          // ERR increment would produce NaN or Infinity
  kSyntax,                 // ERR syntax error
  kNoSuchKey,              // ERR no such key
  kSameObject,             // ERR source and destination objects are the same
  kDbIndexOutOfRange,      // ERR DB index is out of range
  kInvalidDbIndex,         // ERR invalid DB index
  kOffsetOutOfRange,       // ERR offset is out of range
  kStringTooLong,          // ERR string exceeds maximum allowed size (proto-max-bulk-len)
  kInvalidExpire,          // ERR invalid expire time in 'x' command (the caller adds the name)
  kInvalidCursor,          // ERR invalid cursor
  kBusyKey,                // BUSYKEY Target key name already exists.
  kBadDump,                // ERR DUMP payload version or checksum are wrong
  kBadDumpFormat,          // ERR Bad data format
  kNotHyperLogLog,         // WRONGTYPE Key is not a valid HyperLogLog string value.
  kCorruptHyperLogLog,     // INVALIDOBJ Corrupted HLL object detected
  kOutOfMemory,            // OOM command not allowed when used memory > 'maxmemory'.
  kCmsExists,              // CMS: key already exists
  kCmsMissing,             // CMS: key does not exist
  kCmsInvalidWidth,        // CMS: invalid width
  kCmsInvalidDepth,        // CMS: invalid depth
  kCmsInvalidError,        // CMS: invalid overestimation value
  kCmsInvalidProbability,  // CMS: invalid prob value
  kCmsBadNumber,           // CMS: Cannot parse number
  kCmsNegative,            // CMS: Number cannot be negative
  kCmsOverflow,            // CMS: INCRBY overflow
  kCmsMergeOverflow,       // CMS: MERGE overflow
  kCmsShapeDiffers,        // CMS: width/depth is not equal
  kCmsWrongKeys,           // CMS: wrong number of keys
  kCmsWrongWeights,        // CMS: wrong number of keys/weights
  kCmsNoKeys,              // CMS: Number of keys must be positive
  kCmsInvalidNumKeys,      // CMS: invalid numkeys
  kCmsInvalidWeight,       // CMS: invalid weight value
  kCount,
};

[[noreturn]] inline void throw_exception_from_error(Errc, const boost::source_location&) {
  ASSERT(false && "a Result was used as a value without a look at its error");
  std::abort();
}

template <class T>
using Result = boost::system::result<T, Errc>;

}  // namespace countd::storage
