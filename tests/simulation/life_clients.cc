// What the clients of a life are told, and what of it must last.

#include <string>
#include <utility>

#include "tests/simulation/life.h"

namespace countd::test {

void Life::wave_done(std::size_t client, const std::vector<Words>& wave,
                     LinearHistory::Interval when) {
  auto& caller = simulation_.callers[client];
  machine_.tally.requests += wave.size();
  Withheld done{client, gate_.must_wait_for(), wave, std::exchange(caller.replies, {}), when};
  if (done.epoch == 0 && gate_.must_close(caller.wrote)) {
    ++machine_.tally.closed;
    caller.session = commands::Session{};
    return;
  }
  const bool waits = done.epoch != 0 && machine_.plan.planted != Planted::kEarlyReplies;
  if (!waits) return deliver(done);
  ++machine_.tally.withheld;
  caller.held = true;
  gate_.count_waiting(1);
  withheld_[static_cast<std::size_t>(caller.thread())].push_back(std::move(done));
}

void Life::deliver(const Withheld& withheld) {
  if (machine_.disk.down()) return;
  if (withheld.replies.size() != withheld.wave.size()) {
    return machine_.wrong("a wave of " + std::to_string(withheld.wave.size()) + " requests got " +
                          std::to_string(withheld.replies.size()) + " replies");
  }
  int db = before_[withheld.client].db;
  for (std::size_t i = 0; i < withheld.wave.size(); ++i) {
    if (withheld.wave[i][0] == "SELECT") db = std::stoi(withheld.wave[i][1]);
    if (!machine_.plan.wild) note_growth(withheld, db, i);
  }
}

void Life::note_growth(const Withheld& withheld, int db, std::size_t request) {
  Growth growth;
  if (!growth_of(withheld.wave[request], withheld.replies[request], db, growth)) return;
  histories_[growth.key].add(static_cast<int>(withheld.client), growth.value, growth.is_write,
                             {withheld.when.began, simulation_.tick()});
  const Before& before = before_[withheld.client];
  // A write that was not refused must last, even if the log has failed before it was answered.
  if (before.guard == 0 || guarded() != before.guard) return;
  const bool undecided = (failures_ & 1) != 0 || failures_ != before.failures;
  if (growth.is_write || !undecided) machine_.promises.shown(growth.key, growth.value);
}

void Life::judge_histories() {
  for (auto& [key, history] : histories_) {
    if (auto wrong = history.judge(); !wrong.empty()) machine_.wrong(key + ": " + wrong);
  }
  if (simulation_.strangers != 0) machine_.wrong("a thread wrote without the lease");
}

}  // namespace countd::test
