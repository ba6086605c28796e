#include "storage/disk/disk.h"

#include <cerrno>
#include <cstring>

namespace countd::storage {
namespace {

/// Calls write_some(bytes done, rest) until nothing is left.
template <class WriteSome>
DiskStatus write_all(std::string_view bytes, WriteSome&& write_some) {
  for (std::size_t done = 0; done < bytes.size();) {
    const DiskResult<std::size_t> written = write_some(done, bytes.substr(done));
    if (!written) return written.error();
    ASSERT(*written > 0 && *written <= bytes.size() - done);
    done += *written;
  }
  return {};
}

}  // namespace

DiskError disk_error(int code, std::string_view operation, std::string_view path) {
  std::string what;
  what.append(operation).append(" ").append(path).append(": ").append(std::strerror(code));
  return {code, std::move(what)};
}

DiskStatus File::write(std::string_view bytes) {
  return write_all(bytes,
                   [this](std::uint64_t, std::string_view rest) { return write_some(rest); });
}

DiskStatus File::write_ahead(std::uint64_t offset, std::string_view bytes) {
  return write_all(bytes, [this, offset](std::uint64_t done, std::string_view rest) {
    return write_some_ahead(offset + done, rest);
  });
}

DiskResult<std::size_t> File::write_some_ahead(std::uint64_t, std::string_view) {
  return disk_error(EOPNOTSUPP, "write", "ahead");
}

DiskResult<std::unique_ptr<Remains>> Disk::unlink(const std::string& path) {
  if (const auto status = remove(path); !status) return status.error();
  return std::unique_ptr<Remains>{};
}

DiskResult<std::unique_ptr<Remains>> Disk::replace(const std::string& from, const std::string& to) {
  if (const auto status = rename(from, to); !status) return status.error();
  return std::unique_ptr<Remains>{};
}

DiskStatus Disk::link(const std::string& from, const std::string&) {
  return disk_error(EOPNOTSUPP, "link", from);
}

std::string join_path(std::string_view directory, std::string_view name) {
  std::string path{directory};
  if (!path.empty() && path.back() != '/') path += '/';
  return path.append(name);
}

}  // namespace countd::storage
