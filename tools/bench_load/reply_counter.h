// Counts whole replies in a stream without keeping them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace countd::load {

class ReplyCounter {
 public:
  /// The number of top-level replies that end within these bytes, which go on where the last ended.
  std::uint64_t feed(std::string_view bytes);

  [[nodiscard]] std::uint64_t errors() const { return errors_; }
  [[nodiscard]] const std::string& first_error() const { return first_error_; }

 private:
  std::uint64_t end_of_line();

  std::uint64_t nested_ = 0;  // items of aggregates still to come
  std::uint64_t skip_ = 0;    // bytes of a bulk still to come, its line end included
  char type_ = 0;             // 0: a reply begins
  std::string line_;
  std::uint64_t errors_ = 0;
  std::string first_error_;
};

}  // namespace countd::load
