// A disk in memory that loses power: what was never synced may be there afterwards, or not.
//
// Of each file it knows the bytes that programs see and those that are on the platter, by sectors
// of 512 bytes; of each directory the changes that no sync_directory has covered. A crash keeps of
// both what its seed decides:
// - a sector that was written and not synced is the new one or the old one (zeros where the file
//   had none), also where it was written over; the file's length is any between the synced one and
//   the last one;
// - a creation, rename or removal that was not synced has happened or has not, each for itself.
// A sync that fails takes some sectors to the platter and forgets that the others were to go
// there, as Linux does: a second sync reports success and brings none of them.
//
// Everything follows from the seed and the order of the calls. One thread.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "storage/base/random.h"
#include "storage/disk/disk.h"

namespace countd::test {

class CrashDisk final : public storage::Disk {
 public:
  enum class Operation : std::uint8_t {
    kCreate,
    kAppend,
    kWrite,
    kSync,
    kRename,
    kRemove,
    kLink,
    kTruncate,
    kCreateDirectory,
    kSyncDirectory,
  };
  /// What a crash does to the unsynced part of a file.
  enum class Tear : std::uint8_t {
    kSectors,  // each sector for itself
    kPrefix,   // sectors in their order up to some point, as a log-structured disk does it
  };

  explicit CrashDisk(std::uint64_t seed, Tear tear = Tear::kSectors);
  ~CrashDisk() override;

  // -- faults -------------------------------------------------------------------------------------
  /// Asked before each operation: the errno with which it is to fail, or 0.
  std::function<int(Operation, const std::string& path)> fault;
  /// Bytes that fit, in all files; what is beyond fails with ENOSPC.
  std::uint64_t capacity = std::uint64_t{1} << 40;
  std::size_t longest_write = std::size_t{1} << 30;
  /// Syncs report success and do nothing: with these on, any test worth its name must fail.
  bool syncs_lie = false;
  bool directory_syncs_lie = false;
  /// As `syncs_lie`, for some files.
  std::function<bool(const std::string& path)> sync_lies_for;

  /// What a file leaves that is unlinked or replaced; unset: nothing.
  std::function<std::unique_ptr<storage::Remains>(const std::string& path)> remains;

  // -- power --------------------------------------------------------------------------------------
  /// The power goes at the operation of this number (the first is 1); whether that one still
  /// happened is the seed's choice.
  void crash_at(std::uint64_t operation) { crash_at_ = operation; }
  /// The power goes now. Everything fails until `power_on`; files that are open are gone for good.
  void crash();
  void power_on() { down_ = false; }
  /// The process ends and the power stays: open files and locks are gone, no byte is.
  void end_process();
  /// The directory is removed with all that is in it, durably.
  void vanish(const std::string& directory);

  [[nodiscard]] bool down() const { return down_; }
  /// Operations until now: all that can change something on the disk.
  [[nodiscard]] std::uint64_t operations() const { return operations_; }

  // -- what programs see now ----------------------------------------------------------------------
  [[nodiscard]] bool has(const std::string& path) const { return seen_.contains(path); }
  [[nodiscard]] std::string contents(const std::string& path) const;
  /// Writes a whole file, durably, with its directories.
  void put(const std::string& path, std::string bytes);

  storage::DiskResult<std::unique_ptr<storage::File>> create(const std::string& path) override;
  storage::DiskResult<std::unique_ptr<storage::File>> append(const std::string& path) override;
  storage::DiskResult<std::unique_ptr<storage::FileBytes>> read(const std::string& path) override;
  storage::DiskStatus rename(const std::string& from, const std::string& to) override;
  storage::DiskStatus remove(const std::string& path) override;
  storage::DiskResult<std::unique_ptr<storage::Remains>> unlink(const std::string& path) override;
  storage::DiskResult<std::unique_ptr<storage::Remains>> replace(const std::string& from,
                                                                 const std::string& to) override;
  storage::DiskStatus link(const std::string& from, const std::string& to) override;
  storage::DiskStatus truncate(const std::string& path, std::uint64_t size) override;
  storage::DiskStatus create_directory(const std::string& path) override;
  storage::DiskStatus sync_directory(const std::string& directory) override;
  storage::DiskResult<std::vector<std::string>> list(const std::string& directory) override;
  storage::DiskResult<std::unique_ptr<storage::FileLock>> lock(const std::string& path) override;

 private:
  /// A file, or a directory, whatever its names are.
  struct Node {
    bool directory = false;
    std::string seen;
    std::string durable;
    std::set<std::size_t> dirty;  // sectors of `seen` that a sync has to bring
  };
  using NodePointer = std::shared_ptr<Node>;
  using Names = std::map<std::string, NodePointer>;
  /// One change of a directory: `node` loses the name `from` and gets the name `to`; either may
  /// be missing.
  struct NameChange {
    std::string directory;
    std::string from;
    std::string to;
    NodePointer node;
  };
  class OpenFile;
  class HeldLock;

  static NodePointer new_directory();
  static std::string parent_of(const std::string& path);
  static void apply(const NameChange& change, Names& names);
  static void write(Node& node, std::size_t offset, std::string_view bytes);
  static void copy_sector(const Node& node, std::size_t sector, std::string& to);
  template <class Effect>
  storage::DiskStatus change(Operation operation, const std::string& path, Effect&& effect);
  void record(NameChange change);
  storage::DiskStatus open(Operation operation, const std::string& path, NodePointer& node);
  storage::DiskStatus sync(const NodePointer& node, const std::string& path);
  void fail_sync(Node& node);
  void tear(Node& node);
  [[nodiscard]] bool directory_exists(const std::string& path) const;
  [[nodiscard]] std::uint64_t used() const;

  storage::Random random_;
  Tear tear_;
  Names seen_;
  Names durable_;
  std::vector<NameChange> unsynced_;
  std::set<std::string> locked_;
  std::uint64_t operations_ = 0;
  std::uint64_t crash_at_ = 0;
  std::uint64_t lifetime_ = 0;  // of what programs hold: one more with each crash
  bool down_ = false;
};

}  // namespace countd::test
