// The server as the harness shows it to administrative commands: it does nothing, and remembers
// what it was asked for.
#pragma once

#include "commands/error_text.h"
#include "tests/commands/harness.h"

namespace countd::test {

// One request's slot and arena, and the bytes that come of them.
struct Harness::Answer {
  explicit Answer(protocol::Version version) : version_(version), reply_(slot_, arena_, version) {}

  commands::Reply& reply() { return reply_; }
  /// The deferred answer takes the place of the slot's.
  void complete(const std::function<void(commands::Reply&)>& answer) {
    deferred_ = {};
    commands::Reply later(deferred_, arena_, version_);
    answer(later);
    completed_ = true;
  }
  [[nodiscard]] std::string bytes() const;

 private:
  protocol::Version version_;
  commands::ReplySlot slot_;
  commands::ReplySlot deferred_;
  bool completed_ = false;
  protocol::ByteBuffer arena_;
  commands::Reply reply_;
};

class Harness::View final : public commands::ServerView {
 public:
  View(Harness& server, Client& client, Answer& answer)
      : server_(server), client_(client), answer_(answer) {}

  commands::Session& session() override;
  std::shared_ptr<commands::DeferredReply> defer(commands::Reply& reply) override;
  config::Store& config() override { return server_.config_; }
  metrics::SlowLog& slow_log() override { return server_.slow_log_; }
  std::string info(const std::vector<std::string>& sections) override;
  void reset_statistics() override;
  bool start_snapshot(std::function<void(bool, std::string)> done) override;
  commands::SnapshotStatus snapshot_status() override { return server_.snapshot_; }
  bool rewrite_log() override { return server_.rewrite_log(); }
  [[nodiscard]] bool log_on() const override { return server_.log_on(); }
  void when_durable(const commands::DurableWait& wait, std::function<void(bool)> done) override {
    done(!wait.until_timeout);
  }
  void reload(std::function<void(bool, std::string)> done) override;
  bool unblock_client(std::uint64_t id, bool refuse) override;
  void shutdown(commands::ShutdownSave save, bool force, std::function<void(bool)> done) override;
  void for_each_client(std::function<void(commands::ClientRef&)> visit,
                       std::function<void()> done) override;
  std::optional<int> thread_of_client(std::uint64_t id) override;
  void tracking_changed() override {}
  void pause_clients(storage::Millis until, bool all) override;
  void unpause_clients() override;
  void set_active_expire(bool on) override;
  void set_peak_memory_reset() override {}

 private:
  Harness& server_;
  Client& client_;
  Answer& answer_;
};

}  // namespace countd::test
