// The disk as everything above sees it: a seam, so that faults and crashes can be simulated.
//
// RealDisk is POSIX. A test's disk may write short, refuse with ENOSPC, fail an fsync or forget
// what was never synced; callers must be right under all of these. No function here retries
// a failed sync: after one, what is on disk is unknown (see `File::sync`).
#pragma once

#include <boost/system/result.hpp>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "storage/base/assert.h"

namespace countd::storage {

/// What the operating system refused, in words fit for a log line.
struct DiskError {
  DiskError() = default;
  DiskError(int error_code, std::string text) : code(error_code), what(std::move(text)) {}

  int code = 0;      // errno
  std::string what;  // "fsync temp-1-1.rdb: No space left on device"
};

/// "<operation> <path>: <strerror(code)>".
DiskError disk_error(int code, std::string_view operation, std::string_view path);

[[noreturn]] inline void throw_exception_from_error(const DiskError&,
                                                    const boost::source_location&) {
  ASSERT(false && "a DiskResult was used as a value without a look at its error");
  std::abort();
}

template <class T>
using DiskResult = boost::system::result<T, DiskError>;
using DiskStatus = DiskResult<void>;

/// A file being written, front to back. Closed by its destructor, which syncs nothing.
class File {
 public:
  virtual ~File() = default;
  /// Writes some of `bytes` (at least one byte) and returns how many.
  virtual DiskResult<std::size_t> write_some(std::string_view bytes) = 0;
  /// Returns when all that was written is durable. After a failure the file must be given up:
  /// a second sync may report success for bytes that were lost. A file that has lost its name is
  /// one (ENOENT).
  virtual DiskStatus sync() = 0;
  /// Makes bytes [offset, offset + size) go to disk early, so that `sync` has little left to do;
  /// may wait for them. Promises nothing about durability; errors appear in `sync`.
  virtual void write_back(std::uint64_t offset, std::uint64_t size) = 0;

  /// Writes some of `bytes` (at least one byte) at `offset`, not before where writing stands, and
  /// does not move on: what is written later replaces them. A sync covers them too. Returns how
  /// many. Error EOPNOTSUPP: not here.
  virtual DiskResult<std::size_t> write_some_ahead(std::uint64_t offset, std::string_view bytes);
  /// Drops what has been written ahead and not replaced. Durable with the next sync.
  virtual DiskStatus end_here() { return {}; }

  /// Writes all of `bytes`, however short the single writes are.
  DiskStatus write(std::string_view bytes);
  DiskStatus write_ahead(std::uint64_t offset, std::string_view bytes);
};

/// A whole file for reading: valid as long as this object.
class FileBytes {
 public:
  virtual ~FileBytes() = default;
  [[nodiscard]] virtual std::string_view bytes() const = 0;
};

/// What a removed file has left: destroying it gives back the blocks, which takes long for a large
/// file. Any thread may do that.
class Remains {
 public:
  virtual ~Remains() = default;
  /// Gives back the next MiB of what memory still holds of it, and says whether there is more. A
  /// kernel that does not preempt itself gives back all that is left in one go, and keeps the core
  /// for so long: who shares it with threads that serve does this first, and rests in between.
  virtual bool shrink() { return false; }
};

/// Held until destroyed; a second holder, in any process, is refused meanwhile.
class FileLock {
 public:
  virtual ~FileLock() = default;
  /// Whoever locks this path meets this lock. False: its file has been removed or replaced.
  [[nodiscard]] virtual bool in_place() const { return true; }
};

class Disk {
 public:
  virtual ~Disk() = default;
  /// An empty file: created, or emptied if it exists.
  virtual DiskResult<std::unique_ptr<File>> create(const std::string& path) = 0;
  /// Writes go to the end; created if missing.
  virtual DiskResult<std::unique_ptr<File>> append(const std::string& path) = 0;
  /// The file's bytes as they are now; nobody may shorten the file meanwhile.
  virtual DiskResult<std::unique_ptr<FileBytes>> read(const std::string& path) = 0;
  /// Replaces `to` in one step.
  virtual DiskStatus rename(const std::string& from, const std::string& to) = 0;
  virtual DiskStatus remove(const std::string& path) = 0;
  /// As `remove`, but quick however large the file is, where that can be: what there is to give
  /// back is returned, or null.
  virtual DiskResult<std::unique_ptr<Remains>> unlink(const std::string& path);
  /// As `rename`, but quick however large the file is that `to` named; its remains, or null.
  virtual DiskResult<std::unique_ptr<Remains>> replace(const std::string& from,
                                                       const std::string& to);
  /// A second name for the file. Error EEXIST: something has that name. Not every file system has
  /// second names (EPERM, EOPNOTSUPP).
  virtual DiskStatus link(const std::string& from, const std::string& to);
  /// Shortens the file to its first `size` bytes; the new length is durable when it returns.
  /// Error EINVAL: the file is shorter than that.
  virtual DiskStatus truncate(const std::string& path, std::uint64_t size) = 0;
  /// Makes the directory, whose parent exists. There already: no error.
  virtual DiskStatus create_directory(const std::string& path) = 0;
  /// Makes creations, renames and removals in `directory` durable.
  virtual DiskStatus sync_directory(const std::string& directory) = 0;
  /// Names in `directory`, sorted, without "." and "..".
  virtual DiskResult<std::vector<std::string>> list(const std::string& directory) = 0;
  /// Error EWOULDBLOCK: somebody else holds it. The file is created if missing, and stays.
  virtual DiskResult<std::unique_ptr<FileLock>> lock(const std::string& path) = 0;
};

/// `directory`/`name`; an empty directory is the current one.
std::string join_path(std::string_view directory, std::string_view name);

}  // namespace countd::storage
