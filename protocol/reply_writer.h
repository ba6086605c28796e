// Writes replies as bytes: every type of RESP3, each with its RESP2 form where the client has
// not said HELLO 3.
#pragma once

#include <cstdint>
#include <string_view>

#include "protocol/byte_buffer.h"

namespace countd::protocol {

enum class Version : std::uint8_t { kResp2 = 2, kResp3 = 3 };

class ReplyWriter {
 public:
  ReplyWriter(ByteBuffer& out, Version version) : out_(out), version_(version) {}

  [[nodiscard]] Version version() const { return version_; }

  void simple(std::string_view text);        // +text; CR and LF become blanks
  void error(std::string_view text);         // -text; text begins with its code
  void integer(std::int64_t value);          // :n
  void bulk(std::string_view bytes);         // $n
  void null();                               // _    | $-1
  void null_array();                         // _    | *-1
  void array(std::size_t count);             // *n, then count replies
  void map(std::size_t pairs);               // %n   | *2n, then pairs times two replies
  void set(std::size_t count);               // ~n   | *n
  void push(std::size_t count);              // >n   | *n
  void attribute(std::size_t pairs);         // |n; RESP3 only: callers skip it in RESP2
  void boolean(bool value);                  // #t   | :1
  void number(double value);                 // ,1.5 | $3 1.5; inf, -inf, nan
  void big_number(std::string_view digits);  // (n   | $
  void bulk_error(std::string_view text);    // !n   | -text
  void verbatim(std::string_view format, std::string_view text);  // =n txt:… | $; format: 3 bytes
  void raw(std::string_view bytes) { out_.append(bytes); }

 private:
  void header(char type, std::uint64_t count);

  ByteBuffer& out_;
  Version version_;
};

/// Writes ":value\r\n" at `to`, which has room for 24 bytes; returns how many were written.
std::size_t write_integer(char* to, std::int64_t value);

/// Spells a double as Redis 7.0 does in replies: "%.17g" ("0.10000000000000001", "3", "1e+20"),
/// "inf", "-inf", "nan". The view is valid as long as the buffer.
std::string_view format_double(double value, char (&buffer)[40]);

}  // namespace countd::protocol
