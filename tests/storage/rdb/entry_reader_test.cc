#include "storage/rdb/entry_reader.h"

#include <doctest/doctest.h>

#include <string>

using namespace countd::storage;
using namespace countd::storage::rdb;
using namespace std::string_literals;
using Step = EntryReader::Step;

namespace {

std::string failure(const std::string& bytes, ReaderOptions options = {}) {
  EntryReader reader{bytes, 0, options};
  Entry entry;
  MadeTexts made;
  Step step = Step::kEntry;
  while (step == Step::kEntry) step = reader.next(entry, made);
  if (step == Step::kEnd) return "";
  return reader.error().text();
}

const ReaderOptions kWholeFile{.whole_file = true};

}  // namespace

TEST_CASE("entries carry their database, expiry, type and offset") {
  const std::string bytes =
      "\xFE\x02\x00\x01"
      "a\xC0\x05"s +
      "\xFC\x01\x01\x00\x00\x00\x00\x00\x00\x00\x01"
      "b\x02"
      "xy"s +
      "\xFD\x02\x00\x00\x00\x00\x01"
      "c\x01"
      "z"s +
      "\xF8\x05\xF9\x07\x00\x01"
      "d\x01"
      "w"s;
  EntryReader reader{bytes, 1000, {}};
  Entry entry;
  MadeTexts made;
  REQUIRE(reader.next(entry, made) == Step::kEntry);
  CHECK(entry.key == "a");
  CHECK(entry.db == 2);
  CHECK(entry.expiry == kNoExpiry);
  CHECK(entry.offset == 1002);
  CHECK(std::get<std::int64_t>(entry.value) == 5);
  REQUIRE(reader.next(entry, made) == Step::kEntry);
  CHECK(entry.expiry == 257);
  CHECK(entry.offset == 1007);
  CHECK(std::get<std::string_view>(entry.value) == "xy");
  REQUIRE(reader.next(entry, made) == Step::kEntry);
  CHECK(entry.expiry == 2000);
  REQUIRE(reader.next(entry, made) == Step::kEntry);
  CHECK(entry.key == "d");
  CHECK(entry.expiry == kNoExpiry);
  CHECK(reader.next(entry, made) == Step::kEnd);
}

TEST_CASE("notes, sizes, functions, module notes and slots are passed over, and notes are kept") {
  const std::string bytes =
      "\xFA\x01"
      "k\x01"
      "v\xFA\x01"
      "n\xC0\x40\xFE\x01\xFB\x05\x02"
      "\xF5\x04"
      "code\xF4\x01\x02\x03"
      "\xF7\x81"
      "12345678\x02\x01\x02\x05\x00\x00\x01"
      "a\x01"
      "b\xFF"s;
  Notes notes;
  ReaderOptions options = kWholeFile;
  options.notes = &notes;
  EntryReader reader{bytes, 0, options};
  Entry entry;
  MadeTexts made;
  REQUIRE(reader.next(entry, made) == Step::kEntry);
  CHECK(entry.key == "a");
  CHECK(reader.next(entry, made) == Step::kEnd);
  CHECK(notes.field("k") == "v");
  CHECK(notes.field("n") == "64");
  CHECK(notes.field("other").empty());
  REQUIRE(notes.sizes.size() == 1);
  CHECK((notes.sizes[0].db == 1 && notes.sizes[0].keys == 5 && notes.sizes[0].expires == 2));
}

TEST_CASE("values of types not held are named and passed over") {
  const std::string bytes =
      "\x01\x01"
      "l\x01\x01"
      "x\x00\x01"
      "a\x01"
      "b"s;
  EntryReader reader{bytes, 0, {}};
  Entry entry;
  MadeTexts made;
  REQUIRE(reader.next(entry, made) == Step::kEntry);
  CHECK(entry.unsupported == "list");
  CHECK(entry.key == "l");
  REQUIRE(reader.next(entry, made) == Step::kEntry);
  CHECK(entry.unsupported.empty());
}

TEST_CASE("what makes no sense fails at its offset") {
  CHECK(failure("\x00\x01"
                "a"s) == "at offset 3: the input ends in the middle");
  CHECK(failure("\xFC\x01\x00\x00\x00\x00\x00\x00\x00"s) ==
        "at offset 9: the file ends without its end mark");
  CHECK(failure("\xFC\x01\x00\x00\x00\x00\x00\x00\x00\xFE\x00"s) ==
        "at offset 9: an entry was expected after its expiry");
  CHECK(failure("\xFE\x10") == "at offset 0: a database beyond the configured number of databases");
  CHECK(failure("\xFF") == "at offset 0: an end mark inside a block");
  CHECK(failure("\x00\x01"
                "a\x01"
                "b"s,
                kWholeFile) == "at offset 5: the file ends without its end mark");
  CHECK(failure("\xF6") ==
        "at offset 0: functions of a Redis 7.0 release candidate cannot be read");
  CHECK(failure("\xF3\x01") == "at offset 0: unknown opcode 243");
  CHECK(failure("\x1A\x01"
                "a\x01"
                "b") == "at offset 3: unknown type of a value");
  CHECK(failure("\xFF", kWholeFile).empty());
}

TEST_CASE("a slot import is passed over in a file of Valkey") {
  ReaderOptions options = kWholeFile;
  options.vendor = Vendor::kValkey;
  CHECK(failure("\xF3\x03"
                "job\x01\x05\x06\xFF",
                options)
            .empty());
}
