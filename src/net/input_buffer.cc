#include "net/input_buffer.h"

#include <algorithm>
#include <cstring>

namespace countd::net {

void InputBuffer::make_room(std::size_t missing) {
  const bool was_full = capacity_ > 0 && end_ == capacity_;
  const std::size_t used = end_ - begin_;
  if (begin_ > 0) {
    std::memmove(memory_.get(), memory_.get() + begin_, used);
    begin_ = 0;
    end_ = used;
  }
  if (capacity_ == 0) return resize(kSmallest);
  if (used == 0 && capacity_ > kLargestKept) return resize(kSmallest);
  // A read that filled the block says that more waits: larger reads cost fewer calls.
  if (was_full && capacity_ < kLargestKept) return resize(capacity_ * 4);
  if (free_bytes() < std::max<std::size_t>(missing, 1)) {
    resize(std::max(capacity_ + 1, std::min(capacity_ * 2, used + missing)));
  }
}

void InputBuffer::resize(std::size_t capacity) {
  auto memory = std::make_unique_for_overwrite<char[]>(capacity);
  if (end_ > begin_) std::memcpy(memory.get(), memory_.get() + begin_, end_ - begin_);
  memory_ = std::move(memory);
  capacity_ = capacity;
  end_ -= begin_;
  begin_ = 0;
}

}  // namespace countd::net
