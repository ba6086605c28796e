// The journal: the ordered stream of what the shards changed, as frames. Its readers (the log on
// disk, later replicas and sinks) follow.
//
// Time is cut into intervals under a check-out of all shards, so a frame is one state of the whole
// data set, and what a command or a transaction did is never torn apart. A cut costs each shard the
// turn of a mark; then every home shard hands its part over in slices, and whoever finishes last
// puts the frame together and gives it to the readers.
//
//   interval   1            | 2                  | 3 …
//   writes     a=1 b=1 a=2  | b=2                |
//   frame                   | 1: SET a 2 SET b 1 | 2: SET b 2
//
// Readers take frames by reference and queue them; a shard never waits for one. While a reader has
// too much queued no cut is made: the interval grows longer instead, and what has to be kept for
// it grows with the number of different entries, not with the number of writes.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "journal/collector.h"
#include "storage/base/time.h"
#include "storage/keyspace/keyspace.h"
#include "storage/log/frame.h"

namespace countd::journal {

using storage::log::FramePointer;

class Reader {
 public:
  virtual ~Reader() = default;
  /// The next frame. Called on some shard's thread; must not block.
  virtual void take(const FramePointer& frame) = 0;
  /// False: it has as much to do as it can hold, and wants no frame now. Any thread.
  [[nodiscard]] virtual bool ready() const = 0;
};

class Journal {
 public:
  /// A cut with so little to hand over is finished on the spot: no slices, no wake-ups.
  static constexpr std::size_t kSmallCut = 512;

  explicit Journal(std::size_t shards, std::size_t small_cut = kSmallCut)
      : small_cut_(small_cut), collectors_(shards), part_open_(shards), kept_bytes_(shards) {}

  // -- with all shards checked out --------------------------------------------------------------
  /// From now on changes are collected; the first interval's number is `next_epoch`.
  /// REQUIRES: not running.
  void begin(std::span<storage::Keyspace* const> keys, std::uint64_t next_epoch);
  /// Nothing is collected any more; the interval, and a cut that is under way, are dropped.
  void end(std::span<storage::Keyspace* const> keys);
  /// Frames go to `reader` from the next cut on; it must outlive the journal or be detached.
  void attach(Reader& reader) { readers_.push_back(&reader); }
  void detach(Reader& reader) { std::erase(readers_, &reader); }
  /// Ends the interval at `now`. `delivered` is called right after its frame has gone to the
  /// reader, on the same thread; it must not block. REQUIRES: running, no cut under way.
  void cut(std::span<storage::Keyspace* const> keys, storage::Millis now,
           std::function<void()> delivered);

  // -- on a shard's thread, with its lease ------------------------------------------------------
  /// After something ran on the shard: whether the interval has anything to tell.
  void note(const storage::Keyspace& keys) {
    if (keys.log_dirty()) word_.fetch_or(1);
  }
  /// Hands over about `entries` more of the cut under way; true when the shard's part is done.
  bool slice(std::size_t shard, storage::Keyspace& keys, std::size_t entries);
  /// The shard has something to hand over.
  [[nodiscard]] bool part_open(std::size_t shard) const {
    return part_open_[shard].load(std::memory_order_acquire);
  }
  /// Entries and bytes of this shard that wait for the next cut are many. Publishes how many.
  bool crowded(std::size_t shard, const storage::Keyspace& keys);

  // -- any thread -------------------------------------------------------------------------------
  [[nodiscard]] bool running() const { return running_.load(std::memory_order_acquire); }
  [[nodiscard]] bool cut_running() const { return cut_running_.load(); }
  /// No cut is under way and all readers want one more frame.
  [[nodiscard]] bool ready() const;
  /// Bytes that the shards keep for the next cut, as each has last published them.
  [[nodiscard]] std::uint64_t kept_bytes() const;
  /// The interval's number.
  [[nodiscard]] std::uint64_t epoch() const { return word_.load() >> 1; }
  /// The interval has something to tell.
  [[nodiscard]] bool dirty() const { return (word_.load() & 1) != 0; }
  /// What has happened until now is in the frames up to this epoch.
  [[nodiscard]] std::uint64_t told_until() const {
    const std::uint64_t word = word_.load();
    return (word >> 1) - ((word & 1) != 0 ? 0 : 1);
  }

 private:
  void deliver();

  const std::size_t small_cut_;
  std::vector<Collector> collectors_;
  std::vector<std::atomic<bool>> part_open_;
  std::vector<std::atomic<std::uint64_t>> kept_bytes_;
  std::vector<Reader*> readers_;
  std::atomic<bool> running_{false};
  std::atomic<bool> cut_running_{false};
  std::atomic<std::size_t> parts_left_{0};
  // The interval's number and, as lowest bit, whether it is dirty: read as one.
  std::atomic<std::uint64_t> word_{2};
  // Of the cut under way; written under the check-out, read by who finishes last.
  std::uint64_t cut_epoch_ = 0;
  storage::Millis cut_time_ = 0;
  std::function<void()> delivered_;
};

}  // namespace countd::journal
