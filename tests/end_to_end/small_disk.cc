#include "tests/end_to_end/small_disk.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <filesystem>
#include <stdexcept>

namespace countd::test {
namespace {

class Mounted final : public SmallDisk {
 public:
  // In a mount namespace of this process and its children: it goes with them, whatever happens.
  Mounted() {
    static const bool apart = ::unshare(CLONE_NEWNS) == 0 &&
                              ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0;
    mounted_ =
        apart && ::mount("tmpfs", folder_.path().c_str(), "tmpfs", 0, "size=4m,mode=700") == 0;
  }
  Mounted(const Mounted&) = delete;
  Mounted& operator=(const Mounted&) = delete;
  ~Mounted() override {
    if (mounted_) ::umount2(folder_.path().c_str(), MNT_DETACH);
  }

  [[nodiscard]] bool mounted() const { return mounted_; }
  [[nodiscard]] std::string name() const override { return "a full file system"; }
  [[nodiscard]] std::string folder() const override { return folder_.path().string(); }

  void take_room(const ServerProcess&) override {
    const int file = ::open(ballast().c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    if (file < 0) throw std::runtime_error("no ballast");
    const std::array<char, 4096> page{};
    while (::write(file, page.data(), page.size()) > 0) {
    }
    ::close(file);
  }
  void give_room(const ServerProcess&) override { std::filesystem::remove(ballast()); }

 private:
  [[nodiscard]] std::string ballast() const { return folder() + "/ballast"; }

  TemporaryFolder folder_;
  bool mounted_ = false;
};

class Limited final : public SmallDisk {
 public:
  // The signal that comes with the error would end the server; it inherits that it is ignored.
  Limited() { std::signal(SIGXFSZ, SIG_IGN); }

  [[nodiscard]] std::string name() const override { return "a limit on file sizes"; }
  [[nodiscard]] std::string folder() const override { return folder_.path().string(); }
  void take_room(const ServerProcess& server) override { limit(server, 1); }
  void give_room(const ServerProcess& server) override { limit(server, RLIM_INFINITY); }

 private:
  static void limit(const ServerProcess& server, rlim_t bytes) {
    if (server.pid() < 0) return;  // the next one starts without a limit
    const rlimit limit{.rlim_cur = bytes, .rlim_max = RLIM_INFINITY};
    if (::prlimit(server.pid(), RLIMIT_FSIZE, &limit, nullptr) != 0) {
      throw std::runtime_error("no limit can be set");
    }
  }

  TemporaryFolder folder_;
};

}  // namespace

std::vector<std::unique_ptr<SmallDisk>> small_disks() {
  std::vector<std::unique_ptr<SmallDisk>> disks;
  disks.push_back(std::make_unique<Limited>());
  if (auto mounted = std::make_unique<Mounted>(); mounted->mounted()) {
    disks.push_back(std::move(mounted));
  }
  return disks;
}

}  // namespace countd::test
