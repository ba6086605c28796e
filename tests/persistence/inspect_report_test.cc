#include <doctest/doctest.h>

#include <string>

#include "tools/inspect/report.h"

using namespace countd::inspect;

namespace {

Survey sample() {
  Survey survey;
  survey.magic = "REDIS0009";
  survey.file_bytes = 100;
  survey.notes = {{"redis-ver", "7.0.15"}};
  survey.all = {3, 60};
  survey.types["counter"] = {3, 60};
  survey.databases[0] = {{3, 60}, 1};
  survey.prefixes["a:"] = {2, 40};
  survey.prefixes["b:"] = {1, 20};
  survey.largest = {{30, 0, "a:\"\x01\xff", "counter"}};
  survey.checks.checksum = "ok";
  return survey;
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("the text names what was counted, and bytes that cannot be shown are escaped") {
  const std::string text = report_text(sample(), 1);
  CHECK(has(text, "redis-ver = \"7.0.15\""));
  CHECK(has(text, "checksum   ok"));
  CHECK(has(text, "\"a:\"  "));
  CHECK(!has(text, "\"b:\""));
  CHECK(has(text, "30 bytes  counter in db 0: \"a:\\\"\\x01\\xff\""));
  CHECK(!has(text, "DAMAGED"));
}

TEST_CASE("damage is the last word") {
  Survey survey = sample();
  survey.error = countd::storage::rdb::FormatError{7, "why"};
  CHECK(report_text(survey, 1).ends_with("DAMAGED    at offset 7: why\n"));
  CHECK(has(report_json(survey, 1), "\"error\": \"at offset 7: why\", \"sound\": false"));
}

TEST_CASE("the JSON is one object with the same figures") {
  const std::string json = report_json(sample(), 5);
  CHECK(json.starts_with("{\"magic\": \"REDIS0009\", \"bytes\": 100, "));
  CHECK(has(json, "\"types\": {\"counter\": {\"keys\": 3, \"bytes\": 60}}"));
  CHECK(has(json, "\"databases\": {\"0\": {\"keys\": 3, \"bytes\": 60, \"expires\": 1}}"));
  CHECK(has(json, "\"prefixes\": {\"a:\": {\"keys\": 2, \"bytes\": 40}, \"b:\": "));
  CHECK(has(json, "\"key\": \"a:\\\"\\u0001\\u00ff\""));
  CHECK(has(json, "\"error\": null, \"sound\": true"));
  CHECK(json.ends_with("]}\n"));
}
