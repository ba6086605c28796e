// Which thread a new connection goes to (`connection-placement`).
//
// lowest: the lowest thread that is not busy. A further thread pays only if the machine has
// processor time to spare, so without it connections stay where they are fewest among the threads
// that already work. even: the thread with the fewest connections.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "config/options.h"

namespace countd::server {

/// How many threads serve clients: as the option says or, if it is 0, as many as suit a machine
/// with so many processors. The other half is left to the clients, where they share it, and to the
/// kernel.
int thread_count(int option, unsigned processors);

struct ThreadLoad {
  int busy_percent = 0;
  std::uint64_t connections = 0;
};

/// The index of the thread to take. `idle_percent`: of all processors together.
std::size_t place(config::ConnectionPlacement placement, std::span<const ThreadLoad> threads,
                  int idle_percent);

/// The machine's idle share since the last call, from the first line of /proc/stat.
class IdleGauge {
 public:
  /// 0..100. `stat` is the text of /proc/stat.
  int update(std::string_view stat);

 private:
  std::uint64_t idle_ = 0;
  std::uint64_t total_ = 0;
};

}  // namespace countd::server
