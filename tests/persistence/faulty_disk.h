// A disk in memory that fails where a test says.
#pragma once

#include <cerrno>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "storage/disk/disk.h"

namespace countd::test {

class FaultyDisk final : public storage::Disk {
 public:
  /// Bytes that fit, in all files; what is beyond fails with ENOSPC.
  std::size_t capacity = 1u << 30;
  std::size_t longest_write = 1u << 30;
  bool create_fails = false;
  bool sync_fails = false;
  bool rename_fails = false;
  bool directory_sync_fails = false;
  bool truncate_fails = false;

  std::map<std::string, std::string> files;
  int syncs = 0;
  std::size_t left_to_sync = 0;  // at the last sync: bytes that no write_back had sent before

  storage::DiskResult<std::unique_ptr<storage::File>> create(const std::string& path) override {
    if (create_fails) return storage::disk_error(EACCES, "open", path);
    files[path].clear();
    return std::unique_ptr<storage::File>(std::make_unique<MemoryFile>(*this, path));
  }
  storage::DiskResult<std::unique_ptr<storage::File>> append(const std::string& path) override {
    files[path];
    return std::unique_ptr<storage::File>(std::make_unique<MemoryFile>(*this, path));
  }
  storage::DiskResult<std::unique_ptr<storage::FileBytes>> read(const std::string& path) override {
    const auto found = files.find(path);
    if (found == files.end()) return storage::disk_error(ENOENT, "open", path);
    return std::unique_ptr<storage::FileBytes>(std::make_unique<MemoryBytes>(found->second));
  }
  storage::DiskStatus rename(const std::string& from, const std::string& to) override {
    if (rename_fails) return storage::disk_error(EXDEV, "rename", from);
    files[to] = std::move(files.at(from));
    files.erase(from);
    return {};
  }
  storage::DiskStatus remove(const std::string& path) override {
    if (files.erase(path) == 0) return storage::disk_error(ENOENT, "remove", path);
    return {};
  }
  storage::DiskStatus truncate(const std::string& path, std::uint64_t size) override {
    const auto found = files.find(path);
    if (found == files.end()) return storage::disk_error(ENOENT, "open", path);
    if (truncate_fails) return storage::disk_error(EIO, "truncate", path);
    if (found->second.size() < size) return storage::disk_error(EINVAL, "truncate", path);
    found->second.resize(size);
    return {};
  }
  /// Names are whole paths here, so a directory is there without being made.
  storage::DiskStatus create_directory(const std::string& path) override {
    if (create_fails) return storage::disk_error(EACCES, "create", path);
    return {};
  }
  storage::DiskStatus sync_directory(const std::string& directory) override {
    if (directory_sync_fails) return storage::disk_error(EIO, "fsync", directory);
    return {};
  }
  storage::DiskResult<std::vector<std::string>> list(const std::string& directory) override {
    const std::string before = storage::join_path(directory, "");
    std::vector<std::string> names;
    for (const auto& [path, bytes] : files) {
      if (!path.starts_with(before)) continue;
      const std::string name = path.substr(before.size());
      if (name.find('/') == std::string::npos) names.push_back(name);
    }
    return names;
  }
  storage::DiskResult<std::unique_ptr<storage::FileLock>> lock(const std::string& path) override {
    return storage::disk_error(EWOULDBLOCK, "lock", path);
  }

 private:
  class MemoryFile final : public storage::File {
   public:
    MemoryFile(FaultyDisk& disk, std::string path)
        : disk_(disk), path_(std::move(path)), at_(disk_.files[path_].size()) {}
    storage::DiskResult<std::size_t> write_some(std::string_view bytes) override {
      const auto written = write_some_ahead(at_, bytes);
      if (written) at_ += *written;
      return written;
    }
    storage::DiskResult<std::size_t> write_some_ahead(std::uint64_t offset,
                                                      std::string_view bytes) override {
      const std::size_t size = std::min({bytes.size(), room_at(offset), disk_.longest_write});
      if (size == 0) return storage::disk_error(ENOSPC, "write", path_);
      put(offset, bytes.substr(0, size));
      return size;
    }
    storage::DiskStatus end_here() override {
      disk_.files[path_].resize(at_);
      return {};
    }
    storage::DiskStatus sync() override {
      ++disk_.syncs;
      disk_.left_to_sync = disk_.files[path_].size() - sent_;
      if (disk_.sync_fails) return storage::disk_error(EIO, "fsync", path_);
      return {};
    }
    void write_back(std::uint64_t offset, std::uint64_t size) override { sent_ = offset + size; }

   private:
    /// What is there already takes no room.
    [[nodiscard]] std::size_t room_at(std::size_t offset) const {
      std::size_t used = 0;
      for (const auto& [name, contents] : disk_.files) used += contents.size();
      const std::size_t size = disk_.files[path_].size();
      return (disk_.capacity > used ? disk_.capacity - used : 0) + size - std::min(size, offset);
    }
    void put(std::size_t offset, std::string_view bytes) {
      std::string& file = disk_.files[path_];
      file.resize(std::max(file.size(), offset + bytes.size()));
      file.replace(offset, bytes.size(), bytes);
    }

    FaultyDisk& disk_;
    std::string path_;
    std::size_t at_;
    std::size_t sent_ = 0;
  };

  class MemoryBytes final : public storage::FileBytes {
   public:
    explicit MemoryBytes(std::string bytes) : bytes_(std::move(bytes)) {}
    [[nodiscard]] std::string_view bytes() const override { return bytes_; }

   private:
    std::string bytes_;
  };
};

}  // namespace countd::test
