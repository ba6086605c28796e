#include <doctest/doctest.h>

#include "commands/digest.h"

using countd::commands::Digest;
using countd::commands::digest_of_entry;
using countd::commands::digest_of_key;
using countd::storage::EntryView;
using countd::storage::ValueView;

TEST_CASE("adding knows no order, mixing does") {
  Digest ab;
  ab.add("a");
  ab.add("b");
  Digest ba;
  ba.add("b");
  ba.add("a");
  CHECK(ab.text() == ba.text());
  Digest mixed_ab;
  mixed_ab.mix("a");
  mixed_ab.mix("b");
  Digest mixed_ba;
  mixed_ba.mix("b");
  mixed_ba.mix("a");
  CHECK(mixed_ab.text() != mixed_ba.text());
}

TEST_CASE("one addition is the SHA-1") {
  Digest digest;
  digest.add("abc");
  CHECK(digest.text() == "a9993e364706816aba3e25717850c26c9cd0d89d");
}

TEST_CASE("a value's digest is the one redis-server 7.0.15 tells") {
  const EntryView one{.exists = true, .value = ValueView(std::int64_t{1})};
  CHECK(digest_of_entry(one).text() == "b4fc66738120fba0b5aa500ab5c2bf89cea1c5da");
}

TEST_CASE("a key's digest depends on key, value and on whether it expires, not when") {
  const EntryView value{.exists = true, .value = ValueView(std::string_view("v"))};
  EntryView soon = value;
  soon.expiry = 100;
  EntryView late = value;
  late.expiry = 900;
  CHECK(digest_of_key("a", value).text() != digest_of_key("b", value).text());
  CHECK(digest_of_key("a", value).text() != digest_of_key("a", soon).text());
  CHECK(digest_of_key("a", soon).text() == digest_of_key("a", late).text());
}

TEST_CASE("a digest survives the way through its bytes") {
  Digest digest;
  digest.mix("x");
  CHECK(Digest::of_bytes(digest.bytes()).text() == digest.text());
}
