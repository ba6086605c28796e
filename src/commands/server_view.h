// The server as administrative commands see it: a narrow interface that server/ implements.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "commands/reply.h"
#include "commands/session.h"
#include "storage/base/time.h"

namespace countd::config {
class Store;
}
namespace countd::metrics {
class SlowLog;
}

namespace countd::commands {

/// An answer that comes later. `complete` may be called once, from any thread; the connection may
/// be gone by then, which is no error.
class DeferredReply {
 public:
  virtual ~DeferredReply() = default;
  virtual void complete(std::function<void(Reply&)> answer) = 0;
};

/// One client, during for_each_client, on its own thread.
struct ClientRef {
  Session& session;
  bool is_caller;
  std::function<void()> kill;  // closes the connection; the caller's own once it is answered
};

struct SnapshotStatus {
  bool running = false;
  storage::Millis last_save = 0;
  bool last_ok = true;
};

/// How long to wait for the log.
struct DurableWait {
  std::uint64_t client = 0;            // who waits
  storage::Millis timeout_ms = 0;      // 0: for ever
  bool until_timeout = false;          // even if everything is durable before
  std::function<void()> refused = {};  // called instead of `done` if unblock_client says so
};

enum class ShutdownSave : std::uint8_t { kAsConfigured, kSave, kNoSave };

class ServerView {
 public:
  virtual ~ServerView() = default;

  /// The session of the connection that asks.
  virtual Session& session() = 0;
  /// Marks the reply as deferred and returns the handle that completes it.
  virtual std::shared_ptr<DeferredReply> defer(Reply& reply) = 0;

  virtual config::Store& config() = 0;
  virtual metrics::SlowLog& slow_log() = 0;

  /// INFO's text; `sections` lower case, empty: the default ones.
  virtual std::string info(const std::vector<std::string>& sections) = 0;
  virtual void reset_statistics() = 0;

  /// False if one is running. `done(ok, error)` is called on some thread when it has ended.
  virtual bool start_snapshot(std::function<void(bool ok, std::string error)> done) = 0;
  virtual SnapshotStatus snapshot_status() = 0;
  /// Begins to rewrite the log; false if a rewrite is under way.
  virtual bool rewrite_log() = 0;
  [[nodiscard]] virtual bool log_on() const = 0;
  /// Calls `done`, from some thread, once everything written until now is durable or the time is
  /// up, with whether it is durable.
  virtual void when_durable(const DurableWait& wait, std::function<void(bool durable)> done) = 0;
  /// Ends the client's wait: refused, or as if its time were up. False: it does not wait.
  virtual bool unblock_client(std::uint64_t id, bool refuse) = 0;
  /// DEBUG RELOAD: saves, empties, loads; then `done` as above.
  virtual void reload(std::function<void(bool ok, std::string error)> done) = 0;
  /// Begins the stop. `done(ok)` is called on some thread: the end is near, or the server goes on
  /// as it could not save.
  virtual void shutdown(ShutdownSave save, bool force, std::function<void(bool ok)> done) = 0;

  /// Calls `visit` for every client on that client's thread, then `done` on the caller's thread.
  virtual void for_each_client(std::function<void(ClientRef&)> visit,
                               std::function<void()> done) = 0;
  /// The thread that a connected client lives on.
  virtual std::optional<int> thread_of_client(std::uint64_t id) = 0;
  /// The session's tracking is another now: in force for all that runs from now on.
  virtual void tracking_changed() = 0;
  /// CLIENT PAUSE: until `until` (server time in ms), writes only or all commands.
  virtual void pause_clients(storage::Millis until, bool all) = 0;
  virtual void unpause_clients() = 0;

  virtual void set_active_expire(bool on) = 0;
  virtual void set_peak_memory_reset() = 0;
};

}  // namespace countd::commands
