#include "tests/persistence/crash_disk.h"

#include <algorithm>
#include <cerrno>
#include <iterator>
#include <utility>

namespace countd::test {

using storage::disk_error;
using storage::DiskStatus;

namespace {

std::string_view word_of(CrashDisk::Operation operation) {
  using Operation = CrashDisk::Operation;
  switch (operation) {
    case Operation::kCreate:
    case Operation::kAppend:
      return "open";
    case Operation::kWrite:
      return "write";
    case Operation::kSync:
    case Operation::kSyncDirectory:
      return "fsync";
    case Operation::kRename:
      return "rename";
    case Operation::kRemove:
      return "remove";
    case Operation::kLink:
      return "link";
    case Operation::kTruncate:
      return "truncate";
    case Operation::kCreateDirectory:
      return "create";
  }
  return "";
}

class MemoryBytes final : public storage::FileBytes {
 public:
  explicit MemoryBytes(std::string bytes) : bytes_(std::move(bytes)) {}
  [[nodiscard]] std::string_view bytes() const override { return bytes_; }

 private:
  std::string bytes_;
};

}  // namespace

class CrashDisk::OpenFile final : public storage::File {
 public:
  OpenFile(CrashDisk& disk, NodePointer node, std::string path)
      : disk_(disk),
        node_(std::move(node)),
        path_(std::move(path)),
        lifetime_(disk.lifetime_),
        at_(node_->seen.size()) {}

  storage::DiskResult<std::size_t> write_some(std::string_view bytes) override {
    const auto written = write_at(at_, bytes);
    if (written) at_ += *written;
    return written;
  }
  storage::DiskResult<std::size_t> write_some_ahead(std::uint64_t offset,
                                                    std::string_view bytes) override {
    return write_at(offset, bytes);
  }
  DiskStatus end_here() override {
    if (lifetime_ != disk_.lifetime_) return disk_error(EIO, "truncate", path_);
    return disk_.change(Operation::kTruncate, path_, [&] { node_->seen.resize(at_); });
  }
  DiskStatus sync() override {
    if (lifetime_ != disk_.lifetime_) return disk_error(EIO, "fsync", path_);
    return disk_.sync(node_, path_);
  }
  void write_back(std::uint64_t, std::uint64_t) override {}

 private:
  storage::DiskResult<std::size_t> write_at(std::size_t offset, std::string_view bytes) {
    if (lifetime_ != disk_.lifetime_) return disk_error(EIO, "write", path_);
    const std::uint64_t used = disk_.used();
    // What is there already takes no room.
    const std::uint64_t room = (disk_.capacity > used ? disk_.capacity - used : 0) +
                               (node_->seen.size() - std::min(node_->seen.size(), offset));
    const std::size_t size =
        std::min({bytes.size(), static_cast<std::size_t>(room), disk_.longest_write});
    if (size == 0) return disk_error(ENOSPC, "write", path_);
    const auto status = disk_.change(
        Operation::kWrite, path_, [&] { CrashDisk::write(*node_, offset, bytes.substr(0, size)); });
    if (!status) return status.error();
    return size;
  }

  CrashDisk& disk_;
  NodePointer node_;
  std::string path_;
  std::uint64_t lifetime_;
  std::size_t at_;  // where writing stands
};

class CrashDisk::HeldLock final : public storage::FileLock {
 public:
  HeldLock(CrashDisk& disk, std::string path)
      : disk_(disk),
        node_(disk.seen_.at(path)),
        path_(std::move(path)),
        lifetime_(disk.lifetime_) {}
  HeldLock(const HeldLock&) = delete;
  HeldLock& operator=(const HeldLock&) = delete;
  ~HeldLock() override {
    if (lifetime_ == disk_.lifetime_ && in_place()) disk_.locked_.erase(path_);
  }
  [[nodiscard]] bool in_place() const override {
    return disk_.has(path_) && disk_.seen_.at(path_) == node_;
  }

