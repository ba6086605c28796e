// countd-load: makes load with many connections from one thread, and tells what came of it as JSON.
//
//   countd-load --port 6379 --connections 50 --pipeline 16 --seconds 2 'INCR counter:<n:1000000>'
//   countd-load --port 6379 --pipeline 64 --requests 1000000 'INCR counter:<i>'
//
// Each connection sends a batch of `pipeline` requests and the next when all its replies are here;
// the latency of a batch is from its first byte sent to its last reply read.
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <memory>
#include <stdexcept>
#include <string_view>

#include "tools/bench_load/load.h"
#include "tools/bench_load/reply_counter.h"

namespace countd::load {
namespace {

constexpr std::uint64_t kSecond = 1000000000;
constexpr std::uint64_t kSlot = 20000000;  // ns, of the timeline
constexpr int kSilence = 20000;            // ms without a reply before it gives up

std::uint64_t now() {
  return static_cast<std::uint64_t>(std::chrono::steady_clock::now().time_since_epoch().count());
}

struct Connection {
  int descriptor = -1;
  std::uint64_t waits_for = 0;
  std::uint64_t batch = 0;
  std::uint64_t sent_at = 0;
  ReplyCounter replies;
};

class Generator {
 public:
  explicit Generator(const Settings& settings)
      : settings_(settings), pool_(make_pool(settings)), epoll_(::epoll_create1(0)) {
    connections_.resize(settings.connections);
    for (auto& connection : connections_) connect(connection);
  }

  void run() {
    began_ = now();
    measure_from_ = began_ + static_cast<std::uint64_t>(settings_.warm_up * kSecond);
    measure_to_ = measure_from_ + static_cast<std::uint64_t>(settings_.seconds * kSecond);
    for (auto& connection : connections_) send_batch(connection);
    std::array<epoll_event, 256> events;
    while (busy_ > 0) {
      const int ready = ::epoll_wait(epoll_, events.data(), events.size(), kSilence);
      if (ready == 0) throw std::runtime_error("no reply in time");
      for (int i = 0; i < ready; ++i) receive(connections_[events[i].data.u32]);
    }
    ended_ = now();
  }

  void print() {
    const bool timed = settings_.requests == 0;
    const auto seconds = timed ? settings_.seconds : static_cast<double>(ended_ - began_) / kSecond;
    std::uint64_t errors = 0;
    std::string first_error;
    for (const auto& connection : connections_) {
      if (errors == 0) first_error = connection.replies.first_error();
      errors += connection.replies.errors();
    }
    std::replace_if(
        first_error.begin(), first_error.end(),
        [](char byte) { return byte == '"' || byte == '\\' || byte < ' '; }, ' ');
    std::sort(latencies_.begin(), latencies_.end());
    std::printf(
        "{\"operations\": %llu, \"all_operations\": %llu, \"seconds\": %.4f, "
        "\"per_second\": %.1f, \"p50_us\": %.1f, \"p99_us\": %.1f, \"p999_us\": %.1f, "
        "\"errors\": %llu, \"first_error\": \"%s\"",
        static_cast<unsigned long long>(timed ? measured_ : all_),
        static_cast<unsigned long long>(all_), seconds,
        static_cast<double>(timed ? measured_ : all_) / seconds, quantile(0.5), quantile(0.99),
        quantile(0.999), static_cast<unsigned long long>(errors), first_error.c_str());
    if (settings_.timeline) {
      std::printf(", \"slot_ms\": %d, \"timeline\": [", static_cast<int>(kSlot / 1000000));
      for (std::size_t i = 0; i < slots_.size(); ++i) {
        std::printf("%s%llu", i ? "," : "", static_cast<unsigned long long>(slots_[i]));
      }
      std::printf("]");
    }
    std::printf("}\n");
  }

