// A blocking client for tests: sends what it is told, good or bad, and reads replies one by one.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "tests/support/reply.h"
#include "tests/support/words.h"

namespace countd::test {

/// Every failure of the connection, a reply that does not come in time included, is a
/// std::runtime_error.
class Client {
 public:
  explicit Client(int port, std::chrono::seconds patience = std::chrono::seconds(60));
  ~Client();
  Client(Client&& other) noexcept;
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;
  Client& operator=(Client&&) = delete;

  /// One request, one reply.
  Reply call(const Words& words);
  /// The same, as typed: call_line("SET a \"x y\"").
  Reply call_line(std::string_view line) { return call(split_words(line)); }

  void send(const Words& words) { send_bytes(to_request(words)); }
  void send_bytes(std::string_view bytes);
  Reply read();
  /// The bytes of the reply that read() returned last.
  [[nodiscard]] std::string_view raw() const { return raw_; }
  /// Is a whole reply here already, or does one come within `wait`?
  bool reply_waits(std::chrono::milliseconds wait);
  /// Waits until the server closes; false if it sends something or does nothing for `wait`.
  bool closes_within(std::chrono::milliseconds wait);

  [[nodiscard]] int descriptor() const { return descriptor_; }

 private:
  bool receive();  // false: the server has closed

  int descriptor_ = -1;
  std::string received_;
  std::size_t at_ = 0;
  std::string raw_;
};

}  // namespace countd::test
