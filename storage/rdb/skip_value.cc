#include "storage/rdb/skip_value.h"

#include "storage/rdb/module_value.h"

namespace countd::storage::rdb {
namespace {

constexpr std::uint64_t kStreamIdBytes = 16;
constexpr std::uint64_t kTimeBytes = 8;

void skip_strings(Decoder& in, std::uint64_t per_element) {
  for (std::uint64_t n = in.count(); n > 0 && !in.failed(); --n) {
    for (std::uint64_t i = 0; i < per_element; ++i) in.skip_string();
  }
}

void skip_lengths(Decoder& in, int n) {
  for (; n > 0; --n) in.length();
}

/// A score as text: one byte of length, of which the last three stand for nan and infinities.
void skip_text_score(Decoder& in) {
  constexpr std::uint8_t kFirstSpecial = 253;
  const std::uint8_t size = in.byte();
  if (size < kFirstSpecial) in.take(size);
}

void skip_sorted_set(Decoder& in, bool text_scores) {
  for (std::uint64_t n = in.count(); n > 0 && !in.failed(); --n) {
    in.skip_string();
    if (text_scores) {
      skip_text_score(in);
    } else {
      in.take(sizeof(double));
    }
  }
}

/// Nodes, each with a word that says whether it is one element or a listpack.
void skip_quicklist2(Decoder& in) {
  for (std::uint64_t n = in.count(); n > 0 && !in.failed(); --n) {
    in.length();
    in.skip_string();
  }
}

void skip_expiring_hash(Decoder& in) {
  for (std::uint64_t n = in.count(); n > 0 && !in.failed(); --n) {
    in.length();  // the field's expiry
    in.skip_string();
    in.skip_string();
  }
}

void skip_valkey_hash(Decoder& in) {
  for (std::uint64_t n = in.count(); n > 0 && !in.failed(); --n) {
    in.skip_string();
    in.skip_string();
    in.take(kTimeBytes);
  }
}

void skip_consumers(Decoder& in, int version) {
  for (std::uint64_t n = in.count(); n > 0 && !in.failed(); --n) {
    in.skip_string();
    in.take(version >= 3 ? 2 * kTimeBytes : kTimeBytes);  // seen, since version 3 also active
    for (std::uint64_t pending = in.count(); pending > 0 && !in.failed(); --pending) {
      in.take(kStreamIdBytes);
    }
  }
}

void skip_stream(Decoder& in, int version) {
  skip_strings(in, 2);                    // node key, listpack
  skip_lengths(in, 3);                    // elements, last id
  if (version >= 2) skip_lengths(in, 5);  // first id, greatest deleted id, elements ever added
  for (std::uint64_t groups = in.count(); groups > 0 && !in.failed(); --groups) {
    in.skip_string();
    skip_lengths(in, version >= 2 ? 3 : 2);  // last id, since version 2 also entries read
    for (std::uint64_t pending = in.count(); pending > 0 && !in.failed(); --pending) {
      in.take(kStreamIdBytes + kTimeBytes);
      in.length();
    }
    skip_consumers(in, version);
  }
}

void skip_timed_hash(Decoder& in, ValueType type, Vendor vendor) {
  if (type == ValueType::kHashExpiryBeforeRelease && vendor == Vendor::kValkey) {
    return skip_valkey_hash(in);
  }
  const bool released = type == ValueType::kHashExpiry || type == ValueType::kHashListpackExpiry;
  if (released) in.take(kTimeBytes);  // the earliest expiry of a field
  if (type == ValueType::kHashExpiry || type == ValueType::kHashExpiryBeforeRelease) {
    skip_expiring_hash(in);
  } else {
    in.skip_string();
  }
}

}  // namespace

void skip_value(Decoder& in, std::uint8_t type, Vendor vendor) {
  const auto value = static_cast<ValueType>(type);
  switch (value) {
    case ValueType::kString:
    case ValueType::kHashZipmap:
    case ValueType::kListZiplist:
    case ValueType::kSetIntset:
    case ValueType::kSortedSetZiplist:
    case ValueType::kHashZiplist:
    case ValueType::kHashListpack:
    case ValueType::kSortedSetListpack:
    case ValueType::kSetListpack:
      return in.skip_string();
    case ValueType::kList:
    case ValueType::kSet:
    case ValueType::kListQuicklist:
      return skip_strings(in, 1);
    case ValueType::kHash:
      return skip_strings(in, 2);
    case ValueType::kSortedSetText:
    case ValueType::kSortedSet:
      return skip_sorted_set(in, value == ValueType::kSortedSetText);
    case ValueType::kListQuicklist2:
      return skip_quicklist2(in);
    case ValueType::kStream:
      return skip_stream(in, 1);
    case ValueType::kStream2:
      return skip_stream(in, 2);
    case ValueType::kStream3:
      return skip_stream(in, 3);
    case ValueType::kModule:
      in.length();  // the id
      return skip_module_parts(in);
    case ValueType::kHashExpiryBeforeRelease:
    case ValueType::kHashListpackExpiryBeforeRelease:
    case ValueType::kHashExpiry:
    case ValueType::kHashListpackExpiry:
      return skip_timed_hash(in, value, vendor);
    case ValueType::kModuleBeforeRelease:
      return in.fail("a module value of a Redis 4.0 release candidate cannot be read");
  }
  in.fail("unknown type of a value");
}

std::string_view type_name(std::uint8_t type) {
  switch (static_cast<ValueType>(type)) {
    case ValueType::kString:
      return "string";
    case ValueType::kList:
    case ValueType::kListZiplist:
    case ValueType::kListQuicklist:
    case ValueType::kListQuicklist2:
      return "list";
    case ValueType::kSet:
    case ValueType::kSetIntset:
    case ValueType::kSetListpack:
      return "set";
    case ValueType::kSortedSetText:
    case ValueType::kSortedSet:
    case ValueType::kSortedSetZiplist:
    case ValueType::kSortedSetListpack:
      return "zset";
    case ValueType::kModuleBeforeRelease:
    case ValueType::kModule:
      return "module value";
    case ValueType::kStream:
    case ValueType::kStream2:
    case ValueType::kStream3:
      return "stream";
    default:
      return type <= static_cast<std::uint8_t>(ValueType::kHashListpackExpiry) ? "hash" : "unknown";
  }
}

}  // namespace countd::storage::rdb
