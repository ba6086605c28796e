#include "storage/rdb/entry_reader.h"

#include <optional>

#include "storage/rdb/module_value.h"
#include "storage/rdb/value_codec.h"

namespace countd::storage::rdb {
namespace {

constexpr std::uint8_t kFirstOpcode = static_cast<std::uint8_t>(Opcode::kSlotImport);

}  // namespace

std::string_view Notes::field(std::string_view name) const {
  for (const auto& [key, value] : fields) {
    if (key == name) return value;
  }
  return {};
}

EntryReader::Step EntryReader::find() {
  expiry_ = kNoExpiry;
  bool begun = false;  // an expiry was read: only an entry may follow
  for (;;) {
    if (in_.at_end()) {
      if (in_.failed()) return Step::kFailed;
      if (!options_.whole_file && !begun) return Step::kEnd;
      in_.fail("the file ends without its end mark");
      return Step::kFailed;
    }
    if (!begun) entry_offset_ = in_.offset();
    type_ = in_.byte();
    if (type_ < kFirstOpcode) return Step::kEntry;
    const auto opcode = static_cast<Opcode>(type_);
    switch (opcode) {
      case Opcode::kExpiryMs:
        expiry_ = in_.number<std::int64_t>();
        begun = true;
        break;
      case Opcode::kExpirySeconds:
        expiry_ = static_cast<Millis>(in_.number<std::int32_t>()) * 1000;
        begun = true;
        break;
      case Opcode::kIdle:
        in_.length();
        begun = true;
        break;
      case Opcode::kFrequency:
        in_.byte();
        begun = true;
        break;
      default:
        if (begun) in_.fail_at(in_.offset() - 1, "an entry was expected after its expiry");
        if (in_.failed() || pass_over(opcode)) break;
        return in_.failed() ? Step::kFailed : Step::kEnd;
    }
    if (in_.failed()) return Step::kFailed;
  }
}

/// False at the end of the file, or after a failure.
bool EntryReader::pass_over(Opcode opcode) {
  const std::uint64_t at = in_.offset() - 1;
  switch (opcode) {
    case Opcode::kSelect:
      select();
      break;
    case Opcode::kResize:
      resize();
      break;
    case Opcode::kNote:
      note();
      break;
    case Opcode::kModuleNote:
      module_note();
      break;
    case Opcode::kFunction:
      functions();
      break;
    case Opcode::kSlotInfo:
      for (int i = 0; i < 3; ++i) in_.length();
      break;
    case Opcode::kSlotImport:
      slot_import();
      break;
    case Opcode::kEnd:
      if (options_.whole_file) return false;
      in_.fail_at(at, "an end mark inside a block");
      break;
    default:
      in_.fail_at(at, "functions of a Redis 7.0 release candidate cannot be read");
  }
  return !in_.failed();
}

void EntryReader::select() {
  const std::uint64_t at = in_.offset() - 1;
  const std::uint64_t db = in_.length();
  if (db >= static_cast<std::uint64_t>(options_.databases)) {
    return in_.fail_at(at, "a database beyond the configured number of databases");
  }
  db_ = static_cast<int>(db);
}

void EntryReader::resize() {
  // Not bounded here: it is a hint. Whoever makes room by it bounds it by the file's size.
  const DatabaseSize size{db_, in_.length(), in_.length()};
  if (options_.notes != nullptr && !in_.failed()) options_.notes->sizes.push_back(size);
}

void EntryReader::note() {
  MadeTexts made;
  const std::string_view key = in_.text(made);
  const std::string_view value = in_.text(made);
  if (options_.notes == nullptr || in_.failed()) return;
  auto& fields = options_.notes->fields;
  if (fields.size() < Notes::kMaxFields) fields.emplace_back(key, value);
}

void EntryReader::module_note() {
  in_.length();  // the id
  const std::uint64_t at = in_.offset();
  if (in_.length() != static_cast<std::uint64_t>(ModulePart::kUnsigned)) {
    return in_.fail_at(at, "a module note without its time");
  }
  in_.length();  // before or after the entries
  skip_module_parts(in_);
}

void EntryReader::functions() { in_.skip_string(); }

void EntryReader::slot_import() {
  if (options_.vendor != Vendor::kValkey) {
    return in_.fail_at(in_.offset() - 1, "unknown opcode 243");
  }
  in_.skip_string();
  for (std::uint64_t ranges = in_.count(); ranges > 0 && !in_.failed(); --ranges) {
    in_.length();
    in_.length();
  }
}

EntryReader::Step EntryReader::next(Entry& entry, MadeTexts& made) {
  const Step step = find();
  if (step != Step::kEntry) return step;
  entry.offset = entry_offset_;
  entry.db = db_;
  entry.expiry = expiry_;
  entry.type = type_;
  entry.key = in_.text(made);
  if (type_ == static_cast<std::uint8_t>(ValueType::kString)) [[likely]] {
    entry.value = decode_string_value(in_, made);
    entry.unsupported.clear();
  } else {
    read_value(entry, made);
  }
  return in_.failed() ? Step::kFailed : Step::kEntry;
}

void EntryReader::read_value(Entry& entry, MadeTexts& made) {
  DecodedValue decoded = decode_value(in_, type_, options_.vendor, made);
  if (decoded.value) {
    entry.value = std::move(*decoded.value);
    entry.unsupported.clear();
  } else if (decoded.unsupported) {
    entry.value = NewValue{};
    entry.unsupported = std::move(decoded.unsupported->type);
  }
}

}  // namespace countd::storage::rdb
