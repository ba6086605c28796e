#include "persistence/append_log_queue.h"

#include <utility>

namespace countd::persistence {

using storage::log::Frame;

void AppendLogQueue::push(LogJob job) {
  const std::lock_guard lock{mutex_};
  if (const auto* frame = std::get_if<FramePointer>(&job)) bytes_ += (*frame)->bytes();
  jobs_.push_back(std::move(job));
}

std::optional<LogJob> AppendLogQueue::pop() {
  const std::lock_guard lock{mutex_};
  if (jobs_.empty()) return {};
  if (const std::size_t frames = frames_to_merge(); frames > 1) return take_merged(frames);
  LogJob job = std::move(jobs_.front());
  jobs_.pop_front();
  if (const auto* frame = std::get_if<FramePointer>(&job)) bytes_ -= (*frame)->bytes();
  return job;
}

std::size_t AppendLogQueue::frames_to_merge() const {
  std::size_t count = 0;
  std::uint64_t bytes = 0;
  for (const LogJob& job : jobs_) {
    const auto* frame = std::get_if<FramePointer>(&job);
    if (frame == nullptr) break;
    bytes += (*frame)->bytes();
    if (count > 0 && bytes > kMergedBytes) break;
    ++count;
  }
  return count;
}

FramePointer AppendLogQueue::take_merged(std::size_t count) {
  auto merged = std::make_shared<Frame>();
  for (std::size_t i = 0; i < count; ++i) {
    const FramePointer frame = std::move(std::get<FramePointer>(jobs_.front()));
    jobs_.pop_front();
    merged->epoch = frame->epoch;
    merged->time = frame->time;
    merged->commands += frame->commands;
    merged->pieces.insert(merged->pieces.end(), frame->pieces.begin(), frame->pieces.end());
  }
  bytes_ -= merged->bytes();
  merged_ += count - 1;
  return merged;
}

std::uint64_t AppendLogQueue::queued_bytes() const {
  const std::lock_guard lock{mutex_};
  return bytes_;
}

std::uint64_t AppendLogQueue::merged_frames() const {
  const std::lock_guard lock{mutex_};
  return merged_;
}

}  // namespace countd::persistence
