// One server a transcript, so that nothing is left over from the one before.
#include <map>
#include <thread>

#include "tests/support/server_process.h"
#include "tests/transcripts/player.h"

namespace countd::transcripts {
namespace {

class SocketPlayer final : public Player {
 public:
  explicit SocketPlayer(const std::string& command) : server_(command) { use_client(""); }

  void use_client(const std::string& name) override {
    const auto found = clients_.find(name);
    client_ = found != clients_.end() ? &found->second
                                      : &clients_.emplace(name, server_.connect()).first->second;
  }
  void send(const test::Words& words) override { client_->send(words); }
  void send_bytes(const std::string& bytes) override { client_->send_bytes(bytes); }
  std::optional<test::Reply> read(std::chrono::milliseconds wait) override {
    if (!client_->reply_waits(wait)) return std::nullopt;
    return client_->read();
  }
  bool closed() override { return client_->closes_within(std::chrono::seconds(10)); }
  void advance(std::chrono::milliseconds time) override { std::this_thread::sleep_for(time); }

 private:
  test::ServerProcess server_;
  std::map<std::string, test::Client> clients_;
  test::Client* client_ = nullptr;
};

}  // namespace

std::unique_ptr<Player> make_socket_player(const std::string& command) {
  return std::make_unique<SocketPlayer>(command);
}

}  // namespace countd::transcripts
