// The bytes a client has sent and that are not parsed yet. Words of the wave under way point into
// it, so it moves only between waves (`make_room`). Idle clients cost one small block.
#pragma once

#include <cstddef>
#include <memory>
#include <string_view>

namespace countd::net {

class InputBuffer {
 public:
  /// What is not consumed yet.
  [[nodiscard]] std::string_view view() const { return {memory_.get() + begin_, end_ - begin_}; }
  void consume(std::size_t bytes) { begin_ += bytes; }
  /// Undoes the last consume().
  void take_back(std::size_t bytes) { begin_ -= bytes; }
  [[nodiscard]] bool empty() const { return begin_ == end_; }
  [[nodiscard]] std::size_t capacity() const { return capacity_; }

  /// Where the next read goes. REQUIRES: make_room() since the last consume().
  [[nodiscard]] char* free_begin() { return memory_.get() + end_; }
  [[nodiscard]] std::size_t free_bytes() const { return capacity_ - end_; }
  void commit(std::size_t bytes) { end_ += bytes; }
  /// Moves what is left to the front and leaves at least one free byte, or as many as are
  /// `missing` as far as memory may double; gives a block back that has become too large.
  void make_room(std::size_t missing);

 private:
  static constexpr std::size_t kSmallest = 4 * 1024;
  static constexpr std::size_t kLargestKept = 64 * 1024;

  void resize(std::size_t capacity);

  std::unique_ptr<char[]> memory_;
  std::size_t capacity_ = 0;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

}  // namespace countd::net
