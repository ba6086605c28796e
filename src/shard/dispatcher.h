// From a request's words to where it runs: finds the row, checks what the row's flags demand, and
// queues an item, answers at once, or says that a barrier stands here.
#pragma once

#include <atomic>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "commands/command.h"
#include "commands/session.h"
#include "shard/executor.h"
#include "shard/turn.h"
#include "shard/wave.h"

namespace countd::commands {
class ServerView;
}

namespace countd::shard {

/// States of the server that refuse or hold commands; one bit each, read once a request.
enum Gate : std::uint32_t {
  kMisconfGate = 1u << 0,      // the last snapshot failed: writes are refused
  kPauseWritesGate = 1u << 1,  // CLIENT PAUSE WRITE
  kPauseAllGate = 1u << 2,     // CLIENT PAUSE ALL
  kLogGate = 1u << 3,          // the log cannot be written: writes are refused
};

/// A request in its wave.
struct Request {
  std::uint32_t first_word = 0;
  std::uint32_t words = 0;
};

enum class Dispatched : std::uint8_t {
  kGoOn,     // queued or answered
  kBarrier,  // runs when the wave is idle: call `run_barrier` then
  kPaused,   // clients are paused: dispatch it again later
};

/// The last name that was looked up: clients repeat themselves. Names of 3 to 8 bytes only, which
/// two loads compare.
struct RememberedName {
  std::uint32_t head = 0;
  std::uint32_t tail = 0;
  std::size_t size = std::string_view::npos;
  const commands::Command* row = nullptr;

  [[nodiscard]] bool matches(std::string_view name) const {
    if (name.size() != size) return false;
    return first(name) == head && last(name) == tail;
  }
  void remember(std::string_view name, const commands::Command* found) {
    if (name.size() < 3 || name.size() > 8) return;
    head = first(name);
    tail = last(name);
    size = name.size();
    row = found;
  }

 private:
  template <class Word>
  static std::uint32_t load(const char* from) {
    Word word = 0;
    std::memcpy(&word, from, sizeof word);
    return word;
  }
  static std::uint32_t first(std::string_view name) {
    if (name.size() < 4) return load<std::uint16_t>(name.data());
    return load<std::uint32_t>(name.data());
  }
  static std::uint32_t last(std::string_view name) {
    const char* const end = name.data() + name.size();
    return name.size() < 4 ? load<std::uint16_t>(end - 2) : load<std::uint32_t>(end - 4);
  }
};

class Dispatcher {
 public:
  Dispatcher(const SharedState& shared, Turn& turn, Executor& executor,
             metrics::ThreadMetrics& metrics, const std::atomic<std::uint32_t>& gates)
      : shared_(shared), turn_(turn), executor_(executor), metrics_(metrics), gates_(gates) {}

  /// Every path but kBarrier and kPaused has added the request's slot to the wave, or closes the
  /// session without an answer.
  Dispatched dispatch(Wave& wave, commands::Session& session, Request request);
  /// Runs the request at which `dispatch` said kBarrier. `view` is asked for only by AdminHandlers.
  void run_barrier(Wave& wave, commands::Session& session, Request request,
                   commands::ServerView& view);

 private:
  const commands::Command* look_up(std::span<const std::string_view> words);
  const commands::Command* find(Wave& wave, commands::Session& session, Request request);
  bool refused(Wave& wave, commands::Session& session, const commands::Command& row);
  Dispatched route(Wave& wave, commands::Session& session, const commands::Command& row,
                   Request request);
  Dispatched route_key(Wave& wave, commands::Session& session, const commands::Command& row,
                       Request request);
  Dispatched route_span(Wave& wave, commands::Session& session, const commands::Command& row,
                        Request request);
  bool make_increment(Item& item, Wave& wave, Request request);
  void run_session(Wave& wave, commands::Session& session, const commands::Command& row,
                   Request request);
  /// Runs `run(arguments, reply)` now, on this thread, and accounts for it.
  template <class Run>
  void run_here(Wave& wave, commands::Session& session, const commands::Command& row,
                Request request, Run&& run);
  void run_admin(Wave& wave, commands::Session& session, Request request,
                 commands::ServerView& view);
  /// What had to wait for all that came before it.
  void run_alone(Wave& wave, commands::Session& session, const commands::Command& row,
                 Request request);
  std::vector<int> shards_of(const commands::Command& row, std::span<const std::string_view> words);
  void answer_error(Wave& wave, commands::Session& session, std::string_view text);
  [[nodiscard]] bool breaks_order(const Wave& wave, int shard) const;
  /// Adds the request's slot too.
  void fill(Item& item, Wave& wave, commands::Session& session, const commands::Command& row,
            Request request);
  /// As `fill`; and the slot is not answered if CLIENT REPLY has said so.
  void fill_quietly(Item& item, Wave& wave, commands::Session& session,
                    const commands::Command& row, Request request);
  static void mark_tracked(Item& item, const commands::Session& session);
  static void end_caching(commands::Session& session, const commands::Command& row);
  void note_failure(const commands::Command& row, const commands::ReplySlot& slot,
                    const Wave& wave);
  static void keep_silent(Wave& wave, commands::Session& session, std::uint32_t slot);

  const SharedState& shared_;
  Turn& turn_;
  Executor& executor_;
  metrics::ThreadMetrics& metrics_;
  const std::atomic<std::uint32_t>& gates_;
  RememberedName remembered_;
  std::vector<int> positions_;
};

}  // namespace countd::shard
