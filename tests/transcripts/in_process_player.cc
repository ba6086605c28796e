// Time stands still here but for advance(), and every reply is there when send() returns.
#include <map>
#include <stdexcept>

#include "tests/commands/harness.h"
#include "tests/transcripts/player.h"

namespace countd::transcripts {
namespace {

class InProcessPlayer final : public Player {
 public:
  explicit InProcessPlayer(int shards) : server_(shards) { use_client(""); }

  void use_client(const std::string& name) override {
    auto& client = clients_[name];
    if (!client) client = std::make_unique<test::Harness::Client>(server_);
    client_ = client.get();
  }
  void send(const test::Words& words) override { received_ += client_->run(words); }
  void send_bytes(const std::string&) override { throw std::runtime_error("@send needs @sockets"); }
  std::optional<test::Reply> read(std::chrono::milliseconds) override {
    std::size_t at = 0;
    auto reply = test::parse_reply(received_, at);
    received_.erase(0, at);
    return reply;
  }
  bool closed() override { return client_->closed(); }
  void advance(std::chrono::milliseconds time) override { server_.advance(time.count()); }

 private:
  test::Harness server_;
  std::map<std::string, std::unique_ptr<test::Harness::Client>> clients_;
  test::Harness::Client* client_ = nullptr;
  std::string received_;
};

}  // namespace

std::unique_ptr<Player> make_in_process_player(int shards) {
  return std::make_unique<InProcessPlayer>(shards);
}

}  // namespace countd::transcripts
