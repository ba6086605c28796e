#include "persistence/append_log_queue.h"

#include <doctest/doctest.h>

#include <string>

using namespace countd;
using persistence::AppendLogQueue;
using persistence::FramePointer;
using persistence::LogJob;
using storage::log::Frame;

namespace {

FramePointer frame(std::uint64_t epoch, std::vector<std::string> pieces) {
  Frame frame;
  frame.epoch = epoch;
  frame.time = static_cast<storage::Millis>(epoch * 10);
  frame.commands = pieces.size();
  frame.pieces = std::move(pieces);
  return std::make_shared<const Frame>(std::move(frame));
}

}  // namespace

TEST_CASE("frames that wait leave as one, with the last one's epoch and time") {
  AppendLogQueue queue;
  CHECK(!queue.pop());
  queue.push(frame(3, {"a", "b"}));
  queue.push(frame(5, {"c"}));
  queue.push(frame(9, {"de"}));
  CHECK(queue.queued_bytes() == 5);
  const auto job = queue.pop();
  REQUIRE(job.has_value());
  const Frame& merged = **std::get_if<FramePointer>(&*job);
  CHECK(merged.epoch == 9);
  CHECK(merged.time == 90);
  CHECK(merged.commands == 4);
  CHECK(merged.pieces == std::vector<std::string>{"a", "b", "c", "de"});
  CHECK(queue.queued_bytes() == 0);
  CHECK(queue.merged_frames() == 2);
  CHECK(!queue.pop());
}

TEST_CASE("a frame alone is passed on as it is") {
  AppendLogQueue queue;
  const FramePointer alone = frame(1, {"a"});
  queue.push(alone);
  CHECK(std::get<FramePointer>(*queue.pop()) == alone);
  CHECK(queue.merged_frames() == 0);
}

TEST_CASE("frames are not merged across another job") {
  AppendLogQueue queue;
  queue.push(frame(1, {"a"}));
  queue.push(persistence::StartIncrement{});
  queue.push(frame(2, {"b"}));
  CHECK(std::get<FramePointer>(*queue.pop())->epoch == 1);
  CHECK(std::holds_alternative<persistence::StartIncrement>(*queue.pop()));
  CHECK(std::get<FramePointer>(*queue.pop())->epoch == 2);
}

TEST_CASE("a merged frame has a bound") {
  AppendLogQueue queue;
  const std::string half(AppendLogQueue::kMergedBytes / 2, 'x');
  for (std::uint64_t epoch = 1; epoch <= 3; ++epoch) queue.push(frame(epoch, {half}));
  queue.push(frame(4, {half + half + half}));
  CHECK(std::get<FramePointer>(*queue.pop())->epoch == 2);
  CHECK(std::get<FramePointer>(*queue.pop())->epoch == 3);
  CHECK(std::get<FramePointer>(*queue.pop())->epoch == 4);
  CHECK(queue.queued_bytes() == 0);
}

TEST_CASE("no-appendfsync-on-rewrite leaves syncs out while a rewrite runs") {
  persistence::LogPolicy policy;
  CHECK(policy.syncs());
  policy.no_sync_on_rewrite = true;
  CHECK(policy.syncs());
  policy.rewriting = true;
  CHECK(!policy.syncs());
}
