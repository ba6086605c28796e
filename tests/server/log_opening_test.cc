#include "server/log_opening.h"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>

#include "tests/server/fake_log_host.h"
#include "tests/server/in_process.h"

using namespace countd;
using server::LogOpening;
using test::FakeLogHost;
using test::InProcess;

namespace {

void with_log(config::Options& options) {
  options.appendonly = true;
  options.appendfsync = config::AppendFsync::kAlways;
}

}  // namespace

TEST_CASE("a directory is opened once; what a crash left is removed and told") {
  FakeLogHost host;
  LogOpening first(host);
  CHECK(first.open().empty());
  CHECK(first.empty());
  CHECK(first.file_seed() == 0);
  LogOpening second(host);
  CHECK(second.open().starts_with("Another server uses the append log in d/appendonlydir"));
  first.release_lock();
  host.files.put("d/appendonlydir/temp-1-1.rdb", "half a base");
  CHECK(second.open().empty());
  CHECK(host.said.find("Removed what a crash had left: temp-1-1.rdb") != std::string::npos);
  CHECK_FALSE(second.stale().continues);
}

TEST_CASE("a lock is renewed where its file is gone, and stays where it is") {
  FakeLogHost host;
  LogOpening opening(host);
  REQUIRE(opening.open().empty());
  CHECK(opening.renew_lock().empty());
  host.files.vanish("d/appendonlydir");
  CHECK(opening.renew_lock().empty());
  CHECK(host.files.lock("d/appendonlydir/countd.lock").has_error());
  host.files.vanish("d/appendonlydir");
  REQUIRE(host.files.create_directory("d/appendonlydir").has_value());
  const auto other = host.files.lock("d/appendonlydir/countd.lock");
  REQUIRE(other.has_value());
  CHECK(opening.renew_lock().starts_with("Another server uses the append log"));
}

TEST_CASE("where there is no log yet the snapshot begins it, whole; from then on the log counts") {
  InProcess server(2);
  server.connect().call({"SET", "a", "1"});
  CHECK(server.connect().call({"SAVE"}).text == "OK");
  server.stop();
  server.change(with_log);
  server.start();
  REQUIRE(server.error().empty());
  CHECK(server.connect().call({"INCR", "a"}).integer() == 2);
  server.stop();
  std::filesystem::remove(server.file());
  server.start();
  CHECK(server.connect().call({"GET", "a"}).text == "2");
  CHECK(server.log().find("DB loaded from append only file") != std::string::npos);
}

TEST_CASE("a damaged log or snapshot is refused in words, and nothing is emptied") {
  InProcess server(1, with_log);
  server.connect().call({"SET", "a", "1"});
  server.stop();
  const auto increment = server.folder() / "appendonlydir" / "appendonly.aof.1.incr.aof";
  const auto size = std::filesystem::file_size(increment);
  {
    std::fstream file(increment, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(2);
    file.put('!');
  }
  server.start();
  CHECK(server.error().find("appendonly.aof.1.incr.aof") != std::string::npos);
  CHECK(std::filesystem::file_size(increment) == size);
  std::filesystem::remove_all(server.folder() / "appendonlydir");
  std::ofstream(server.file()) << "no snapshot";
  server.start();
  CHECK_FALSE(server.error().empty());
  // Not begun either: the next start looks at the snapshot again.
  std::filesystem::remove(server.file());
  server.start();
  CHECK(server.error().empty());
}
