// What a load is: some connections, a pipeline depth, and a pool of requests made beforehand, so
// that the generator spends its time on sockets and not on spelling numbers.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace countd::load {

struct Settings {
  int port = 6379;
  unsigned connections = 50;
  unsigned pipeline = 1;
  double seconds = 2;
  double warm_up = 0.3;
  std::uint64_t requests = 0;  // send so many and stop; 0: by time
  std::uint64_t seed = 1;
  bool timeline = false;               // also tell the operations of each 20 ms
  std::vector<std::string> templates;  // sent in turn
};

/// Requests in wire form, one behind the other; request i is bytes [starts[i], starts[i+1]).
struct Pool {
  std::string bytes;
  std::vector<std::size_t> starts;
  [[nodiscard]] std::size_t size() const { return starts.size() - 1; }
};

/// A template is words with variables: <n:1000> a number below 1000 at random, <zipf:1000> the same
/// but 1 is most often (exponent 1), <i> counting on from 0, <new> never the same twice.
/// Throws std::runtime_error for a variable it does not know.
Pool make_pool(const Settings& settings);

}  // namespace countd::load
