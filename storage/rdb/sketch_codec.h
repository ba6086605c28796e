// A Count-Min Sketch as RedisBloom's module value.
//
//   id "CMSk-TYPE" 0, unsigned width, unsigned depth, unsigned total, string of the cells, end
//
// The string is the array as it lies in memory: width * depth little-endian 32-bit counters, row
// by row.
#pragma once

#include <memory>

#include "storage/rdb/decoder.h"
#include "storage/rdb/encoder.h"
#include "storage/sketch/count_min.h"

namespace countd::storage::rdb {

/// The cells go out uncompressed: compressing them would hold the shard up for milliseconds.
void encode_sketch(Encoder& out, const CountMinSketch& sketch);

/// Reads what follows the id; null if the decoder failed.
std::unique_ptr<CountMinSketch> decode_sketch(Decoder& in);

}  // namespace countd::storage::rdb
