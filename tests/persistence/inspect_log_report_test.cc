#include <doctest/doctest.h>

#include "tools/inspect/log_report.h"

using namespace countd::inspect;

namespace {

LogSurvey sample() {
  LogSurvey survey;
  survey.parts = {{"d/b", "base", 10, 0, 0, 7, ""}, {"d/i", "increment", 90, 2, 5, 0, "torn"}};
  survey.commands["SET"] = {5, 40};
  survey.prefixes["a:"] = {2, 4};
  survey.prefixes["b:"] = {1, 1};
  survey.frames = 2;
  survey.bytes = 100;
  survey.distinct_keys = 3;
  survey.first_epoch = 4;
  survey.last_epoch = 9;
  survey.first_time = 1'700'000'000'000;
  survey.last_time = 1'700'000'001'000;
  return survey;
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("the text names files, ranges, commands and the most frequent prefixes") {
  const std::string text = log_report_text(sample(), 1);
  CHECK(has(text, "  base      d/b, 10 bytes, a snapshot of 7 keys\n"));
  CHECK(has(text, "  increment d/i, 90 bytes, 2 frames, 5 commands\n  NOT GOOD  torn\n"));
  CHECK(has(text, "epochs     4 to 9\n"));
  CHECK(has(text, "times      2023-11-14T22:13:20Z to 2023-11-14T22:13:21Z\n"));
  CHECK(has(text, "\"SET\" "));
  CHECK(has(text, "\"a:\" "));
  CHECK(!has(text, "\"b:\" "));
}

TEST_CASE("the JSON is one object with the same figures") {
  const std::string json = log_report_json(sample(), 5);
  CHECK(json.starts_with("{\"files\": [{\"path\": \"d/b\", \"role\": \"base\", \"bytes\": 10, "));
  CHECK(has(json, "\"epochs\": [4, 9], \"times\": [1700000000, 1700000001]"));
  CHECK(has(json, "\"commands\": {\"SET\": {\"times\": 5, \"bytes\": 40}}"));
  CHECK(has(json, "\"prefixes\": {\"a:\": {\"keys\": 2, \"mentions\": 4}, \"b:\": "));
  CHECK(has(json, "\"error\": \"torn\""));
  CHECK(json.ends_with("\"sound\": false}\n"));
}
