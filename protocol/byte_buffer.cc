// Capacity doubles, so that appending n bytes costs O(n) in all; memory is never zero-filled.
#include "protocol/byte_buffer.h"

#include <algorithm>
#include <new>

namespace countd::protocol {

namespace {
constexpr std::size_t kFirstCapacity = 512;
}  // namespace

void ByteBuffer::grow(std::size_t bytes) {
  const std::size_t needed = size_ + bytes;
  if (needed < bytes) throw std::bad_alloc();
  const std::size_t capacity = std::max({kFirstCapacity, capacity_ * 2, needed});
  auto memory = std::make_unique_for_overwrite<char[]>(capacity);
  if (size_ != 0) std::memcpy(memory.get(), memory_.get(), size_);
  memory_ = std::move(memory);
  capacity_ = capacity;
}

void ByteBuffer::consume(std::size_t bytes) {
  size_ -= bytes;
  if (bytes != 0 && size_ != 0) std::memmove(memory_.get(), memory_.get() + bytes, size_);
}

void ByteBuffer::shrink(std::size_t keep_bytes) {
  if (capacity_ <= keep_bytes) return;
  memory_ = keep_bytes == 0 ? nullptr : std::make_unique_for_overwrite<char[]>(keep_bytes);
  capacity_ = keep_bytes;
}

}  // namespace countd::protocol
