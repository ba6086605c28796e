#include "storage/disk/real_disk.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <optional>
#include <utility>

namespace countd::storage {
namespace {

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&&) = delete;
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  [[nodiscard]] int get() const { return fd_; }

 private:
  int fd_;
};

/// How many names an open file has; nothing, and errno, if that cannot be known.
std::optional<std::uint64_t> links(int fd) {
#ifdef STATX_NLINK
  // Nothing else is asked for: once somebody has looked at a file's times, the next write gives it
  // a fresh one (multigrain timestamps, Linux 6.13), and the sync after that writes the inode too.
  struct statx status{};
  if (::statx(fd, "", AT_EMPTY_PATH, STATX_NLINK, &status) != 0) return std::nullopt;
  return status.stx_nlink;
#else
  struct stat status{};
  if (::fstat(fd, &status) != 0) return std::nullopt;
  return status.st_nlink;
#endif
}

class RealFile final : public File {
 public:
  RealFile(Descriptor fd, std::string path) : fd_(std::move(fd)), path_(std::move(path)) {}

  DiskResult<std::size_t> write_some(std::string_view bytes) override {
    return written([&] { return ::write(fd_.get(), bytes.data(), bytes.size()); });
  }

  DiskResult<std::size_t> write_some_ahead(std::uint64_t offset, std::string_view bytes) override {
    return written([&] {
      return ::pwrite(fd_.get(), bytes.data(), bytes.size(), static_cast<off_t>(offset));
    });
  }

  DiskStatus end_here() override {
    const off_t here = ::lseek(fd_.get(), 0, SEEK_CUR);
    if (here < 0 || ::ftruncate(fd_.get(), here) != 0) {
      return disk_error(errno, "truncate", path_);
    }
    return {};
  }

  DiskStatus sync() override {
    if (::fdatasync(fd_.get()) != 0) return disk_error(errno, "fsync", path_);
    // A file that has been removed, perhaps with its directory, takes writes and loses them all.
    const auto names = links(fd_.get());
    if (!names) return disk_error(errno, "stat", path_);
    if (*names == 0) return disk_error(ENOENT, "fsync", path_);
    return {};
  }

  void write_back(std::uint64_t offset, std::uint64_t size) override {
#ifdef SYNC_FILE_RANGE_WRITE
    // The call only hurries the kernel, so an error (a file system without it) changes nothing.
    static_cast<void>(::sync_file_range(fd_.get(), static_cast<off_t>(offset),
                                        static_cast<off_t>(size),
                                        SYNC_FILE_RANGE_WAIT_BEFORE | SYNC_FILE_RANGE_WRITE));
#else
    static_cast<void>(offset);
    static_cast<void>(size);
#endif
  }

 private:
  /// What a call that writes has written.
  template <class Write>
  DiskResult<std::size_t> written(Write&& write) {
    for (;;) {
      const ssize_t size = write();
      if (size > 0) return static_cast<std::size_t>(size);
      if (size < 0 && errno == EINTR) continue;
      return disk_error(size == 0 ? ENOSPC : errno, "write", path_);
    }
  }

  Descriptor fd_;
  std::string path_;
};

class MappedFile final : public FileBytes {
 public:
  MappedFile(void* address, std::size_t size) : address_(address), size_(size) {}
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;
  ~MappedFile() override {
    if (size_ > 0) ::munmap(address_, size_);
  }
  [[nodiscard]] std::string_view bytes() const override {
    return {static_cast<const char*>(address_), size_};
  }

 private:
  void* address_;
  std::size_t size_;
};

class RealLock final : public FileLock {
 public:
  RealLock(Descriptor fd, std::string path) : fd_(std::move(fd)), path_(std::move(path)) {}

  [[nodiscard]] bool in_place() const override {
    struct stat held{};
    struct stat named{};
    return ::fstat(fd_.get(), &held) == 0 && ::stat(path_.c_str(), &named) == 0 &&
           held.st_dev == named.st_dev && held.st_ino == named.st_ino;
  }

 private:
  Descriptor fd_;  // flock() ends with its last descriptor
  std::string path_;
};

DiskResult<Descriptor> open_path(const std::string& path, int flags) {
  const int fd = ::open(path.c_str(), flags | O_CLOEXEC, 0644);
  if (fd < 0) return disk_error(errno, "open", path);
  return Descriptor{fd};
}

/// A file without a name lasts as long as something refers to it.
class OpenRemains final : public Remains {
 public:
  explicit OpenRemains(Descriptor fd) : fd_(std::move(fd)) {}

  bool shrink() override {
    struct stat status{};
    if (::fstat(fd_.get(), &status) != 0 || done_ >= status.st_size) return false;
    // A hint: whatever it does not give back goes at the end.
    static_cast<void>(::posix_fadvise(fd_.get(), done_, kPieceBytes, POSIX_FADV_DONTNEED));
    done_ += kPieceBytes;
    return done_ < status.st_size;
  }

 private:
  static constexpr off_t kPieceBytes = 1 << 20;

  Descriptor fd_;
  off_t done_ = 0;
};

