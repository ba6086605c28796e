// An entry as it lies in memory: one packed run of bytes inside a segment.
//
//   byte 0      flags: key form (2 bits), value form (2), has expiry, kept, dirty (2 marks)
//   byte 1      access: when or how often the entry was used (access_clock.h)
//   key         text: length byte, bytes | heap text: pointer | compact: u16 prefix, u32 or u64 id
//   expiry      only if the flag says so: milliseconds, 47 bits and a 0 | the low 47 bits of an
//               expiry that is none of these (beyond the year 6429), a 1, and 3 bytes with the rest
//   value       integer: i64 | text: length byte, bytes | object: pointer
//
// `counter:1234567` = 5 when `counter:` has number 3 and the access byte is 0x2a (16 bytes):
//
//   02 2a  03 00  87 d6 12 00  05 00 00 00 00 00 00 00
//
// Numbers are in the machine's order and not aligned. A record says its own size; it moves as
// plain bytes, and what its pointers own goes with it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "storage/base/time.h"
#include "storage/base/value.h"
#include "storage/base/words.h"
#include "storage/keyspace/compact_key.h"
#include "storage/keyspace/prefix_table.h"
#include "storage/keyspace/write_pass.h"

namespace countd::storage {

enum class KeyForm : std::uint8_t { kText, kHeapText, kCompact32, kCompact64 };
enum class ValueForm : std::uint8_t { kInteger, kText, kObject };

/// The longest key text kept inside a record; longer ones live on the heap.
inline constexpr std::size_t kMaxInlineKey = 64;
/// Room for the text of a compact key.
using KeyText = std::array<char, PrefixTable::kMaxLength + 20>;

/// How many bytes of a record an expiry takes.
inline std::size_t expiry_bytes(Millis expiry) {
  if (expiry == kNoExpiry) return 0;
  return static_cast<std::uint64_t>(expiry) >> 47 == 0 ? 6 : 9;
}

/// What a record owns outside its segment; outlives the record's bytes.
struct OwnedHeap {
  char* key = nullptr;
  Object* object = nullptr;

  void free_key() const { delete[] key; }
  void free_object() const { delete object; }
};

/// A borrowed record; valid until its segment is next written.
class Record {
 public:
  Record() = default;
  explicit Record(std::byte* at) : at_(at) {}
  explicit operator bool() const { return at_ != nullptr; }

  [[nodiscard]] std::byte* bytes() const { return at_; }
  [[nodiscard]] std::size_t size() const { return value_offset() + value_size(); }
  [[nodiscard]] KeyForm key_form() const { return static_cast<KeyForm>(flags() & 3); }
  [[nodiscard]] ValueForm value_form() const { return static_cast<ValueForm>(flags() >> 2 & 3); }
  [[nodiscard]] bool is_integer() const { return value_form() == ValueForm::kInteger; }
  [[nodiscard]] bool has_expiry() const { return (flags() & kExpiryFlag) != 0; }
  [[nodiscard]] Millis expiry() const { return has_expiry() ? load_expiry(key_end()) : kNoExpiry; }
  /// 0 if it has none.
  [[nodiscard]] std::size_t expiry_size() const { return has_expiry() ? size_at(key_end()) : 0; }
  [[nodiscard]] bool expired(Millis now) const { return has_expiry() && expiry() <= now; }
  [[nodiscard, gnu::always_inline]] ValueView value() const {
    const std::size_t offset = value_offset();
    if (is_integer()) return ValueView{load<std::int64_t>(offset)};
    if (value_form() == ValueForm::kObject) {
      return ValueView{static_cast<const Object*>(load<Object*>(offset))};
    }
    return ValueView{std::string_view{chars(offset + 1), length_at(offset)}};
  }
  /// REQUIRES: is_integer().
  [[nodiscard]] std::int64_t integer() const { return load<std::int64_t>(value_offset()); }
  /// Null unless the value is an object.
  [[nodiscard, gnu::always_inline]] Object* object() const {
    return value_form() == ValueForm::kObject ? load<Object*>(value_offset()) : nullptr;
  }
  /// Whether it owns memory outside its segment.
  [[nodiscard]] bool owns_heap() const {
    return key_form() == KeyForm::kHeapText || value_form() == ValueForm::kObject;
  }
  /// Bytes of that memory.
  [[nodiscard]] std::size_t heap_bytes() const;
  [[nodiscard]] bool is_compact() const { return key_form() >= KeyForm::kCompact32; }
  /// REQUIRES: is_compact().
  [[nodiscard]] std::uint16_t prefix_number() const { return load<std::uint16_t>(kKeyOffset); }
  [[nodiscard]] std::string_view key(const PrefixTable& prefixes, KeyText& buffer) const;
  [[nodiscard]] bool has_key(std::string_view key, const PrefixTable& prefixes) const;

  /// The snapshot's mark; what it means is the segment's to say.
  [[nodiscard]] bool kept() const { return (flags() & kKeptFlag) != 0; }
  void set_kept(bool kept) {
    at_[0] = static_cast<std::byte>(kept ? flags() | kKeptFlag : flags() & ~kKeptFlag);
  }
  /// The log's marks: bit 0 and 1, for intervals of even and of odd number (keyspace_log.cc).
  [[nodiscard]] unsigned dirty() const { return flags() >> kDirtyShift; }
  void set_dirty(unsigned marks) {
    at_[0] = static_cast<std::byte>((flags() & ~kDirtyFlags) | marks << kDirtyShift);
  }
  [[nodiscard]] std::uint8_t access() const { return std::to_integer<std::uint8_t>(at_[1]); }
  void set_access(std::uint8_t access) { at_[1] = static_cast<std::byte>(access); }

