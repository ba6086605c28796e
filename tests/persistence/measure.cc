// Measures CRC, encoding, saving and loading of N counters on one core, and prints a line each:
//
//   measure_persistence [keys] [directory]
//
// Not a test: it asserts nothing about speed.
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <string>

#include "persistence/snapshot_loader.h"
#include "persistence/snapshot_thread.h"
#include "storage/disk/real_disk.h"
#include "storage/keyspace/keyspace.h"
#include "storage/rdb/crc64.h"

using namespace countd;

namespace {

/// Wall time and the process's processor time: on a busy machine only the latter says something.
class Watch {
 public:
  [[nodiscard]] double wall() const { return now(CLOCK_MONOTONIC) - wall_; }
  [[nodiscard]] double processor() const { return now(CLOCK_PROCESS_CPUTIME_ID) - processor_; }

 private:
  static double now(clockid_t clock) {
    timespec time{};
    clock_gettime(clock, &time);
    return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
  }
  double wall_ = now(CLOCK_MONOTONIC);
  double processor_ = now(CLOCK_PROCESS_CPUTIME_ID);
};

void print(const char* what, const Watch& watch, std::uint64_t keys) {
  std::printf("%-34s %7.3f s, processor %7.3f s, %6.1f ns/key\n", what, watch.wall(),
              watch.processor(), watch.processor() / static_cast<double>(keys) * 1e9);
}

void measure_crc() {
  const std::string bytes(256 << 10, 'x');
  constexpr int kRounds = 2000;
  std::uint64_t crc = 0;
  Watch watch;
  for (int i = 0; i < kRounds; ++i) crc = storage::rdb::crc64(crc, bytes);
  double seconds = watch.processor();
  const double gigabytes = 1e-9 * kRounds * static_cast<double>(bytes.size());
  std::printf("crc64                              %8.1f GB/s\n", gigabytes / seconds);
  watch = {};
  for (int i = 0; i < kRounds / 10; ++i) crc = storage::rdb::crc64_by_tables(crc, bytes);
  seconds = watch.processor();
  std::printf("crc64 by tables                    %8.1f GB/s  (%llx)\n", gigabytes / 10 / seconds,
              static_cast<unsigned long long>(crc));
}

void measure_encode(std::uint64_t keys) {
  std::uint64_t bytes = 0;
  storage::rdb::BlockWriter writer{{},
                                   [&](const storage::rdb::Block& block) { bytes += block.size; }};
  std::string key = "counter:0000000";
  const Watch watch;
  for (std::uint64_t i = 0; i < keys; ++i) {
    key[14] = static_cast<char>('0' + i % 10);
    writer.emit(0, key, storage::ValueView{static_cast<std::int64_t>(i)}, storage::kNoExpiry);
  }
  writer.flush();
  print("encode a counter, CRC included", watch, keys);
}

void save(storage::Keyspace& keyspace, storage::Disk& disk, const std::string& directory,
          std::uint64_t seed) {
  persistence::SnapshotResult result;
  persistence::SnapshotTarget target;
  target.directory = directory;
  target.file_name = "measure.rdb";
  persistence::SnapshotThread thread{disk, target, 1, [&](const auto& done) { result = done; }};
  auto& writer = thread.writer();
  const Watch watch;
  keyspace.begin_snapshot(writer.shard(0));
  storage::rdb::FileFacts facts;
  facts.hash_seed = seed;
  facts.sizes = {{0, keyspace.size(0), keyspace.expires(0)}};
  writer.begin(facts);
  while (!keyspace.snapshot_slice(1000)) {
  }
  writer.finish(0);
  print("traversal", watch, keyspace.size(0));
  thread.wait();
  print("save until durable", watch, keyspace.size(0));
  std::printf("  %s %llu bytes %s\n", result.ok ? "ok" : "failed",
              static_cast<unsigned long long>(result.bytes), result.error.c_str());
}

void load(storage::Disk& disk, const std::string& path, std::uint64_t seed, const char* what) {
  storage::KeyspaceOptions options;
  options.hash_seed = seed;
  storage::Keyspace keyspace{options};
  storage::Keyspace* const shard = &keyspace;
  const Watch watch;
  const auto loaded = persistence::load_snapshot(disk, path, {&shard, 1}, nullptr, {});
  if (!loaded) {
    std::printf("%s\n", loaded.error().what.c_str());
    return;
  }
  print(what, watch, loaded->keys);
}

}  // namespace

int main(int argc, char** argv) {
  const std::uint64_t keys = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 5'000'000;
  const std::string directory = argc > 2 ? argv[2] : "/tmp";
  constexpr std::uint64_t kSeed = 42;
  measure_crc();
  measure_encode(keys);
  storage::RealDisk disk;
  const std::string path = storage::join_path(directory, "measure.rdb");
  {
    storage::KeyspaceOptions options;
    options.hash_seed = kSeed;
    storage::Keyspace keyspace{options};
    const Watch watch;
    for (std::uint64_t i = 0; i < keys; ++i) {
      const std::string name = "counter:" + std::to_string(i);
      keyspace.set(keyspace.key(name, 0), static_cast<std::int64_t>(i * 7));
    }
    print("fill, one by one", watch, keys);
    save(keyspace, disk, directory, kSeed);
  }
  load(disk, path, kSeed, "load, hash seed of the file");
  load(disk, path, kSeed + 1, "load, another hash seed");
  return 0;
}
