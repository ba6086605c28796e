// Places for a server's files where room can be taken away and given back.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "tests/support/server_process.h"

namespace countd::test {

class SmallDisk {
 public:
  virtual ~SmallDisk() = default;
  [[nodiscard]] virtual std::string name() const = 0;
  [[nodiscard]] virtual std::string folder() const = 0;
  /// From now on the server, which keeps its files in folder(), can write no byte more.
  virtual void take_room(const ServerProcess& server) = 0;
  virtual void give_room(const ServerProcess& server) = 0;
};

/// All kinds that this machine allows, at least one: a file system of its own in memory, which the
/// test fills up (needs the right to mount), and a limit on the size of the server's files.
std::vector<std::unique_ptr<SmallDisk>> small_disks();

}  // namespace countd::test
