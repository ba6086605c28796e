#include "persistence/snapshot_loader.h"

#include <cerrno>
#include <chrono>
#include <memory>
#include <thread>
#include <vector>

#include "persistence/load_worker.h"
#include "storage/rdb/file_writer.h"

namespace countd::persistence {

using storage::rdb::FormatError;
using Loaded = boost::system::result<LoadStats, LoadError>;

namespace {

using Workers = std::vector<std::unique_ptr<LoadWorker>>;

LoadError damaged(const std::string& path, const FormatError& error) {
  return {false, path + ": " + error.text()};
}

/// One thread a worker; a single worker runs on the caller's.
void run_all(Workers& workers) {
  if (workers.size() == 1) return workers.front()->run();
  std::vector<std::thread> threads;
  for (auto& worker : workers) threads.emplace_back([&worker] { worker->run(); });
  for (std::thread& thread : threads) thread.join();
}

std::string unsupported_text(const LoadStats& stats, const FirstUnsupported& first) {
  std::uint64_t values = 0;
  std::string types;
  for (const auto& [type, count] : stats.unsupported) {
    values += count;
    types += (types.empty() ? "" : ", ") + std::to_string(count) + " " + type;
  }
  return std::to_string(values) + " values of types that countd does not hold (" + types +
         "), the first is the " + first.type + " '" + first.key +
         "'; 'rdb-unsupported skip' leaves them out";
}

Loaded collect(const Workers& workers, const std::string& path, const LoadOptions& options) {
  LoadStats total;
  const FirstUnsupported* first = nullptr;
  for (const auto& worker : workers) {
    total.keys += worker->stats.keys;
    total.expired += worker->stats.expired;
    for (const auto& [type, count] : worker->stats.unsupported) total.unsupported[type] += count;
    if (!worker->first_unsupported) continue;
    if (first == nullptr || worker->first_unsupported->offset < first->offset) {
      first = &*worker->first_unsupported;
    }
  }
  if (first != nullptr && !options.skip_unsupported) {
    return damaged(path, {first->offset, unsupported_text(total, *first)});
  }
  return total;
}

}  // namespace

Loaded load_snapshot(storage::Disk& disk, const std::string& path,
                     std::span<storage::Keyspace* const> shards, ShardOf shard_of,
                     const LoadOptions& options) {
  using Clock = std::chrono::steady_clock;
  const Clock::time_point began = Clock::now();
  const auto file = disk.read(path);
  if (!file) return LoadError{file.error().code == ENOENT, file.error().what};
  const std::string_view bytes = (*file)->bytes();
  const auto layout = storage::rdb::read_layout(bytes, options.databases);
  if (!layout) return damaged(path, layout.error());

  LoadTask task{bytes, *layout, shards, options};
  task.shard_of = shard_of;
  Workers workers;
  for (std::size_t i = 0; i < shards.size(); ++i) {
    workers.push_back(std::make_unique<LoadWorker>(task, i));
  }
  run_all(workers);
  if (task.failed()) return damaged(path, task.error);
  Loaded loaded = collect(workers, path, options);
  if (!loaded) return loaded;
  loaded->bytes = bytes.size();
  loaded->seconds = std::chrono::duration<double>(Clock::now() - began).count();
  return loaded;
}

std::optional<std::uint64_t> snapshot_hash_seed(storage::Disk& disk, const std::string& path) {
  const auto file = disk.read(path);
  if (!file) return {};
  constexpr int kAnyDatabase = 1 << 30;
  const auto layout = storage::rdb::read_layout((*file)->bytes(), kAnyDatabase);
  if (!layout) return {};
  return storage::rdb::parse_seed(layout->notes.field(storage::rdb::kHashSeedNote));
}

}  // namespace countd::persistence
