#include "shard/batch.h"

#include <algorithm>

namespace countd::shard {

bool Batch::join(Item& item, Wave& wave, std::uint32_t slot, std::int64_t delta) {
  std::int64_t sum = 0;
  const std::int64_t before = item.group == kNone ? item.delta : groups[item.group].sum;
  if (__builtin_add_overflow(before, delta, &sum)) return false;
  if (item.group == kNone) {
    item.group = static_cast<std::uint32_t>(groups.size());
    groups.emplace_back();
    add_member(groups.back(), *item.wave, item.slot, item.delta);
  }
  add_member(groups[item.group], wave, slot, delta);
  return true;
}

void Batch::add_member(FoldGroup& group, Wave& wave, std::uint32_t slot, std::int64_t delta) {
  group.sum += delta;
  group.min_prefix = group.count == 0 ? group.sum : std::min(group.min_prefix, group.sum);
  group.max_prefix = group.count == 0 ? group.sum : std::max(group.max_prefix, group.sum);
  const auto index = static_cast<std::uint32_t>(members.size());
  members.push_back({&wave, slot, kNone, group.sum});
  if (group.count++ == 0) {
    group.first = index;
  } else {
    members[group.last].next = index;
  }
  group.last = index;
}

void Batch::resolve_folds() {
  for (const FoldGroup& group : groups) {
    if (group.walked) continue;
    for (std::uint32_t at = group.first; at != kNone; at = members[at].next) {
      commands::ReplySlot& slot = members[at].wave->slots[members[at].slot];
      slot.kind = commands::ReplySlot::Kind::kInteger;
      slot.number = group.base + members[at].prefix;
    }
  }
}

void Batch::forget_requests() {
  items.clear();
  groups.clear();
  members.clear();
}

void Batch::forget_bytes() {
  arena.clear();
  arena.shrink(64 * 1024);
}

}  // namespace countd::shard