/// Null: there is no such file, or it cannot be opened.
std::unique_ptr<Remains> remains_of(const std::string& path) {
  auto fd = open_path(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  if (!fd) return nullptr;
  return std::make_unique<OpenRemains>(std::move(*fd));
}

DiskResult<std::unique_ptr<File>> open_file(const std::string& path, int flags) {
  auto fd = open_path(path, flags);
  if (!fd) return fd.error();
  return std::unique_ptr<File>(std::make_unique<RealFile>(std::move(*fd), path));
}

}  // namespace

DiskResult<std::unique_ptr<File>> RealDisk::create(const std::string& path) {
  return open_file(path, O_WRONLY | O_CREAT | O_TRUNC);
}

DiskResult<std::unique_ptr<File>> RealDisk::append(const std::string& path) {
  return open_file(path, O_WRONLY | O_CREAT | O_APPEND);
}

DiskResult<std::unique_ptr<FileBytes>> RealDisk::read(const std::string& path) {
  const auto fd = open_path(path, O_RDONLY);
  if (!fd) return fd.error();
  struct stat status{};
  if (::fstat(fd->get(), &status) != 0) return disk_error(errno, "stat", path);
  if (S_ISDIR(status.st_mode)) return disk_error(EISDIR, "read", path);
  const auto size = static_cast<std::size_t>(status.st_size);
  void* address = nullptr;
  if (size > 0) {
    address = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, fd->get(), 0);
    if (address == MAP_FAILED) return disk_error(errno, "map", path);
    ::madvise(address, size, MADV_SEQUENTIAL);
  }
  return std::unique_ptr<FileBytes>(std::make_unique<MappedFile>(address, size));
}

DiskStatus RealDisk::rename(const std::string& from, const std::string& to) {
  if (std::rename(from.c_str(), to.c_str()) != 0) return disk_error(errno, "rename", from);
  return {};
}

DiskStatus RealDisk::remove(const std::string& path) {
  if (::unlink(path.c_str()) != 0) return disk_error(errno, "remove", path);
  return {};
}

DiskResult<std::unique_ptr<Remains>> RealDisk::unlink(const std::string& path) {
  auto remains = remains_of(path);
  if (const auto status = remove(path); !status) return status.error();
  return remains;
}

DiskResult<std::unique_ptr<Remains>> RealDisk::replace(const std::string& from,
                                                       const std::string& to) {
  auto remains = remains_of(to);
  if (const auto status = rename(from, to); !status) return status.error();
  return remains;
}

DiskStatus RealDisk::link(const std::string& from, const std::string& to) {
  if (::link(from.c_str(), to.c_str()) != 0) return disk_error(errno, "link", to);
  return {};
}

DiskStatus RealDisk::truncate(const std::string& path, std::uint64_t size) {
  const auto fd = open_path(path, O_WRONLY);
  if (!fd) return fd.error();
  struct stat status{};
  if (::fstat(fd->get(), &status) != 0) return disk_error(errno, "stat", path);
  if (static_cast<std::uint64_t>(status.st_size) < size) {
    return disk_error(EINVAL, "truncate", path);
  }
  if (::ftruncate(fd->get(), static_cast<off_t>(size)) != 0) {
    return disk_error(errno, "truncate", path);
  }
  if (::fsync(fd->get()) != 0) return disk_error(errno, "fsync", path);
  return {};
}

DiskStatus RealDisk::create_directory(const std::string& path) {
  struct stat status{};
  if (::mkdir(path.c_str(), 0755) == 0) return {};
  if (errno != EEXIST) return disk_error(errno, "create", path);
  if (::stat(path.c_str(), &status) != 0) return disk_error(errno, "stat", path);
  if (!S_ISDIR(status.st_mode)) return disk_error(ENOTDIR, "create", path);
  return {};
}

DiskStatus RealDisk::sync_directory(const std::string& directory) {
  const std::string path = directory.empty() ? "." : directory;
  const auto fd = open_path(path, O_RDONLY | O_DIRECTORY);
  if (!fd) return fd.error();
  if (::fsync(fd->get()) != 0) return disk_error(errno, "fsync", path);
  return {};
}

DiskResult<std::vector<std::string>> RealDisk::list(const std::string& directory) {
  const std::string path = directory.empty() ? "." : directory;
  DIR* stream = ::opendir(path.c_str());
  if (stream == nullptr) return disk_error(errno, "list", path);
  std::vector<std::string> names;
  while (const dirent* item = ::readdir(stream)) {
    const std::string_view name = item->d_name;
    if (name != "." && name != "..") names.emplace_back(name);
  }
  ::closedir(stream);
  std::sort(names.begin(), names.end());
  return names;
}

DiskResult<std::unique_ptr<FileLock>> RealDisk::lock(const std::string& path) {
  auto fd = open_path(path, O_RDWR | O_CREAT);
  if (!fd) return fd.error();
  if (::flock(fd->get(), LOCK_EX | LOCK_NB) != 0) return disk_error(errno, "lock", path);
  return std::unique_ptr<FileLock>(std::make_unique<RealLock>(std::move(*fd), path));
}

}  // namespace countd::storage