  /// REQUIRES: is_integer().
  void store_integer(WritePass, std::int64_t value) { store(value_offset(), value); }
  /// REQUIRES: has_expiry(), expiry_size() == expiry_bytes(expiry).
  void store_expiry(WritePass, Millis expiry);

  [[nodiscard]] OwnedHeap owned_heap() const;

 private:
  friend class Draft;
  static constexpr unsigned kExpiryFlag = 1U << 4;
  static constexpr unsigned kKeptFlag = 1U << 5;
  static constexpr unsigned kDirtyShift = 6;
  static constexpr unsigned kDirtyFlags = 3U << kDirtyShift;
  static constexpr std::size_t kKeyOffset = 2;
  // What a key takes, by its form; a text says it itself.
  static constexpr std::array<std::uint8_t, 4> kKeyBytes = {0, sizeof(char*), 2 + 4, 2 + 8};

  template <class Number>
  [[nodiscard]] Number load(std::size_t offset) const {
    Number number;
    std::memcpy(&number, at_ + offset, sizeof number);
    return number;
  }
  template <class Number>
  void store(std::size_t offset, Number number) {
    std::memcpy(at_ + offset, &number, sizeof number);
  }
  [[nodiscard]] unsigned flags() const { return std::to_integer<unsigned>(at_[0]); }
  [[nodiscard]] std::size_t length_at(std::size_t offset) const {
    return std::to_integer<std::size_t>(at_[offset]);
  }
  [[nodiscard]] const char* chars(std::size_t offset) const {
    return reinterpret_cast<const char*>(at_ + offset);
  }
  [[nodiscard, gnu::always_inline]] std::size_t key_end() const {
    if (key_form() == KeyForm::kText) return kKeyOffset + 1 + length_at(kKeyOffset);
    return kKeyOffset + kKeyBytes[flags() & 3];
  }
  [[nodiscard, gnu::always_inline]] std::size_t value_offset() const {
    const std::size_t end = key_end();
    return has_expiry() ? end + size_at(end) : end;
  }
  /// The size of the expiry that lies there.
  [[nodiscard]] std::size_t size_at(std::size_t offset) const {
    return (load<std::uint16_t>(offset + 4) & 0x8000) == 0 ? 6 : 9;
  }
  [[nodiscard]] Millis load_expiry(std::size_t offset) const {
    const std::uint64_t low = load<std::uint32_t>(offset);
    const std::uint64_t word = low | std::uint64_t{load<std::uint16_t>(offset + 4)} << 32;
    return word >> 47 == 0 ? static_cast<Millis>(word) : load_long_expiry(offset, word);
  }
  [[nodiscard]] Millis load_long_expiry(std::size_t offset, std::uint64_t word) const;
  [[nodiscard]] std::size_t value_size() const {
    return value_form() == ValueForm::kText ? 1 + length_at(value_offset()) : 8;
  }
  [[nodiscard]] std::string_view heap_key() const;
  [[nodiscard]] std::string_view prefix(const PrefixTable& prefixes) const {
    return prefixes.text(prefix_number());
  }
  [[nodiscard]] std::uint64_t id() const {
    return key_form() == KeyForm::kCompact32 ? load<std::uint32_t>(kKeyOffset + 2)
                                             : load<std::uint64_t>(kKeyOffset + 2);
  }

  std::byte* at_ = nullptr;
};

inline bool Record::has_key(std::string_view key, const PrefixTable& prefixes) const {
  if (key_form() == KeyForm::kText) {
    return key.size() == length_at(kKeyOffset) &&
           same_bytes(chars(kKeyOffset + 1), key.data(), key.size());
  }
  if (key_form() == KeyForm::kHeapText) return key == heap_key();
  const std::string_view head = prefix(prefixes);
  return key.size() > head.size() && same_bytes(key.data(), head.data(), head.size()) &&
         ends_in_id(key, head.size(), id());
}

/// A value in the form a record keeps; an object is owned by whoever holds it, then by the record.
struct StoredValue {
  explicit StoredValue(std::int64_t number) : form(ValueForm::kInteger), integer(number) {}
  /// Text longer than kMaxShortText becomes a StringObject.
  explicit StoredValue(NewValue&& value);

  ValueForm form;
  std::int64_t integer = 0;
  std::string_view text;
  Object* object = nullptr;
};

/// A record under construction: the key, then the rest.
class Draft {
 public:
  /// A record for a new key; may give its prefix a number and may put the key on the heap.
  Draft(std::string_view key, PrefixTable& prefixes);
  /// A record that takes over key, access and kept mark of `record`.
  explicit Draft(Record record);

  /// Completes the record. REQUIRES: called once.
  Record finish(Millis expiry, const StoredValue& value);
  /// The same value as `record` has, under another expiry.
  Record finish(Millis expiry, Record record);

 private:
  void begin(KeyForm form) { bytes_[0] = static_cast<std::byte>(form); }
  template <class Number>
  void put(Number number) {
    std::memcpy(bytes_.data() + size_, &number, sizeof number);
    size_ += sizeof number;
  }
  void put_text(std::string_view text);
  void put_expiry(Millis expiry);

  std::array<std::byte, 2 + 1 + kMaxInlineKey + 9 + 1 + kMaxShortText> bytes_{};
  std::size_t size_ = 2;
};

}  // namespace countd::storage
