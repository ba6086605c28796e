// The sectors of a file: what is written, what comes to the platter and what a crash leaves.
#include <algorithm>
#include <utility>

#include "tests/persistence/crash_disk.h"

namespace countd::test {
namespace {

constexpr std::size_t kSector = 512;

}  // namespace

void CrashDisk::tear(Node& node) {
  const std::size_t least = std::min(node.durable.size(), node.seen.size());
  const std::size_t most = std::max(node.durable.size(), node.seen.size());
  std::size_t size = least + random_.below(most - least + 1);
  if (const std::uint64_t choice = random_.below(4); choice < 2) size = choice == 0 ? least : most;
  std::string left = node.durable;
  left.resize(size);
  for (const std::size_t sector : node.dirty) {
    const bool arrived = tear_ == Tear::kPrefix || random_.below(2) == 0;
    if (arrived) copy_sector(node, sector, left);
  }
  node.dirty.clear();
  node.seen = node.durable = std::move(left);
}

void CrashDisk::write(Node& node, std::size_t offset, std::string_view bytes) {
  const std::size_t end = offset + bytes.size();
  const std::size_t first = std::min(offset, node.seen.size()) / kSector;
  if (node.seen.size() < end) node.seen.resize(end);
  node.seen.replace(offset, bytes.size(), bytes);
  for (std::size_t sector = first; sector * kSector < end; ++sector) node.dirty.insert(sector);
}

/// Copies one sector of what is seen, as far as `to` reaches.
void CrashDisk::copy_sector(const Node& node, std::size_t sector, std::string& to) {
  const std::size_t begin = sector * kSector;
  const std::size_t end = std::min({begin + kSector, node.seen.size(), to.size()});
  if (begin < end) to.replace(begin, end - begin, node.seen, begin, end - begin);
}

void CrashDisk::fail_sync(Node& node) {
  if (random_.below(2) == 0) node.durable.resize(node.seen.size());
  for (const std::size_t sector : std::exchange(node.dirty, {})) {
    if (random_.below(2) == 0) copy_sector(node, sector, node.durable);
  }
}

std::uint64_t CrashDisk::used() const {
  std::uint64_t sum = 0;
  for (const auto& [path, node] : seen_) sum += node->seen.size();
  return sum;
}

}  // namespace countd::test
