// A HyperLogLog as an entry of the keyspace: a string with the right header, and beside a dense one
// what is known of its registers.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "storage/base/prefetch.h"
#include "storage/keyspace/keyspace.h"
#include "storage/sketch/hyperloglog.h"

namespace countd::commands {

/// The bytes of an existing entry; valid until the keyspace is next written. kWrongType: no
/// string; kNotHyperLogLog: a string that is no sketch.
inline storage::Result<std::string_view> sketch_bytes(const storage::EntryView& entry) {
  if (entry.type() != storage::Type::kString) return storage::Errc::kWrongType;
  storage::IntegerText digits;
  if (entry.value.is_integer()) return storage::Errc::kNotHyperLogLog;
  const std::string_view bytes = entry.value.text(digits);
  const auto checked = storage::hyperloglog::check(bytes);
  if (!checked) return checked.error();
  return bytes;
}

/// Starts to fetch what adding an element to a dense sketch touches, so that the register and the
/// cache, or the header if there is none, are waited for together. `object`: null, or what may be
/// a sketch.
inline void prefetch_for_add(const storage::Object* object, storage::hyperloglog::Element element) {
  if (object == nullptr || object->type() != storage::Type::kString) return;
  const auto& string = static_cast<const storage::StringObject&>(*object);
  if (string.bytes.size() != storage::hyperloglog::kDenseBytes) return;
  storage::prefetch_line(storage::hyperloglog::dense_registers(std::string_view(string.bytes)) +
                         element.index * 6 / 8);
  storage::prefetch_line(string.cache ? static_cast<const void*>(string.cache.get())
                                      : string.bytes.data());
}

/// What is cached beside a sketch, or null: nothing else is ever cached beside its bytes.
inline storage::hyperloglog::HistogramCache* histogram_in(
    const std::unique_ptr<storage::StringCache>& cache) {
  return static_cast<storage::hyperloglog::HistogramCache*>(cache.get());
}

/// The object of a dense sketch that has a cache, which says that it is one: neither need be
/// checked, nor the header be fetched. Else null.
inline const storage::StringObject* cached_sketch(const storage::EntryView& entry) {
  const storage::Object* object = entry.value.object();
  if (object == nullptr || object->type() != storage::Type::kString) return nullptr;
  const auto* const string = static_cast<const storage::StringObject*>(object);
  return string->cache ? string : nullptr;
}

/// Calls edit(bytes, cache) on the sketch that `entry`, just seen, shows, through the write gate.
/// Unlike edit_string it leaves the cache, which `edit` must keep true or drop. `told`: a request
/// that does the same again, if there is one.
template <class Edit>
void edit_sketch(storage::Keyspace& keys, const storage::Key& key, const storage::EntryView& entry,
                 Edit&& edit, std::span<const std::string_view> told = {}) {
  if (entry.value.object() != nullptr) {
    const auto edit_bytes = [&edit](storage::Object& object) {
      auto& string = static_cast<storage::StringObject&>(object);
      edit(string.bytes, string.cache);
    };
    if (told.empty()) return keys.edit_object(key, entry, edit_bytes);
    return keys.edit_object_as_told(key, entry, told, edit_bytes);
  }
  keys.edit_string(key, [&edit](std::string& bytes) {
    std::unique_ptr<storage::StringCache> none;
    edit(bytes, none);
  });
}

}  // namespace countd::commands