 private:
  void connect(Connection& connection) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(settings_.port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connection.descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (::connect(connection.descriptor, reinterpret_cast<sockaddr*>(&address), sizeof address)) {
      throw std::runtime_error("connect: " + std::string(std::strerror(errno)));
    }
    const int on = 1;
    ::setsockopt(connection.descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.u32 = static_cast<std::uint32_t>(&connection - connections_.data());
    ::epoll_ctl(epoll_, EPOLL_CTL_ADD, connection.descriptor, &event);
  }

  void send_batch(Connection& connection) {
    if (next_ == pool_.size()) {
      if (settings_.requests > 0) return;
      next_ = 0;
    }
    const auto count = std::min<std::uint64_t>(settings_.pipeline, pool_.size() - next_);
    const char* bytes = pool_.bytes.data() + pool_.starts[next_];
    auto left = pool_.starts[next_ + count] - pool_.starts[next_];
    next_ += count;
    connection.waits_for = connection.batch = count;
    connection.sent_at = now();
    ++busy_;
    while (left > 0) {
      const auto sent = ::send(connection.descriptor, bytes, left, MSG_NOSIGNAL);
      if (sent < 0 && errno == EINTR) continue;
      if (sent < 0) throw std::runtime_error("send: " + std::string(std::strerror(errno)));
      bytes += sent;
      left -= static_cast<std::size_t>(sent);
    }
  }

  void receive(Connection& connection) {
    const auto got = ::recv(connection.descriptor, buffer_.data(), buffer_.size(), MSG_DONTWAIT);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (got <= 0) throw std::runtime_error("the server closed a connection");
    connection.waits_for -=
        connection.replies.feed({buffer_.data(), static_cast<std::size_t>(got)});
    if (connection.waits_for > 0) return;
    --busy_;
    if (note(connection)) send_batch(connection);
  }

  // What a finished batch says; false when the time is over.
  bool note(const Connection& connection) {
    const auto time = now();
    all_ += connection.batch;
    if (settings_.timeline) {
      const auto slot = static_cast<std::size_t>((time - began_) / kSlot);
      if (slot >= slots_.size()) slots_.resize(slot + 1);
      slots_[slot] += connection.batch;
    }
    if (settings_.requests > 0) return true;
    if (time >= measure_from_ && time < measure_to_) {
      measured_ += connection.batch;
      latencies_.push_back(static_cast<std::uint32_t>((time - connection.sent_at) / 100));
    }
    return time < measure_to_;
  }

  [[nodiscard]] double quantile(double part) const {
    if (latencies_.empty()) return 0;
    const auto at = static_cast<std::size_t>(part * static_cast<double>(latencies_.size() - 1));
    return static_cast<double>(latencies_[at]) / 10;
  }

  Settings settings_;
  Pool pool_;
  int epoll_;
  std::vector<Connection> connections_;
  std::array<char, 1 << 18> buffer_;
  std::size_t next_ = 0;
  std::size_t busy_ = 0;
  std::uint64_t all_ = 0;
  std::uint64_t measured_ = 0;
  std::uint64_t began_ = 0;
  std::uint64_t ended_ = 0;
  std::uint64_t measure_from_ = 0;
  std::uint64_t measure_to_ = 0;
  std::vector<std::uint32_t> latencies_;  // of batches, in tenths of a microsecond
  std::vector<std::uint64_t> slots_;
};

Settings parse_arguments(int argc, char** argv) {
  Settings settings;
  for (int i = 1; i < argc; ++i) {
    const std::string_view name = argv[i];
    if (name == "--timeline") {
      settings.timeline = true;
      continue;
    }
    if (!name.starts_with("--")) {
      settings.templates.emplace_back(name);
      continue;
    }
    if (i + 1 == argc) throw std::runtime_error(std::string(name) + " needs a value");
    const double value = std::stod(argv[++i]);
    if (name == "--port") {
      settings.port = static_cast<int>(value);
    } else if (name == "--connections") {
      settings.connections = static_cast<unsigned>(value);
    } else if (name == "--pipeline") {
      settings.pipeline = static_cast<unsigned>(value);
    } else if (name == "--seconds") {
      settings.seconds = value;
    } else if (name == "--requests") {
      settings.requests = static_cast<std::uint64_t>(value);
    } else if (name == "--seed") {
      settings.seed = static_cast<std::uint64_t>(value);
    } else {
      throw std::runtime_error("unknown: " + std::string(name));
    }
  }
  if (settings.templates.empty() || settings.pipeline == 0 || settings.connections == 0) {
    throw std::runtime_error("usage: countd-load [--NAME VALUE …] 'COMMAND' …");
  }
  return settings;
}

}  // namespace
}  // namespace countd::load

int main(int argc, char** argv) {
  try {
    auto generator =
        std::make_unique<countd::load::Generator>(countd::load::parse_arguments(argc, argv));
    generator->run();
    generator->print();
  } catch (const std::exception& error) {
    std::fprintf(stderr, "countd-load: %s\n", error.what());
    return 1;
  }
}