 private:
  CrashDisk& disk_;
  NodePointer node_;
  std::string path_;
  std::uint64_t lifetime_;
};

CrashDisk::CrashDisk(std::uint64_t seed, Tear tear) : random_(seed), tear_(tear) {}
CrashDisk::~CrashDisk() = default;

// -- power ----------------------------------------------------------------------------------------

void CrashDisk::crash() {
  for (const NameChange& change : std::exchange(unsynced_, {})) {
    if (random_.below(2) == 0) apply(change, durable_);
  }
  seen_ = durable_;
  // What is in a directory that is lost is lost with it; a directory sorts before what is in it.
  for (auto named = seen_.begin(); named != seen_.end();) {
    named = directory_exists(parent_of(named->first)) ? std::next(named) : seen_.erase(named);
  }
  durable_ = seen_;
  std::set<Node*> nodes;
  for (const auto& [path, node] : durable_) {
    // By path, not by address: the same seed must tear the same way in every run.
    if (nodes.insert(node.get()).second) tear(*node);
  }
  end_process();
  down_ = true;
}

void CrashDisk::end_process() {
  ++lifetime_;
  locked_.clear();
}

void CrashDisk::vanish(const std::string& directory) {
  const auto inside = [&](const auto& named) {
    return named.first == directory || named.first.starts_with(directory + "/");
  };
  std::erase_if(seen_, inside);
  std::erase_if(durable_, inside);
  std::erase_if(locked_, [&](const std::string& path) { return !has(path); });
  std::erase_if(unsynced_, [&](const NameChange& change) {
    return change.directory == directory || change.to == directory;
  });
}

// -- bytes ----------------------------------------------------------------------------------------

DiskStatus CrashDisk::sync(const NodePointer& node, const std::string& path) {
  const bool named = std::any_of(seen_.begin(), seen_.end(),
                                 [&](const auto& entry) { return entry.second == node; });
  if (!down_ && !named) return disk_error(ENOENT, "fsync", path);
  const auto status = change(Operation::kSync, path, [&] {
    if (syncs_lie || (sync_lies_for && sync_lies_for(path))) return;
    node->durable.resize(node->seen.size());
    for (const std::size_t sector : node->dirty) copy_sector(*node, sector, node->durable);
    node->dirty.clear();
  });
  if (!status && !down_) fail_sync(*node);
  return status;
}

std::string CrashDisk::contents(const std::string& path) const {
  const auto found = seen_.find(path);
  return found == seen_.end() ? std::string{} : found->second->seen;
}

void CrashDisk::put(const std::string& path, std::string bytes) {
  for (std::string parent = parent_of(path); !parent.empty(); parent = parent_of(parent)) {
    if (directory_exists(parent)) break;
    seen_[parent] = durable_[parent] = new_directory();
  }
  auto node = std::make_shared<Node>();
  node->seen = node->durable = std::move(bytes);
  seen_[path] = durable_[path] = std::move(node);
}

// -- names ----------------------------------------------------------------------------------------

std::string CrashDisk::parent_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string::npos ? std::string{} : path.substr(0, slash);
}

bool CrashDisk::directory_exists(const std::string& path) const {
  if (path.empty() || path == ".") return true;
  const auto found = seen_.find(path);
  return found != seen_.end() && found->second->directory;
}

CrashDisk::NodePointer CrashDisk::new_directory() {
  auto node = std::make_shared<Node>();
  node->directory = true;
  return node;
}

void CrashDisk::apply(const NameChange& change, Names& names) {
  const auto from = names.find(change.from);
  if (from != names.end() && from->second == change.node) names.erase(from);
  if (!change.to.empty()) names[change.to] = change.node;
}

void CrashDisk::record(NameChange change) {
  apply(change, seen_);
  unsynced_.push_back(std::move(change));
}

/// Performs one operation, unless the power is off or goes now, or a fault is planned for it.
template <class Effect>
DiskStatus CrashDisk::change(Operation operation, const std::string& path, Effect&& effect) {
  const std::string_view word = word_of(operation);
  if (down_) return disk_error(EIO, word, path);
  if (++operations_ == crash_at_) {
    if (random_.below(2) == 0) effect();
    crash();
    return disk_error(EIO, word, path);
  }
  const int code = fault ? fault(operation, path) : 0;
  if (code != 0) return disk_error(code, word, path);
  effect();
  return {};
}

DiskStatus CrashDisk::open(Operation operation, const std::string& path, NodePointer& node) {
  const std::string parent = parent_of(path);
  if (!directory_exists(parent)) return disk_error(ENOENT, word_of(operation), path);
  if (directory_exists(path)) return disk_error(EISDIR, word_of(operation), path);
  return change(operation, path, [&] {
    const auto found = seen_.find(path);
    if (found != seen_.end()) {
      node = found->second;
      if (operation == Operation::kAppend) return;
      node->seen.clear();
      node->dirty.clear();
    } else {
      node = std::make_shared<Node>();
      record({parent, "", path, node});
    }
  });
}

storage::DiskResult<std::unique_ptr<storage::File>> CrashDisk::create(const std::string& path) {
  NodePointer node;
  if (const auto status = open(Operation::kCreate, path, node); !status) return status.error();
  return std::unique_ptr<storage::File>(std::make_unique<OpenFile>(*this, std::move(node), path));
}

