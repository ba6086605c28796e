// The queue by which threads speak to a shard: any thread pushes, the holder of the lease takes
// all, in the order of arrival. Nodes are intrusive, so a mailbox is never full.
#pragma once

#include <atomic>

namespace countd::shard {

struct MailNode {
  enum class Kind : unsigned char { kBatch, kGrant };
  explicit MailNode(Kind node_kind) : kind(node_kind) {}
  const Kind kind;
  MailNode* next = nullptr;
};

class Mailbox {
 public:
  void push(MailNode& node) {
    node.next = newest_.load();
    while (!newest_.compare_exchange_weak(node.next, &node)) {
    }
  }

  /// Everything pushed so far as a list in order of arrival, or null.
  MailNode* take_all() {
    MailNode* newest = newest_.exchange(nullptr);
    MailNode* oldest = nullptr;
    while (newest != nullptr) {
      MailNode* const next = newest->next;
      newest->next = oldest;
      oldest = newest;
      newest = next;
    }
    return oldest;
  }

  [[nodiscard]] bool empty() const { return newest_.load() == nullptr; }

 private:
  std::atomic<MailNode*> newest_{nullptr};
};

}  // namespace countd::shard
