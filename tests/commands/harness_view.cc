#include "tests/commands/harness_view.h"

namespace countd::test {

using commands::ReplySlot;

std::string Harness::Answer::bytes() const {
  const ReplySlot& slot = completed_ ? deferred_ : slot_;
  protocol::ByteBuffer out;
  protocol::ReplyWriter writer(out, version_);
  switch (slot.kind) {
    case ReplySlot::Kind::kInteger:
      writer.integer(slot.number);
      break;
    case ReplySlot::Kind::kStatus:
      writer.simple({slot.text, slot.length});
      break;
    case ReplySlot::Kind::kError:
      writer.error(commands::error_text(slot.error));
      break;
    case ReplySlot::Kind::kBytes:
      out.append(slot.bytes_in(arena_));
      break;
    case ReplySlot::Kind::kEmpty:
    case ReplySlot::Kind::kDeferred:
      break;
  }
  return std::string(out.view());
}

commands::Session& Harness::View::session() { return client_.session_; }

std::shared_ptr<commands::DeferredReply> Harness::View::defer(commands::Reply& reply) {
  struct Deferred final : commands::DeferredReply {
    explicit Deferred(Answer& to) : answer(to) {}
    void complete(std::function<void(commands::Reply&)> with) override { answer.complete(with); }
    Answer& answer;
  };
  reply.defer();
  return std::make_shared<Deferred>(answer_);
}

std::string Harness::View::info(const std::vector<std::string>& sections) {
  std::string text = "# Sections\r\n";
  for (const auto& section : sections) text += section + "\r\n";
  return text;
}

void Harness::View::reset_statistics() { server_.asked_.emplace_back("reset-statistics"); }

bool Harness::View::start_snapshot(std::function<void(bool, std::string)> done) {
  if (server_.snapshot_.running) return false;
  server_.asked_.emplace_back("snapshot");
  const bool ok = server_.snapshot_error_.empty();
  server_.snapshot_.last_ok = ok;
  if (ok) server_.snapshot_.last_save = server_.now_;
  done(ok, server_.snapshot_error_);
  return true;
}

void Harness::View::reload(std::function<void(bool, std::string)> done) {
  server_.asked_.emplace_back("reload");
  done(server_.snapshot_error_.empty(), server_.snapshot_error_);
}

bool Harness::View::unblock_client(std::uint64_t id, bool refuse) {
  server_.asked_.push_back("unblock " + std::to_string(id) + (refuse ? " refuse" : ""));
  return thread_of_client(id).has_value();
}

void Harness::View::shutdown(commands::ShutdownSave save, bool force,
                             std::function<void(bool)> done) {
  std::string words = "shutdown";
  if (save == commands::ShutdownSave::kSave) words += " save";
  if (save == commands::ShutdownSave::kNoSave) words += " nosave";
  if (force) words += " force";
  server_.asked_.push_back(words);
  done(server_.snapshot_error_.empty());
}

void Harness::View::for_each_client(std::function<void(commands::ClientRef&)> visit,
                                    std::function<void()> done) {
  for (Client* const client : server_.clients_) {
    if (client->closed_) continue;
    commands::ClientRef ref{client->session_, client == &client_,
                            [client] { client->closed_ = true; }};
    visit(ref);
  }
  done();
}

std::optional<int> Harness::View::thread_of_client(std::uint64_t id) {
  for (const Client* const client : server_.clients_) {
    if (!client->closed_ && client->session_.id == id) return 0;
  }
  return std::nullopt;
}

void Harness::View::pause_clients(storage::Millis until, bool all) {
  server_.asked_.push_back("pause " + std::to_string(until - server_.now_) +
                           (all ? " all" : " write"));
}

void Harness::View::unpause_clients() { server_.asked_.emplace_back("unpause"); }

void Harness::View::set_active_expire(bool on) {
  server_.asked_.emplace_back(on ? "active-expire on" : "active-expire off");
}

}  // namespace countd::test
