#include "tests/server/in_process.h"

#include <stdexcept>
#include <thread>

#include "server/server.h"

namespace countd::test {

struct InProcess::Running {
  Running(const config::Options& options, const std::string& log_path) : store(options) {
    log.open(log_path);
    server = std::make_unique<server::Server>(store, log, "countd");
  }

  config::Store store;
  server::Log log;
  std::unique_ptr<server::Server> server;
  std::thread thread;
  int code = -1;
};

InProcess::InProcess(int threads, std::function<void(config::Options&)> change) {
  options_.threads = threads;
  options_.port = free_port();
  options_.bind = {"127.0.0.1"};
  options_.dir = folder().string();
  options_.save.clear();
  options_.enable_debug_command = config::Access::kYes;
  options_.connection_placement = config::ConnectionPlacement::kEven;
  if (change) change(options_);
  start();
}

InProcess::~InProcess() { stop(); }

void InProcess::start() {
  running_ = std::make_unique<Running>(options_, (folder() / "log").string());
  error_ = running_->server->prepare();
  if (!error_.empty()) {
    running_.reset();
    return;
  }
  running_->thread =
      std::thread([running = running_.get()] { running->code = running->server->run(); });
  connect().call({"PING"});
}

void InProcess::stop() {
  if (!running_) return;
  running_->server->begin_stop(false, true, [](bool) {});
  wait();
}

int InProcess::wait() {
  running_->thread.join();
  const int code = running_->code;
  running_.reset();
  return code;
}

std::string InProcess::log() const { return content_of(folder() / "log"); }

std::string info_field(Client& client, const std::string& name) {
  const auto text = "\r\n" + client.call({"INFO", "everything"}).text;
  const auto at = text.find("\r\n" + name + ":");
  if (at == std::string::npos) throw std::runtime_error("INFO has no " + name);
  const auto start = at + name.size() + 3;
  return text.substr(start, text.find('\r', start) - start);
}

}  // namespace countd::test
