// What is known of a client: plain data, owned by its connection, touched on its thread only.
#pragma once

#include <cstdint>
#include <string>

#include "protocol/reply_writer.h"
#include "storage/base/time.h"
#include "tracking/settings.h"

namespace countd::commands {

struct Command;

enum class ReplyMode : std::uint8_t { kOn, kOff, kSkipNext, kSkipping };

struct Session {
  std::uint64_t id = 0;
  std::string name;
  std::string library_name;
  std::string library_version;
  std::string user = "default";
  std::string peer_address;  // "127.0.0.1:50000" or the unix socket's path and ":0"
  std::string local_address;
  int descriptor = -1;
  storage::Millis created = 0;
  storage::Millis last_active = 0;
  int db = 0;
  protocol::Version version = protocol::Version::kResp2;
  bool authenticated = true;
  bool no_evict = false;
  bool no_touch = false;
  bool close_after_reply = false;
  tracking::Settings tracking;
  ReplyMode reply_mode = ReplyMode::kOn;
  const Command* last_command = nullptr;  // its row; null before the first
  std::uint64_t commands = 0;
  std::uint64_t bytes_in = 0;
  std::uint64_t bytes_out = 0;
  // Filled in by the connection when it is asked for what it is:
  std::size_t query_buffer_bytes = 0;
  std::size_t output_buffer_bytes = 0;
  bool blocked = false;  // in a command that waits, or by CLIENT PAUSE
};

}  // namespace countd::commands
