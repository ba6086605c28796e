// An RDB file, and a DUMP payload, from anywhere: they are refused with an offset inside the input,
// or every value that was read survives being written and read again.
//
// The last eight bytes of the input become the CRC that says "not computed" (or, for the payload,
// the right one), since no mutation would ever hit it.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>

#include "storage/rdb/crc64.h"
#include "storage/rdb/dump.h"
#include "storage/rdb/file_layout.h"
#include "storage/rdb/value_codec.h"

namespace {

using namespace countd::storage;
using namespace countd::storage::rdb;

void require(bool condition, const char* what) {
  if (condition) return;
  std::fprintf(stderr, "%s\n", what);
  std::abort();
}

ValueView view_of(const NewValue& value, StringObject& text) {
  if (const auto* integer = std::get_if<std::int64_t>(&value)) return ValueView{*integer};
  if (const auto* object = std::get_if<std::unique_ptr<Object>>(&value)) {
    return ValueView{object->get()};
  }
  text.bytes = std::get<std::string_view>(value);
  return ValueView{&text};
}

void survives(const NewValue& value) {
  StringObject text{""};
  const std::string payload = dump(view_of(value, text));
  const auto restored = restore(payload);
  require(restored.has_value(), "what was dumped is not restored");
  if (const auto* integer = std::get_if<std::int64_t>(&value)) {
    require(std::get<std::int64_t>(*restored) == *integer, "an integer has changed");
  } else if (const auto* bytes = std::get_if<std::string_view>(&value)) {
    require(std::get<std::string>(*restored) == *bytes, "a text has changed");
  }
}

void walk(EntryReader& reader, std::size_t size) {
  Entry entry;
  MadeTexts made;
  std::uint64_t last = 0;
  for (;;) {
    made.clear();
    const auto step = reader.next(entry, made);
    if (step == EntryReader::Step::kFailed) {
      require(reader.error().offset <= size, "an error beyond the input");
    }
    if (step != EntryReader::Step::kEntry) return;
    require(entry.offset > last, "an entry that does not go forward");
    last = entry.offset;
    if (entry.unsupported.empty()) survives(entry.value);
  }
}

void read_file(std::string_view file) {
  constexpr int kDatabases = 16;
  const auto layout = read_layout(file, kDatabases);
  if (!layout) return require(layout.error().offset <= file.size(), "an error beyond the input");
  EntryReader whole{file.substr(kMagicBytes), kMagicBytes,
                    layout->reader_options(kDatabases, true)};
  walk(whole, file.size());
  if (!layout->index) return;
  for (const BlockRange& block : layout->index->blocks) {
    EntryReader reader{file.substr(block.offset, block.size), block.offset,
                       layout->reader_options(kDatabases, false)};
    walk(reader, file.size());
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* input, std::size_t size) {
  std::string bytes(reinterpret_cast<const char*>(input), size);
  if (size >= 8) {
    std::memset(bytes.data() + size - 8, 0, 8);
    read_file(bytes);
    const std::uint64_t crc = crc64(0, {bytes.data(), size - 8});
    std::memcpy(bytes.data() + size - 8, &crc, 8);
  }
  static_cast<void>(restore(bytes));
  return 0;
}
