// The commands of a frame as text: how a log says what an entry is.
//
//   SET key value                          a string without an expiry
//   SET key value PXAT 1700000000000       and with one
//   RESTORE key 1700000000000 payload REPLACE ABSTTL     what SET cannot say
//   DEL key
#pragma once

#include <initializer_list>
#include <span>
#include <string>
#include <string_view>

#include "storage/base/time.h"
#include "storage/base/value.h"

namespace countd::storage::log {

/// Appends "*2\r\n$3\r\nDEL\r\n$1\r\nk\r\n" for {"DEL", "k"}.
void append_command(std::string& out, std::span<const std::string_view> words);
void append_command(std::string& out, std::initializer_list<std::string_view> words);

/// Appends the command that makes an entry be exactly this, whatever was there before.
void append_state(std::string& out, std::string_view key, const ValueView& value, Millis expiry);

}  // namespace countd::storage::log
