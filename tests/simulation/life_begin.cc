// The start of a life: what the disk holds is loaded, as a server does it, and judged.

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "commands/checked_out.h"
#include "persistence/snapshot_loader.h"
#include "tests/simulation/life.h"

namespace countd::test {

/// Keyspaces in which time stands still. Loading fills them by several threads; what they hold is
/// then moved to the shards in an order that is the same in every run.
class Life::Loading {
 public:
  Loading(std::size_t shards, std::uint64_t hash_seed) {
    for (std::size_t i = 0; i < shards; ++i) {
      owned_.push_back(std::make_unique<storage::Keyspace>(
          storage::KeyspaceOptions{.databases = kDatabases, .hash_seed = hash_seed}));
      keys.push_back(owned_.back().get());
    }
  }

  void move_to(std::vector<shard::Slice>& slices) {
    for (const auto& [name, entry] : state_of(keys)) {
      for (std::size_t i = 0; i < keys.size(); ++i) {
        const auto key = keys[i]->key(name.second, name.first);
        if (!keys[i]->peek(key)) continue;
        slices[i].keys->put(slices[i].keys->key(name.second, name.first), keys[i]->take(key));
      }
    }
  }

  std::vector<storage::Keyspace*> keys;

 private:
  std::vector<std::unique_ptr<storage::Keyspace>> owned_;
};

bool Life::begin() {
  ++machine_.tally.lives;
  Loading loading(simulation_.slices.size(), simulation_.shared.hash_seed);
  const std::string error = load(loading);
  if (machine_.disk.down()) return false;
  if (!error.empty()) machine_.wrong("a start failed: " + error);
  if (!machine_.problem.empty()) return false;
  loading.move_to(simulation_.slices);
  if (!options().appendonly) {
    machine_.promises.forget_shown();
    machine_.promises.new_life(0);
    return true;
  }
  append_only_.begin(keyspaces());
  noted_epoch_ = gate_.journal().epoch() - 1;
  machine_.promises.new_life(noted_epoch_ + 1);
  return true;
}

std::string Life::load(Loading& loading) {
  // The snapshot's file must be good whether it is needed or not.
  Loading snapshot(loading.keys.size(), simulation_.shared.hash_seed);
  if (auto error = load_snapshot(snapshot); !error.empty()) return error;
  machine_.wrong(machine_.promises.judge_snapshot(state_of(snapshot.keys), machine_.latest));
  if (!options().appendonly) return load_snapshot(loading);
  auto& opening = append_only_.opening();
  if (auto error = opening.open(); !error.empty()) return error;
  if (!opening.empty()) return load_log(loading);
  if (auto error = load_snapshot(loading); !error.empty()) return error;
  if (machine_.promises.log_lasts()) machine_.wrong("the log has vanished");
  machine_.promises.log_begins(state_of(loading.keys));
  return opening.begin_with(loading.keys);
}

std::string Life::load_log(Loading& loading) {
  auto error =
      append_only_.opening().load(loading.keys, simulation_.table, simulation_.shared.hash_seed);
  if (!error.empty()) return error;
  machine_.wrong(machine_.promises.judge_log(state_of(loading.keys), machine_.latest));
  return {};
}

std::string Life::load_snapshot(Loading& loading) {
  const auto path = storage::join_path(options().dir, options().dbfilename);
  persistence::LoadOptions load;
  load.databases = kDatabases;
  const auto loaded =
      persistence::load_snapshot(machine_.disk, path, loading.keys, commands::key_shard, load);
  if (loaded.has_value() || loaded.error().missing) return {};
  return loaded.error().what;
}

}  // namespace countd::test
