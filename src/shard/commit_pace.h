// When `appendfsync always` should commit: at once, or a moment later with more in it.
//
// A sync costs the same for one write as for hundreds, and a client whose reply has just been sent
// is likely to write again. So a commit waits until as many clients wait for it as for the ones
// before, but never longer than half of what a commit takes; the number falls again, by a sixteenth
// a commit, where clients stay away.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace countd::shard {

class CommitPace {
 public:
  /// Something is to be committed, and nothing stands in the way: whether to do so now.
  /// `waiting`: clients whose replies are withheld.
  [[nodiscard]] bool due(std::size_t waiting, std::int64_t now_ns) {
    if (gathering_since_ns_ == 0) gathering_since_ns_ = now_ns;
    return waiting >= expected_ || now_ns - gathering_since_ns_ >= patience_ns_;
  }
  void began(std::size_t waiting, std::int64_t now_ns) {
    expected_ = std::max(waiting, expected_ - (expected_ + 15) / 16);
    gathering_since_ns_ = 0;
    began_ns_ = now_ns;
  }
  /// The commit that began last is durable.
  void ended(std::int64_t now_ns) {
    if (began_ns_ == 0) return;
    patience_ns_ = std::min(kMostPatienceNs, (now_ns - began_ns_) / 2);
    began_ns_ = 0;
  }
  [[nodiscard]] bool gathering() const { return gathering_since_ns_ != 0; }
  void stop_gathering() { gathering_since_ns_ = 0; }

 private:
  static constexpr std::int64_t kMostPatienceNs = 500'000;

  std::size_t expected_ = 1;
  std::int64_t patience_ns_ = 0;
  std::int64_t gathering_since_ns_ = 0;  // 0: nothing is to be committed
  std::int64_t began_ns_ = 0;            // 0: none is under way
};

}  // namespace countd::shard
