#include "tests/end_to_end/crash_load.h"

#include <chrono>
#include <stdexcept>

namespace countd::test {
namespace {

constexpr std::array<std::size_t, 5> kDepths = {1, 1, 4, 16, 50};

std::uint64_t now() {
  return static_cast<std::uint64_t>(std::chrono::steady_clock::now().time_since_epoch().count());
}

}  // namespace

std::string crash_key(std::size_t client, std::size_t key) {
  if (key >= kOwnKeys) return "shared:" + std::to_string(key - kOwnKeys);
  return "client:" + std::to_string(client) + ":" + std::to_string(key);
}

CrashLoad::CrashLoad(const ServerProcess& server, std::uint64_t seed, std::int64_t pair)
    : seed_(seed) {
  memory_.records.resize(kClients);
  memory_.pair_sent = pair;
  memory_.pair_durable = pair;
  for (std::size_t i = 0; i < kClients; ++i) clients_.push_back(server.connect());
  counting_ = std::thread([this] { count(); });
  careful_ = std::thread([this] { count_carefully(); });
}

CrashLoad::~CrashLoad() { end(); }

Memory CrashLoad::end() {
  if (counting_.joinable()) {
    counting_.join();
    careful_.join();
    for (std::size_t i = 0; i < kSharedKeys; ++i) {
      auto& all = memory_.shared[i];
      all.insert(all.end(), careful_shared_[i].begin(), careful_shared_[i].end());
    }
  }
  return memory_;
}

// The server's death ends it, as an exception of some read or write. Every connection is read to
// its end: what had been answered before counts.
void CrashLoad::count() {
  std::mt19937_64 random(seed_);
  bool alive = true;
  while (alive) {
    std::size_t launched = 0;
    try {
      for (; launched < kCareful; ++launched) launch(clients_[launched], launched, random);
    } catch (const std::runtime_error&) {
      alive = false;
      ++launched;  // a part may have been sent
    }
    for (std::size_t i = 0; i < std::min(launched, kCareful); ++i) {
      try {
        land(clients_[i], i);
      } catch (const std::runtime_error&) {
        alive = false;
      }
    }
  }
}

void CrashLoad::count_carefully() {
  std::mt19937_64 random(seed_ + 1);
  auto& client = clients_[kCareful];
  try {
    while (true) {
      launch(client, kCareful, random);
      land(client, kCareful);
      const auto value = std::to_string(++memory_.pair_sent);
      client.call({"MSET", "pair:a", value, "pair:b", value});
      if (client.call({"WAITAOF", "1", "0", "0"}).items.at(0).integer() != 1) continue;
      memory_.records[kCareful].durable_batches = memory_.records[kCareful].batches.size();
      memory_.pair_durable = memory_.pair_sent;
    }
  } catch (const std::runtime_error&) {
  }
}

void CrashLoad::launch(Client& client, std::size_t index, std::mt19937_64& random) {
  auto& batch = memory_.records[index].batches.emplace_back();
  const auto depth = kDepths[random() % kDepths.size()];
  std::string bytes;
  for (std::size_t i = 0; i < depth; ++i) {
    // A batch without a key of its own would say nothing about where its client stands.
    const auto key = i == 0 ? random() % kOwnKeys : random() % kClientKeys;
    batch.keys.push_back(key);
    bytes += to_request({"INCR", crash_key(index, key)});
  }
  batch.began = now();
  client.send_bytes(bytes);
}

void CrashLoad::land(Client& client, std::size_t index) {
  auto& batch = memory_.records[index].batches.back();
  auto& shared = index == kCareful ? careful_shared_ : memory_.shared;
  for (const auto key : batch.keys) {
    const auto value = client.read().integer();
    ++batch.answered;
    answered_.fetch_add(1);
    if (key >= kOwnKeys) shared[key - kOwnKeys].push_back({value, 1, batch.began, now()});
  }
  batch.ended = now();
}

}  // namespace countd::test
