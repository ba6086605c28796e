// Who answers a transcript's requests: a server behind a socket, or the commands in this process.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "tests/support/reply.h"
#include "tests/support/words.h"

namespace countd::transcripts {

class Player {
 public:
  virtual ~Player() = default;

  virtual void use_client(const std::string& name) = 0;
  virtual void send(const test::Words& words) = 0;
  virtual void send_bytes(const std::string& bytes) = 0;
  /// The next reply; nullopt if none comes within `wait`.
  virtual std::optional<test::Reply> read(std::chrono::milliseconds wait) = 0;
  virtual bool closed() = 0;
  virtual void advance(std::chrono::milliseconds time) = 0;
};

/// Starts `command` (see ServerProcess) and speaks to it.
std::unique_ptr<Player> make_socket_player(const std::string& command);
/// Runs the command table in this process, over so many shards.
std::unique_ptr<Player> make_in_process_player(int shards);

}  // namespace countd::transcripts
