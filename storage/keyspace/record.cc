#include "storage/keyspace/record.h"

#include "storage/base/assert.h"

namespace countd::storage {
namespace {

// A key on the heap: its length, then its bytes.
char* make_heap_key(std::string_view key) {
  const auto length = static_cast<std::uint32_t>(key.size());
  ASSERT(length == key.size());
  char* block = new char[sizeof length + key.size()];
  std::memcpy(block, &length, sizeof length);
  std::memcpy(block + sizeof length, key.data(), key.size());
  return block;
}

// As a record has it; returns how many bytes it took.
std::size_t write_expiry(std::byte* to, Millis expiry) {
  const auto number = static_cast<std::uint64_t>(expiry);
  const std::size_t size = expiry_bytes(expiry);
  const std::uint64_t word = size == 6 ? number : number | std::uint64_t{1} << 47;
  const auto low = static_cast<std::uint32_t>(word);
  const auto high = static_cast<std::uint16_t>(word >> 32);
  std::memcpy(to, &low, sizeof low);
  std::memcpy(to + 4, &high, sizeof high);
  if (size == 6) return size;
  const auto rest = static_cast<std::uint16_t>(number >> 47);
  std::memcpy(to + 6, &rest, sizeof rest);
  to[8] = static_cast<std::byte>(number >> 63);
  return size;
}

}  // namespace

Millis Record::load_long_expiry(std::size_t offset, std::uint64_t word) const {
  constexpr std::uint64_t kLow = (std::uint64_t{1} << 47) - 1;
  const std::uint64_t rest =
      load<std::uint16_t>(offset + 6) | std::uint64_t{load<std::uint8_t>(offset + 8)} << 16;
  return static_cast<Millis>((word & kLow) | rest << 47);
}

void Record::store_expiry(WritePass, Millis expiry) {
  ASSERT_HOT(expiry_size() == expiry_bytes(expiry));
  write_expiry(at_ + key_end(), expiry);
}

std::string_view Record::heap_key() const {
  const char* block = load<char*>(kKeyOffset);
  std::uint32_t length = 0;
  std::memcpy(&length, block, sizeof length);
  return {block + sizeof length, length};
}

std::size_t Record::heap_bytes() const {
  std::size_t bytes = 0;
  if (key_form() == KeyForm::kHeapText) bytes += sizeof(std::uint32_t) + heap_key().size();
  if (const Object* value = object()) bytes += value->memory_bytes();
  return bytes;
}

std::string_view Record::key(const PrefixTable& prefixes, KeyText& buffer) const {
  if (key_form() == KeyForm::kText) return {chars(kKeyOffset + 1), length_at(kKeyOffset)};
  if (key_form() == KeyForm::kHeapText) return heap_key();
  const std::string_view head = prefix(prefixes);
  std::memcpy(buffer.data(), head.data(), head.size());
  return {buffer.data(), head.size() + write_id(id(), buffer.data() + head.size())};
}

OwnedHeap Record::owned_heap() const {
  return {key_form() == KeyForm::kHeapText ? load<char*>(kKeyOffset) : nullptr, object()};
}

StoredValue::StoredValue(NewValue&& value) : form(ValueForm::kObject) {
  if (const auto* number = std::get_if<std::int64_t>(&value)) {
    form = ValueForm::kInteger;
    integer = *number;
  } else if (const auto* bytes = std::get_if<std::string_view>(&value)) {
    if (bytes->size() <= kMaxShortText) {
      form = ValueForm::kText;
      text = *bytes;
    } else {
      object = new StringObject(std::string(*bytes));
    }
  } else {
    object = std::get<std::unique_ptr<Object>>(value).release();
    ASSERT(object != nullptr);
  }
}

Draft::Draft(std::string_view key, PrefixTable& prefixes) {
  // As text a short key is as small as a compact one.
  if (const auto split = split_key(key); split && key.size() + 1 > 6) {
    const bool narrow = split->id <= UINT32_MAX;
    if (narrow || key.size() + 1 > 10) {
      if (const auto number = prefixes.number_of(key.substr(0, split->prefix_size))) {
        begin(narrow ? KeyForm::kCompact32 : KeyForm::kCompact64);
        put(*number);
        narrow ? put(static_cast<std::uint32_t>(split->id)) : put(split->id);
        return;
      }
    }
  }
  if (key.size() <= kMaxInlineKey) {
    begin(KeyForm::kText);
    put_text(key);
  } else {
    begin(KeyForm::kHeapText);
    put(make_heap_key(key));
  }
}

Draft::Draft(Record record) {
  size_ = record.key_end();
  std::memcpy(bytes_.data(), record.bytes(), size_);
  bytes_[0] = static_cast<std::byte>(record.flags() & (3U | Record::kKeptFlag));
}

Record Draft::finish(Millis expiry, const StoredValue& value) {
  put_expiry(expiry);
  bytes_[0] |= static_cast<std::byte>(static_cast<unsigned>(value.form) << 2);
  switch (value.form) {
    case ValueForm::kInteger:
      put(value.integer);
      break;
    case ValueForm::kText:
      put_text(value.text);
      break;
    case ValueForm::kObject:
      put(value.object);
      break;
  }
  return Record{bytes_.data()};
}

Record Draft::finish(Millis expiry, Record record) {
  put_expiry(expiry);
  bytes_[0] |= static_cast<std::byte>(record.flags() & (3U << 2));
  std::memcpy(bytes_.data() + size_, record.bytes() + record.value_offset(), record.value_size());
  return Record{bytes_.data()};
}

void Draft::put_text(std::string_view text) {
  put(static_cast<std::uint8_t>(text.size()));
  std::memcpy(bytes_.data() + size_, text.data(), text.size());
  size_ += text.size();
}

void Draft::put_expiry(Millis expiry) {
  if (expiry == kNoExpiry) return;
  bytes_[0] |= static_cast<std::byte>(Record::kExpiryFlag);
  size_ += write_expiry(bytes_.data() + size_, expiry);
}

}  // namespace countd::storage
