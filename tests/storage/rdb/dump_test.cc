#include "storage/rdb/dump.h"

#include <doctest/doctest.h>

#include <random>
#include <string>

#include "storage/rdb/crc64.h"
#include "storage/rdb/encoder.h"
#include "storage/sketch/count_min.h"
#include "tests/support/server_process.h"

using namespace countd::storage;
using namespace countd::storage::rdb;
using namespace std::string_literals;

namespace {

/// `value` with a version and the right CRC.
std::string sealed(std::string value, std::uint16_t version) {
  value.append(reinterpret_cast<const char*>(&version), sizeof version);
  const std::uint64_t crc = crc64(0, value);
  return value.append(reinterpret_cast<const char*>(&crc), sizeof crc);
}

std::string dump_text(const std::string& text) {
  const NewValue value = value_of_text(text);
  if (const auto* integer = std::get_if<std::int64_t>(&value)) return dump(ValueView{*integer});
  const StringObject object{text};
  return dump(ValueView{&object});
}

}  // namespace

TEST_CASE("the payload of the counter 1") {
  const std::string payload = dump(ValueView{std::int64_t{1}});
  CHECK(payload.substr(0, 5) == "\x00\xC0\x01\x0A\x00"s);
  CHECK(payload.size() == 13);
  CHECK(payload == sealed("\x00\xC0\x01"s, 10));
}

TEST_CASE("what was dumped is restored") {
  CHECK(std::get<std::int64_t>(*restore(dump(ValueView{std::int64_t{-7}}))) == -7);
  CHECK(std::get<std::string>(*restore(dump_text("hello"))) == "hello");
  const std::string repeated(30, 'z');
  CHECK(std::get<std::string>(*restore(dump_text(repeated))) == repeated);
  const auto sketch = CountMinSketch::create({4, 2});
  CHECK(sketch->add("a", 2).has_value());
  const auto restored = restore(dump(ValueView{sketch.get()}));
  REQUIRE(restored.has_value());
  CHECK(std::get<std::unique_ptr<Object>>(*restored)->type() == Type::kCountMin);
}

TEST_CASE("a payload with a flipped bit, cut short or from the future is refused") {
  const std::string payload = dump_text("some text of a dump");
  for (std::size_t at = 0; at < payload.size() * 8; ++at) {
    std::string flipped = payload;
    flipped[at / 8] = static_cast<char>(flipped[at / 8] ^ (1 << (at % 8)));
    CHECK(restore(flipped).error() == Errc::kBadDump);
  }
  for (std::size_t size = 0; size < payload.size(); ++size) {
    CHECK(restore(payload.substr(0, size)).error() == Errc::kBadDump);
  }
  CHECK(restore(sealed("\x00\xC0\x01"s, 9)).has_value());
  CHECK(restore(sealed("\x00\xC0\x01"s, 12)).has_value());
  CHECK(restore(sealed("\x00\xC0\x01"s, 13)).error() == Errc::kBadDump);
}

TEST_CASE("a payload whose value is damaged or of a type not held has a bad format") {
  CHECK(restore(sealed("", 10)).error() == Errc::kBadDumpFormat);
  CHECK(restore(sealed("\x00\x05"
                       "abc"s,
                       10))
            .error() == Errc::kBadDumpFormat);
  CHECK(restore(sealed("\x00\xC0\x01"
                       "x"s,
                       10))
            .error() == Errc::kBadDumpFormat);
  CHECK(restore(sealed("\x01\x01\x01"
                       "a"s,
                       10))
            .error() == Errc::kBadDumpFormat);
  CHECK(restore(sealed("\x63\x01"
                       "a"s,
                       10))
            .error() == Errc::kBadDumpFormat);
}

TEST_CASE("Redis dumps the same bytes and restores ours") {
  const countd::test::ServerProcess redis{
      "redis-server --port {port} --dir {dir} --bind 127.0.0.1 --save \"\""};
  countd::test::Client client = redis.connect();
  std::mt19937_64 random{5};
  std::vector<std::string> texts{"",
                                 "0",
                                 "-1",
                                 "127",
                                 "128",
                                 "-32769",
                                 "2147483647",
                                 "2147483648",
                                 "9223372036854775807",
                                 "-9223372036854775808",
                                 "007",
                                 std::string(20, 'a'),
                                 std::string(64, 'b'),
                                 "\x00\xff"s};
  for (int i = 0; i < 100; ++i) {
    std::string text(random() % 30, '\0');
    for (char& byte : text) byte = static_cast<char>(random());
    texts.push_back(text);
    texts.push_back(std::to_string(static_cast<std::int64_t>(random() >> (random() % 64))));
  }
  for (const std::string& text : texts) {
    CAPTURE(text);
    const std::string ours = dump_text(text);
    client.call({"SET", "k", text});
    const std::string theirs = client.call({"DUMP", "k"}).text;
    if (ours[1] != '\xC3') CHECK(ours == theirs);  // two compressors may differ
    client.call({"DEL", "k"});
    CHECK(client.call({"RESTORE", "k", "0", ours}).text == "OK");
    CHECK(client.call({"GET", "k"}).text == text);
    const auto restored = restore(theirs);
    REQUIRE(restored.has_value());
    const auto* integer = std::get_if<std::int64_t>(&*restored);
    CHECK((integer ? std::to_string(*integer) : std::get<std::string>(*restored)) == text);
  }
}

TEST_CASE("a HyperLogLog of Redis is dumped as Redis dumps it") {
  const countd::test::ServerProcess redis{
      "redis-server --port {port} --dir {dir} --bind 127.0.0.1 --save \"\""};
  countd::test::Client client = redis.connect();
  for (const int elements : {1, 10, 5000}) {
    client.call({"DEL", "h"});
    for (int i = 0; i < elements; ++i) client.call({"PFADD", "h", std::to_string(i)});
    const StringObject bytes{client.call({"GET", "h"}).text};
    const std::string theirs = client.call({"DUMP", "h"}).text;
    CHECK(std::get<std::string>(*restore(theirs)) == bytes.bytes);
    CHECK(std::get<std::string>(*restore(dump(ValueView{&bytes}))) == bytes.bytes);
    client.call({"DEL", "h"});
    CHECK(client.call({"RESTORE", "h", "0", dump(ValueView{&bytes})}).text == "OK");
    CHECK(client.call({"GET", "h"}).text == bytes.bytes);
  }
}
