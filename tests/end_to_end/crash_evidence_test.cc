#include "tests/end_to_end/crash_evidence.h"

#include <doctest/doctest.h>

using namespace countd::test;

namespace {

// Answered from `began` to `ended`; 0: not answered.
Batch batch(std::uint64_t began, std::uint64_t ended, std::vector<std::size_t> keys) {
  Batch made{.began = began, .ended = ended, .keys = std::move(keys)};
  made.answered = ended == 0 ? 0 : made.keys.size();
  return made;
}

Record record(std::vector<Batch> batches, std::size_t durable = 0) {
  return {.batches = std::move(batches), .durable_batches = durable};
}

bool lost(const std::vector<Record>& records, std::vector<Growth> growth, bool durable = false) {
  return find_loss(records, {std::move(growth), durable}).has_value();
}

}  // namespace

TEST_CASE("what was answered is there, what was not may be") {
  const auto one = record({batch(1, 2, {0, 1, 0}), batch(3, 0, {0, 1})});
  CHECK_FALSE(lost({one}, {{2, 1}}, true));
  CHECK_FALSE(lost({one}, {{3, 1}}, true));
  CHECK_FALSE(lost({one}, {{3, 2}}, true));
  CHECK(lost({one}, {{1, 1}}, true));
  CHECK(lost({one}, {{2, 0}}, true));
  CHECK(lost({one}, {{4, 2}}, true));
  CHECK(lost({one}, {{3, 3}}));
}

TEST_CASE("answers count one by one where they are durable") {
  auto one = record({batch(1, 0, {0, 0, 1})});
  one.batches[0].answered = 2;
  CHECK(lost({one}, {{1, 0}}, true));
  CHECK_FALSE(lost({one}, {{2, 0}}, true));
  CHECK_FALSE(lost({one}, {{1, 0}}));
}

TEST_CASE("what an answer to WAITAOF covered is there") {
  const auto one = record({batch(1, 2, {0}), batch(3, 4, {0}), batch(5, 6, {1})}, 2);
  CHECK_FALSE(lost({one}, {{2, 0}}));
  CHECK(lost({one}, {{1, 0}}));
}

TEST_CASE("a client's batches are there up to one of them") {
  const auto one = record({batch(1, 2, {0}), batch(3, 4, {1}), batch(5, 6, {2, 3})});
  CHECK_FALSE(lost({one}, {{0, 0, 0}}));
  CHECK_FALSE(lost({one}, {{1, 0, 0}}));
  CHECK_FALSE(lost({one}, {{1, 1, 0, 1}}));
  CHECK(lost({one}, {{0, 1, 0}}));
  CHECK(lost({one}, {{1, 0, 1, 1}}));
}

TEST_CASE("all clients see the same moment") {
  const auto early = record({batch(1, 2, {0})});
  const auto late = record({batch(3, 4, {0})});
  const auto beside = record({batch(1, 4, {0})});
  CHECK(lost({early, late}, {{0}, {1}}));
  CHECK_FALSE(lost({early, late}, {{1}, {0}}));
  CHECK_FALSE(lost({early, beside}, {{0}, {1}}));
}

TEST_CASE("shared keys add up over all clients") {
  const auto one = record({batch(1, 2, {kOwnKeys})});
  const auto other = record({batch(3, 0, {kOwnKeys, 0})});
  Growth grown{};
  CHECK(lost({one, other}, {grown, {}}, true));
  grown[kOwnKeys] = 1;
  CHECK_FALSE(lost({one, other}, {grown, {}}, true));
  grown[kOwnKeys] = 3;
  CHECK(lost({one, other}, {grown, {}}, true));
}

TEST_CASE("the first batch that is missing tells how much was lost") {
  const auto one = record({batch(1, 2, {0}), batch(3, 4, {1}), batch(5, 6, {2})});
  CHECK(first_missing({one}, {{{1}}, false}) == 4);
  CHECK_FALSE(first_missing({one}, {{{1, 1, 1}}, false}).has_value());
  CHECK_FALSE(first_missing({record({batch(1, 0, {0})})}, {{{0}}, false}).has_value());
}
