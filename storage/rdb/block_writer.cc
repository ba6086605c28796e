#include "storage/rdb/block_writer.h"

#include <utility>

#include "storage/rdb/crc64.h"
#include "storage/rdb/value_codec.h"

namespace countd::storage::rdb {
namespace {

constexpr std::size_t kFirstCapacity = 4 << 10;
/// Room beside a block's target size for its last entry, unless that is a large one.
constexpr std::size_t kOverrun = 1 << 10;
/// A longer string goes out as it is: compressing it would hold the shard up.
constexpr std::size_t kMaxCompressedText = 64 << 10;
/// All of an entry but its key and the text of its value.
constexpr std::size_t kMaxEntryHead = kExpiryBytes + 1 + kMaxLengthBytes;

bool is_short(const ValueView& value) {
  if (value.object() == nullptr) return true;
  IntegerText buffer;
  return value.type() == Type::kString && value.text(buffer).size() <= kMaxCompressedText;
}

}  // namespace

BlockWriter::BlockWriter(const BlockOptions& options, Finished finished)
    : options_(options), finished_(std::move(finished)) {}

void BlockWriter::emit(int db, std::string_view key, const ValueView& value, Millis expiry) {
  const auto index = static_cast<std::size_t>(db);
  Open& open =
      index < open_.size() && open_[index].bytes.size() > 0 ? open_[index] : open_block(db);
  char* out = open.bytes.room(kMaxEntryHead + key.size() + kMaxIntegerBytes);
  if (expiry != kNoExpiry) out = put_expiry(out, expiry);
  if (value.is_integer()) [[likely]] {
    out = put_byte(out, static_cast<std::uint8_t>(ValueType::kString));
    open.bytes.keep(put_integer(put_plain_string(out, key), value.integer()));
  } else {
    out = put_byte(out, value_type(value));
    open.bytes.keep(put_plain_string(out, key));
    encode_value(open.bytes, value, options_.compress && is_short(value));
  }
  ++open.entries;
  if (open.bytes.size() >= options_.size) [[unlikely]]
    hand_over(db, open);
}

BlockWriter::Open& BlockWriter::open_block(int db) {
  const auto index = static_cast<std::size_t>(db);
  if (index >= open_.size()) open_.resize(index + 1);
  Open& open = open_[index];
  open.bytes = Encoder{open.was_full ? options_.size + kOverrun : kFirstCapacity};
  open.bytes.byte(static_cast<std::uint8_t>(Opcode::kSelect));
  open.bytes.length(index);
  return open;
}

void BlockWriter::hand_over(int db, Open& open) {
  Block block;
  block.db = db;
  block.entries = std::exchange(open.entries, 0);
  block.size = open.bytes.size();
  block.crc = crc64(0, open.bytes.bytes());
  block.memory = open.bytes.release();
  open.was_full = true;
  finished_(std::move(block));
}

void BlockWriter::flush() {
  for (std::size_t db = 0; db < open_.size(); ++db) {
    if (open_[db].entries > 0) hand_over(static_cast<int>(db), open_[db]);
  }
}

}  // namespace countd::storage::rdb
