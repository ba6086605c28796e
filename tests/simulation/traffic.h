// What clients ask: few keys, so that they meet, and every kind of effect that a log can tell.
//
// Two kinds of keys only grow, so that a recovery can be judged without knowing how the log works:
// "count:<n>" is only incremented and "own:<client>" is set to 1, 2, 3 … by one client alone, both
// in database 0.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "storage/base/random.h"
#include "storage/base/time.h"
#include "tests/support/words.h"

namespace countd::test {

inline constexpr int kDatabases = 3;

/// A growing key that a request writes or reads, and what its reply says about it.
struct Growth {
  std::string key;
  std::int64_t value = 0;
  bool is_write = false;
  bool is_counter = false;
};

class Traffic {
 public:
  Traffic(storage::Random& random, bool wild) : random_(random), wild_(wild) {}

  /// A wave of a client whose session is in `db`.
  std::vector<Words> wave(int client, int db, storage::Millis now);

 private:
  Words request(int client, int& db, storage::Millis now);
  Words growing_request(int client);
  Words string_request(storage::Millis now);
  Words expiry_request(storage::Millis now);
  Words sketch_request();
  Words key_request(int db);
  Words database_request(int db);
  std::string key();
  std::string later(storage::Millis now, std::uint64_t most) {
    return std::to_string(now + 1 + static_cast<storage::Millis>(random_.below(most)));
  }
  std::string number(std::uint64_t bound) { return std::to_string(random_.below(bound)); }

  storage::Random& random_;
  const bool wild_;
  std::map<int, std::uint64_t> written_;  // to "own:<client>"
};

/// What a request of a client in `db` and its reply tell of a growing key; false: nothing.
bool growth_of(const Words& request, const std::string& reply, int db, Growth& growth);

/// Whether the request may change anything.
bool may_write(const Words& request);

}  // namespace countd::test