storage::DiskResult<std::unique_ptr<storage::File>> CrashDisk::append(const std::string& path) {
  NodePointer node;
  if (const auto status = open(Operation::kAppend, path, node); !status) return status.error();
  return std::unique_ptr<storage::File>(std::make_unique<OpenFile>(*this, std::move(node), path));
}

storage::DiskResult<std::unique_ptr<storage::FileBytes>> CrashDisk::read(const std::string& path) {
  if (down_) return disk_error(EIO, "open", path);
  const auto found = seen_.find(path);
  if (found == seen_.end()) return disk_error(ENOENT, "open", path);
  if (found->second->directory) return disk_error(EISDIR, "read", path);
  return std::unique_ptr<storage::FileBytes>(std::make_unique<MemoryBytes>(found->second->seen));
}

DiskStatus CrashDisk::rename(const std::string& from, const std::string& to) {
  ASSERT(parent_of(from) == parent_of(to));
  if (!has(from)) return disk_error(ENOENT, "rename", from);
  return change(Operation::kRename, from,
                [&] { record({parent_of(to), from, to, seen_.at(from)}); });
}

DiskStatus CrashDisk::remove(const std::string& path) {
  if (!has(path)) return disk_error(ENOENT, "remove", path);
  return change(Operation::kRemove, path,
                [&] { record({parent_of(path), path, "", seen_.at(path)}); });
}

storage::DiskResult<std::unique_ptr<storage::Remains>> CrashDisk::unlink(const std::string& path) {
  if (const auto status = remove(path); !status) return status.error();
  return remains ? remains(path) : nullptr;
}

storage::DiskResult<std::unique_ptr<storage::Remains>> CrashDisk::replace(const std::string& from,
                                                                          const std::string& to) {
  const bool leaves = has(to) && remains;
  if (const auto status = rename(from, to); !status) return status.error();
  return leaves ? remains(to) : nullptr;
}

DiskStatus CrashDisk::link(const std::string& from, const std::string& to) {
  if (!has(from)) return disk_error(ENOENT, "link", from);
  if (has(to)) return disk_error(EEXIST, "link", to);
  return change(Operation::kLink, to, [&] { record({parent_of(to), "", to, seen_.at(from)}); });
}

DiskStatus CrashDisk::truncate(const std::string& path, std::uint64_t size) {
  if (!has(path)) return disk_error(ENOENT, "truncate", path);
  Node& node = *seen_.at(path);
  if (node.seen.size() < size) return disk_error(EINVAL, "truncate", path);
  return change(Operation::kTruncate, path, [&] {
    node.seen.resize(size);
    node.durable = node.seen;
    node.dirty.clear();
  });
}

DiskStatus CrashDisk::create_directory(const std::string& path) {
  if (!directory_exists(parent_of(path))) return disk_error(ENOENT, "create", path);
  if (directory_exists(path)) return {};
  if (has(path)) return disk_error(ENOTDIR, "create", path);
  return change(Operation::kCreateDirectory, path,
                [&] { record({parent_of(path), "", path, new_directory()}); });
}

DiskStatus CrashDisk::sync_directory(const std::string& directory) {
  const std::string path = directory == "." ? "" : directory;
  if (!directory_exists(path)) return disk_error(ENOENT, "open", directory);
  return change(Operation::kSyncDirectory, directory, [&] {
    if (directory_syncs_lie) return;
    std::erase_if(unsynced_, [&](const NameChange& change) {
      if (change.directory != path) return false;
      apply(change, durable_);
      return true;
    });
  });
}

storage::DiskResult<std::vector<std::string>> CrashDisk::list(const std::string& directory) {
  if (down_) return disk_error(EIO, "list", directory);
  const std::string path = directory == "." ? "" : directory;
  if (!directory_exists(path)) return disk_error(ENOENT, "list", directory);
  std::vector<std::string> names;
  for (const auto& [name, node] : seen_) {
    if (parent_of(name) == path) names.push_back(name.substr(path.empty() ? 0 : path.size() + 1));
  }
  return names;
}

storage::DiskResult<std::unique_ptr<storage::FileLock>> CrashDisk::lock(const std::string& path) {
  if (down_) return disk_error(EIO, "lock", path);
  if (!directory_exists(parent_of(path))) return disk_error(ENOENT, "open", path);
  if (!locked_.insert(path).second) return disk_error(EWOULDBLOCK, "lock", path);
  if (!has(path)) record({parent_of(path), "", path, std::make_shared<Node>()});
  return std::unique_ptr<storage::FileLock>(std::make_unique<HeldLock>(*this, path));
}

}  // namespace countd::test
