// Memory for one asynchronous operation at a time: a connection has one read or one write under
// way, so Asio's bookkeeping for it needs no allocator.
#pragma once

#include <array>
#include <cstddef>
#include <new>

namespace countd::net {

class HandlerMemory {
 public:
  HandlerMemory() = default;
  HandlerMemory(const HandlerMemory&) = delete;
  HandlerMemory& operator=(const HandlerMemory&) = delete;

  void* allocate(std::size_t bytes) {
    if (taken_ || bytes > block_.size()) return ::operator new(bytes);
    taken_ = true;
    return block_.data();
  }
  void deallocate(void* memory) {
    if (memory == block_.data()) {
      taken_ = false;
    } else {
      ::operator delete(memory);
    }
  }

 private:
  alignas(std::max_align_t) std::array<std::byte, 256> block_;
  bool taken_ = false;
};

/// The allocator that Asio asks for: bind_allocator(HandlerAllocator<>(memory), handler).
template <class T = void>
class HandlerAllocator {
 public:
  using value_type = T;

  explicit HandlerAllocator(HandlerMemory& memory) : memory_(&memory) {}
  template <class U>
  HandlerAllocator(const HandlerAllocator<U>& other) : memory_(other.memory_) {}

  T* allocate(std::size_t count) const {
    return static_cast<T*>(memory_->allocate(count * sizeof(T)));
  }
  void deallocate(T* memory, std::size_t) const { memory_->deallocate(memory); }

  template <class U>
  bool operator==(const HandlerAllocator<U>& other) const {
    return memory_ == other.memory_;
  }

 private:
  template <class>
  friend class HandlerAllocator;
  HandlerMemory* memory_;
};

}  // namespace countd::net
