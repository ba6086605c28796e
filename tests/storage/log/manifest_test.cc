#include "storage/log/manifest.h"

#include <doctest/doctest.h>

using namespace countd::storage::log;

namespace {

Manifest sample() {
  Manifest manifest;
  manifest.base = LogFile{base_name("appendonly.aof", 2), 2};
  manifest.increments = {{increment_name("appendonly.aof", 4), 4},
                         {increment_name("appendonly.aof", 5), 5}};
  manifest.history = {{base_name("appendonly.aof", 1), 1}};
  return manifest;
}

bool same(const std::vector<LogFile>& a, const std::vector<LogFile>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const auto& x, const auto& y) {
    return x.name == y.name && x.sequence == y.sequence;
  });
}

std::string refusal(std::string_view text) {
  const auto manifest = parse_manifest(text);
  return manifest ? "" : manifest.error().what;
}

}  // namespace

TEST_CASE("the text is Redis's, with a checksum as its last line") {
  CHECK(manifest_name("appendonly.aof") == "appendonly.aof.manifest");
  CHECK(
      sample().text().starts_with("file appendonly.aof.2.base.rdb seq 2 type b\n"
                                  "file appendonly.aof.1.base.rdb seq 1 type h\n"
                                  "file appendonly.aof.4.incr.aof seq 4 type i\n"
                                  "file appendonly.aof.5.incr.aof seq 5 type i\n"
                                  "#CRC32C:"));
}

TEST_CASE("what is written is read back") {
  Manifest manifest = sample();
  manifest.base->name = "a \"name\"\\ with\n\xff\a.rdb";
  CHECK(manifest.text().starts_with(
      "file \"a \\\"name\\\"\\\\ with\\n\\xff\\a.rdb\" seq 2 type b\n"));
  const auto read = parse_manifest(manifest.text());
  REQUIRE(read.has_value());
  CHECK(read->base->name == manifest.base->name);
  CHECK(read->last_base_sequence() == 2);
  CHECK(read->last_increment_sequence() == 5);
  CHECK(same(read->increments, manifest.increments));
  CHECK(same(read->history, manifest.history));
}

TEST_CASE("a manifest of Redis has no checksum, and may have notes and further keys") {
  const auto read = parse_manifest("# a note\nfile a.aof seq 1 type i startoffset 5\n");
  REQUIRE(read.has_value());
  CHECK(read->increments.at(0).name == "a.aof");
  CHECK(read->last_base_sequence() == 0);
}

TEST_CASE("what Redis refuses is refused, with the line") {
  CHECK(refusal("") == "the manifest is empty");
  CHECK(refusal("# only a note\n") == "the manifest names no file");
  CHECK(refusal("\n") == "line 1: not file, seq and type");
  CHECK(refusal("file a seq 1 type b") == "line 1: does not end");
  CHECK(refusal("file a seq 1 type x\n") == "line 1: an unknown type of file");
  CHECK(refusal("file a seq 1 type b\nfile b seq 2 type b\n") == "line 2: a second base");
  CHECK(refusal("file a seq 2 type i\nfile b seq 2 type i\n") ==
        "line 2: a sequence that does not ascend");
  CHECK(refusal("file ../a seq 1 type b\n") == "line 1: a path where a name is due");
  CHECK(refusal("file .. seq 1 type b\n") == "line 1: a name that no file can have");
  CHECK(refusal("file a seq 0 type b\n") == "line 1: a sequence that is not a positive number");
  CHECK(refusal("file a seq 1\n") == "line 1: not file, seq and type");
  CHECK(refusal("file a seq 1 type\n") == "line 1: a key without a value");
  CHECK(refusal("file \"a seq 1 type b\n") == "line 1: a quote that does not close");
  CHECK(refusal("file \"a\"b seq 1 type b\n") == "line 1: a word right behind a quote");
  CHECK(refusal("file a seq 1 type b " + std::string(1100, 'x') + "\n") == "line 1: too long");
}

TEST_CASE("a checksum must hold and be the last line") {
  const std::string text = sample().text();
  CHECK(refusal(text).empty());
  CHECK(refusal(text + "# more\n") == "line 5: bytes behind the checksum");
  std::string wrong = text;
  wrong[wrong.size() - 2] = wrong[wrong.size() - 2] == '0' ? '1' : '0';
  CHECK(refusal(wrong) == "line 5: the checksum does not hold");
}

TEST_CASE("every flipped bit is refused, or leaves what the manifest says as it was") {
  const Manifest manifest = sample();
  const std::string text = manifest.text();
  const std::size_t checksum = text.find("#CRC32C");
  for (std::size_t at = 0; at < text.size(); ++at) {
    for (int bit = 0; bit < 8; ++bit) {
      std::string bytes = text;
      bytes[at] = static_cast<char>(bytes[at] ^ (1 << bit));
      const auto read = parse_manifest(bytes);
      if (!read) continue;
      // Only a checksum line that is no longer known as one goes by, as a note.
      CAPTURE(bytes);
      REQUIRE(at > checksum);
      REQUIRE(at < checksum + 8);
      REQUIRE(read->base->name == manifest.base->name);
      REQUIRE(same(read->increments, manifest.increments));
    }
  }
}

TEST_CASE("a manifest that is cut short is refused, or says a beginning of what it said") {
  const Manifest manifest = sample();
  const std::string text = manifest.text();
  for (std::size_t size = 0; size < text.size(); ++size) {
    const auto read = parse_manifest(std::string_view{text}.substr(0, size));
    if (!read) continue;
    // Whole lines are a manifest as Redis writes it.
    REQUIRE(text[size - 1] == '\n');
    REQUIRE(read->base->name == manifest.base->name);
    const auto count = static_cast<std::ptrdiff_t>(read->increments.size());
    const auto& all = manifest.increments;
    REQUIRE(same(read->increments, {all.begin(), all.begin() + count}));
  }
}
