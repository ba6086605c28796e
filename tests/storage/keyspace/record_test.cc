#include "storage/keyspace/record.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <fstream>
#include <sstream>
#include <string>

using namespace countd::storage;

namespace {

void give_number(PrefixTable& prefixes, std::string_view prefix) {
  for (int sighting = 0; sighting < PrefixTable::kSightings; ++sighting) prefixes.number_of(prefix);
}

std::string hex(Record record) {
  std::string text;
  for (std::size_t index = 0; index < record.size(); ++index) {
    text += fmt::format("{}{:02x}", index == 0 ? "" : " ",
                        std::to_integer<unsigned>(record.bytes()[index]));
  }
  return text;
}

std::string text_of(const ValueView& value) {
  IntegerText buffer;
  return std::string(value.text(buffer));
}

}  // namespace

TEST_CASE("the worked examples of storage/README.md are what is stored") {
  PrefixTable prefixes{1};
  for (const char* prefix : {"a:", "b:", "c:", "counter:"}) give_number(prefixes, prefix);
  std::ifstream file{COUNTD_SOURCE_DIR "/storage/README.md"};
  std::stringstream readme;
  readme << file.rdbuf();

  Draft counter{"counter:1234567", prefixes};
  Record record = counter.finish(kNoExpiry, StoredValue{5});
  record.set_access(0x2a);
  CHECK(hex(record) == "02 2a 03 00 87 d6 12 00 05 00 00 00 00 00 00 00");
  CHECK(readme.str().find(hex(record)) != std::string::npos);

  Draft greeting{"greeting", prefixes};
  Record text = greeting.finish(1'700'000'000'000, StoredValue{NewValue{std::string_view{"hi"}}});
  text.set_access(0x2a);
  CHECK(hex(text) == "14 2a 08 67 72 65 65 74 69 6e 67 00 68 e5 cf 8b 01 02 68 69");
  CHECK(readme.str().find(hex(text)) != std::string::npos);
}

TEST_CASE("a record gives back key, value and expiry in every form") {
  PrefixTable prefixes{1};
  for (const char* prefix : {"counter:", "n:", ""}) give_number(prefixes, prefix);
  const std::string long_key = std::string(300, 'k') + "1";
  for (const auto& key :
       {std::string{}, std::string{"x"}, std::string{"counter:7"}, std::string{"counter:007"},
        std::string{"counter:4294967296"}, std::string{"n:5000000000"}, std::string{"1234567"},
        std::string(kMaxInlineKey, 'k'), long_key}) {
    for (const Millis expiry : {kNoExpiry, Millis{123'456'789'012}}) {
      for (int form = 0; form < 3; ++form) {
        CAPTURE(key);
        CAPTURE(form);
        NewValue value{std::int64_t{-77}};
        if (form == 1) value = std::string_view{"some text"};
        if (form == 2) value = std::make_unique<StringObject>(std::string(99, 'v'));
        Draft draft{key, prefixes};
        const Record record = draft.finish(expiry, StoredValue{std::move(value)});
        KeyText buffer;
        CHECK(record.key(prefixes, buffer) == key);
        CHECK(record.has_key(key, prefixes));
        CHECK_FALSE(record.has_key(key + "0", prefixes));
        CHECK(record.expiry() == expiry);
        CHECK(record.expired(200'000'000'000) == (expiry != kNoExpiry));
        CHECK(text_of(record.value()) == (form == 0   ? "-77"
                                          : form == 1 ? "some text"
                                                      : std::string(99, 'v')));
        CHECK(record.owns_heap() == (form == 2 || key == long_key));

        Draft again{record};  // the same entry under another expiry
        const Record moved = again.finish(expiry == kNoExpiry ? 5 : kNoExpiry, record);
        CHECK(moved.has_key(key, prefixes));
        CHECK(moved.expiry() == (expiry == kNoExpiry ? 5 : kNoExpiry));
        CHECK(text_of(moved.value()) == text_of(record.value()));
        const OwnedHeap owned = record.owned_heap();
        owned.free_key();
        owned.free_object();
      }
    }
  }
}

TEST_CASE("an expiry of any 64 bits is kept exactly, a usual one in six bytes") {
  PrefixTable prefixes{1};
  constexpr Millis kLongest = (Millis{1} << 47) - 1;
  for (const Millis expiry :
       {Millis{0}, Millis{1}, Millis{1'700'000'000'000}, kLongest, kLongest + 1, Millis{1} << 48,
        Millis{0x7123'4567'89ab'cdef}, INT64_MAX, INT64_MIN, Millis{-3}}) {
    CAPTURE(expiry);
    const std::size_t size = expiry >= 0 && expiry <= kLongest ? 6 : 9;
    Draft draft{"key", prefixes};
    const Record record = draft.finish(expiry, StoredValue{-7});
    CHECK(record.has_expiry());
    CHECK(record.expiry() == expiry);
    CHECK(record.integer() == -7);
    CHECK(expiry_bytes(expiry) == size);
    CHECK(record.expiry_size() == size);
    CHECK(record.size() == 2 + 4 + size + 8);
  }
  CHECK(expiry_bytes(kNoExpiry) == 0);
}

TEST_CASE("a counter under a shared prefix takes sixteen bytes, in a record of its own size") {
  PrefixTable prefixes{1};
  give_number(prefixes, "counter:");
  Draft draft{"counter:1234567", prefixes};
  CHECK(draft.finish(kNoExpiry, StoredValue{INT64_MIN}).size() == 16);
  Draft opaque{"0123456789abcdef", prefixes};
  CHECK(opaque.finish(kNoExpiry, StoredValue{INT64_MIN}).size() == 27);
}

TEST_CASE("text longer than a record keeps becomes an object") {
  const std::string text(kMaxShortText + 1, 't');
  const StoredValue value{NewValue{std::string_view{text}}};
  REQUIRE(value.form == ValueForm::kObject);
  CHECK(static_cast<StringObject*>(value.object)->bytes == text);
  delete value.object;
}

TEST_CASE("the kept mark and the access byte leave the rest alone") {
  PrefixTable prefixes{1};
  Draft draft{"key", prefixes};
  Record record = draft.finish(kNoExpiry, StoredValue{1});
  const std::string before = hex(record);
  CHECK_FALSE(record.kept());
  record.set_kept(true);
  CHECK(record.kept());
  CHECK(record.integer() == 1);
  record.set_kept(false);
  record.set_access(200);
  CHECK(record.access() == 200);
  record.set_access(0);
  CHECK(hex(record) == before);
}
