#include "shard/remembering.h"

#include <algorithm>
#include <vector>

#include "commands/checked_out.h"

namespace countd::shard {

std::uint64_t writer_of(const Batch& batch, const Item& item) {
  const std::uint64_t writer = item.wave->client.id;
  if (item.group == kNone) return writer;
  const FoldGroup& group = batch.groups[item.group];
  for (std::uint32_t at = group.first; at != kNone; at = batch.members[at].next) {
    if (batch.members[at].wave->client.id != writer) return 0;
  }
  return writer;
}

void remember_keys(const Item& item, tracking::Tracking& tracking, std::uint64_t limit) {
  const auto shards = tracking.shards().size();
  const std::uint64_t part = limit == 0 ? 0 : std::max<std::uint64_t>(1, limit / shards);
  const auto words = item.request();
  std::vector<int> positions;
  if (!commands::key_positions(*item.row, words, positions)) return;
  for (const int position : positions) {
    const auto key = words[static_cast<std::size_t>(position)];
    const auto shard = commands::key_shard(key, static_cast<int>(shards));
    tracking.shard(static_cast<std::size_t>(shard)).remember(key, item.wave->client, part);
  }
}

}  // namespace countd::shard
