// The Disk of the operating system.
#pragma once

#include "storage/disk/disk.h"

namespace countd::storage {

class RealDisk final : public Disk {
 public:
  DiskResult<std::unique_ptr<File>> create(const std::string& path) override;
  DiskResult<std::unique_ptr<File>> append(const std::string& path) override;
  /// Maps the file: its pages come from the page cache and go back to it.
  DiskResult<std::unique_ptr<FileBytes>> read(const std::string& path) override;
  DiskStatus rename(const std::string& from, const std::string& to) override;
  DiskStatus remove(const std::string& path) override;
  DiskResult<std::unique_ptr<Remains>> unlink(const std::string& path) override;
  DiskResult<std::unique_ptr<Remains>> replace(const std::string& from,
                                               const std::string& to) override;
  DiskStatus link(const std::string& from, const std::string& to) override;
  DiskStatus truncate(const std::string& path, std::uint64_t size) override;
  DiskStatus create_directory(const std::string& path) override;
  DiskStatus sync_directory(const std::string& directory) override;
  DiskResult<std::vector<std::string>> list(const std::string& directory) override;
  DiskResult<std::unique_ptr<FileLock>> lock(const std::string& path) override;
};

}  // namespace countd::storage
