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

}  // namespace

ValueView Record::value() const {
  const std::size_t offset = value_offset();
  switch (value_form()) {
    case ValueForm::kInteger:
      return ValueView{load<std::int64_t>(offset)};
    case ValueForm::kText:
      return ValueView{std::string_view{chars(offset + 1), length_at(offset)}};
    case ValueForm::kObject:
      break;
  }
  return ValueView{static_cast<const Object*>(load<Object*>(offset))};
}

Object* Record::object() const {
  return value_form() == ValueForm::kObject ? load<Object*>(value_offset()) : nullptr;
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
  put(expiry);
}

}  // namespace countd::storage
