#include "tests/simulation/traffic.h"

#include <set>

namespace countd::test {

std::vector<Words> Traffic::wave(int client, int db, storage::Millis now) {
  std::vector<Words> wave;
  for (auto left = 1 + random_.below(8); left > 0; --left) {
    wave.push_back(request(client, db, now));
  }
  return wave;
}

Words Traffic::request(int client, int& db, storage::Millis now) {
  const auto choice = random_.below(20);
  if (choice == 0) {
    // Most of the time in database 0, where the growing keys are.
    db = random_.below(2) == 0 ? 0 : static_cast<int>(random_.below(kDatabases));
    return {"SELECT", std::to_string(db)};
  }
  if (choice < 9) return db == 0 ? growing_request(client) : string_request(now);
  if (choice < 12) return string_request(now);
  if (choice < 14) return expiry_request(now);
  if (choice < 16) return sketch_request();
  if (choice < 19) return key_request(db);
  return random_.below(4) == 0 ? database_request(db) : key_request(db);
}

Words Traffic::growing_request(int client) {
  const std::string counter = "count:" + number(3);
  const std::string own = "own:" + std::to_string(client);
  switch (random_.below(8)) {
    case 0:
      return {"INCRBY", counter, std::to_string(1 + random_.below(5))};
    case 1:
      return {"GET", counter};
    case 2:
      return {"GET", own};
    case 3:
    case 4:
      return {"SET", own, std::to_string(++written_[client])};
    default:
      return {"INCR", counter};
  }
}

// Some keys share a shard by their tag, some do not.
std::string Traffic::key() {
  const std::string name = number(5);
  return random_.below(3) == 0 ? "{tag}" + name : "key" + name;
}

Words Traffic::string_request(storage::Millis now) {
  switch (random_.below(9)) {
    case 0:
      return {"SET", key(), number(1000)};
    case 1:
      return {"SET", key(), std::string(random_.below(700), 'a')};
    case 2:
      return {"SET", key(), "brief", "PX", std::to_string(1 + random_.below(3000))};
    case 3:
      return {"INCR", key()};
    case 4:
      return {"DECRBY", key(), number(100)};
    case 5:
      return {"APPEND", key(), "more"};
    case 6:
      return {"MSET", key(), number(1000), key(), "text", key(), number(9)};
    case 7:
      return {"SET", key(), "at", "PXAT", later(now, 3000)};
    default:
      return {"GETDEL", key()};
  }
}

Words Traffic::expiry_request(storage::Millis now) {
  switch (random_.below(5)) {
    case 0:
      return {"PEXPIRE", key(), std::to_string(1 + random_.below(3000))};
    case 1:
      return {"EXPIRE", key(), std::to_string(1 + random_.below(3))};
    case 2:
      return {"PEXPIREAT", key(), later(now - 500, 2000)};
    case 3:
      return {"PERSIST", key()};
    default:
      return {"GETEX", key(), "PX", std::to_string(1 + random_.below(2000))};
  }
}

Words Traffic::sketch_request() {
  const std::string distinct = "distinct" + number(3);
  const std::string often = "often" + number(2);
  switch (random_.below(8)) {
    case 0:
      return {"PFMERGE", distinct, "distinct" + number(3), "distinct" + number(3)};
    case 1:
      return {"PFCOUNT", distinct};
    case 2:
      return {"CMS.INCR", often, "item" + number(6), std::to_string(1 + random_.below(9))};
    case 3:
      return {"CMS.INCRBY", often, "item" + number(6), "2", "item" + number(6), "3"};
    case 4:
      return {"CMS.INITBYDIM", often, "8", "2"};
    case 5:
      return {"DEL", random_.below(2) == 0 ? distinct : often};
    default:
      return {"PFADD", distinct, "item" + number(500), "item" + number(500)};
  }
}

Words Traffic::key_request(int db) {
  const std::string other =
      std::to_string((db + 1 + static_cast<int>(random_.below(2))) % kDatabases);
  const std::string sketch = (random_.below(2) == 0 ? "distinct" : "often") + number(2);
  switch (random_.below(10)) {
    case 0:
      return {"RENAME", key(), key()};
    case 1:
      return {"RENAME", sketch, sketch.substr(0, sketch.size() - 1) + number(2)};
    case 2:
      return {"COPY", key(), key(), "REPLACE"};
    case 3:
      return {"COPY", random_.below(2) == 0 ? sketch : key(), key(), "DB", other};
    case 4:
      return {"MOVE", random_.below(3) == 0 ? sketch : key(), other};
    case 5:
      return {"DEL", key(), key()};
    case 6:
      return {"MGET", key(), key(), key()};
    case 7:
      return {"GET", key()};
    default:
      return {"UNLINK", key()};
  }
}

// The growing keys must stay in database 0 and live, unless the plan is wild.
Words Traffic::database_request(int db) {
  if (!wild_) return db == 0 ? Words{"DBSIZE"} : Words{"FLUSHDB"};
  switch (random_.below(3)) {
    case 0:
      return {"FLUSHALL"};
    case 1:
      return {"FLUSHDB"};
    default:
      return {"SWAPDB", number(kDatabases), number(kDatabases)};
  }
}

bool growth_of(const Words& request, const std::string& reply, int db, Growth& growth) {
  if (db != 0 || request.size() < 2) return false;
  growth.key = request[1];
  growth.is_counter = growth.key.starts_with("count:");
  if (!growth.is_counter && !growth.key.starts_with("own:")) return false;
  growth.is_write = request[0] != "GET";
  if (reply.empty() || reply[0] == '-') return false;
  if (request[0] == "SET") {
    growth.value = std::stoll(request[2]);
  } else if (growth.is_write) {
    growth.value = std::stoll(reply.substr(1));
  } else if (reply.starts_with("$-1") || reply == "_") {
    growth.value = 0;
  } else {
    growth.value = std::stoll(reply.substr(reply.find('\n') + 1));
  }
  return true;
}

bool may_write(const Words& request) {
  static const std::set<std::string> kReads{"GET", "MGET", "PFCOUNT", "SELECT", "DBSIZE"};
  return !kReads.contains(request[0]);
}

}  // namespace countd::test
