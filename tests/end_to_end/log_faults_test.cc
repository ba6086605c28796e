// The append log when its disk is full, its directory goes, or a second server wants it.
#include <doctest/doctest.h>
#include <sys/wait.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <system_error>
#include <thread>

#include "tests/end_to_end/end_to_end_server.h"
#include "tests/end_to_end/small_disk.h"
#include "tests/support/eventually.h"

using namespace std::chrono_literals;
namespace fs = std::filesystem;
using countd::test::Client;
using countd::test::eventually;
using countd::test::server_command;
using countd::test::ServerProcess;
using countd::test::small_disks;

namespace {

/// More than what is left of a file's last page, and of the room that is written ahead.
void write_much(const ServerProcess& server) {
  try {
    server.connect().call({"SET", "much", std::string(2 << 20, 'x')});
  } catch (const std::runtime_error&) {
    // as in try_increment
  }
}

/// With `always` a connection whose write is undecided is closed: then that is the answer.
std::string try_increment(const ServerProcess& server, const std::string& key) {
  try {
    const auto reply = server.connect().call({"INCR", key});
    return reply.is_error() ? reply.text : "";
  } catch (const std::runtime_error& error) {
    return error.what();
  }
}

bool refused(const ServerProcess& server, const std::string& key) {
  return try_increment(server, key).starts_with("MISCONF");
}

std::string field(const ServerProcess& server, const std::string& name) {
  const auto text = server.connect().call({"INFO", "persistence"}).text;
  const auto at = text.find("\r\n" + name + ":");
  if (at == text.npos) return "";
  const auto start = at + name.size() + 3;
  return text.substr(start, text.find('\r', start) - start);
}

std::string logged(const std::string& settings) {
  return server_command("--save \"\" --appendonly yes " + settings);
}

// The server may make a file meanwhile, in the folder that is just being removed.
void remove_log(const ServerProcess& server) {
  REQUIRE(eventually([&] {
    std::error_code failed;
    fs::remove_all(server.folder() / "appendonlydir", failed);
    return !failed;
  }));
}

}  // namespace

TEST_CASE("a full disk refuses writes and no reads, until there is room again") {
  for (const auto& disk : small_disks()) {
    for (const auto* fsync : {"always", "everysec"}) {
      CAPTURE(disk->name());
      CAPTURE(fsync);
      fs::remove_all(disk->folder() + "/appendonlydir");
      ServerProcess server(logged("--dir " + disk->folder() + " --appendfsync " + fsync));
      for (int i = 0; i < 100; ++i) CHECK(server.connect().call({"INCR", "a"}).integer() == i + 1);
      REQUIRE(server.connect().call({"WAITAOF", "1", "0", "0"}).items.at(0).integer() == 1);
      disk->take_room(server);
      write_much(server);
      CHECK(eventually([&] { return refused(server, "b"); }));
      CHECK(server.connect().call({"GET", "a"}).text == "100");
      CHECK(server.connect().call({"DEL", "a"}).text.starts_with("MISCONF"));
      CHECK(field(server, "aof_last_write_status") == "err");
      // Refused for as long as there is no room, however often a new file is tried.
      std::this_thread::sleep_for(1500ms);
      CHECK(refused(server, "b"));
      disk->give_room(server);
      CHECK(eventually([&] { return try_increment(server, "c").empty(); }));
      CHECK(field(server, "aof_last_write_status") == "ok");
      CHECK(server.connect().call({"INCRBY", "c", "100"}).integer() > 100);
      const auto c = server.connect().call({"GET", "c"}).text;
      REQUIRE(server.connect().call({"WAITAOF", "1", "0", "0"}).items.at(0).integer() == 1);
      server.stop(SIGKILL);
      server.start();
      CHECK(server.connect().call({"GET", "a"}).text == "100");
      CHECK(server.connect().call({"GET", "c"}).text == c);
    }
  }
}

TEST_CASE("a kill while the disk is full leaves what was durable") {
  for (const auto& disk : small_disks()) {
    CAPTURE(disk->name());
    ServerProcess server(logged("--dir " + disk->folder() + " --appendfsync always"));
    CHECK(server.connect().call({"INCRBY", "a", "7"}).integer() == 7);
    disk->take_room(server);
    write_much(server);
    int answered = 0;  // the last page of a file may have room
    CHECK(eventually([&] {
      const auto answer = try_increment(server, "b");
      answered += answer.empty() ? 1 : 0;
      return answer.starts_with("MISCONF");
    }));
    server.stop(SIGKILL);
    disk->give_room(server);
    server.start();
    CHECK(server.connect().call({"GET", "a"}).text == "7");
    CHECK(server.connect().call({"INCR", "b"}).integer() > answered);
    CHECK(server.connect().call({"INCR", "a"}).integer() == 8);
  }
}

TEST_CASE("a rewrite that finds no room fails, and the log goes on") {
  // Only the files that are begun from now on lack room: the rewrite's.
  const auto disks = small_disks();
  auto& disk = *disks.back();
  ServerProcess server(logged("--dir " + disk.folder()));
  const std::string text(200'000, 'x');
  for (int i = 0; i < 6; ++i)
    server.connect().call({"SET", "text:" + std::to_string(i), text + std::to_string(i)});
  REQUIRE(server.connect().call({"WAITAOF", "1", "0", "0"}).items.at(0).integer() == 1);
  CHECK(server.connect().call({"CONFIG", "SET", "rdbcompression", "no"}).text == "OK");
  disk.take_room(server);
  CHECK_FALSE(server.connect().call({"BGREWRITEAOF"}).is_error());
  CHECK(eventually([&] { return field(server, "aof_last_bgrewrite_status") == "err"; }));
  CHECK(eventually([&] { return field(server, "aof_rewrite_in_progress") == "0"; }));
  disk.give_room(server);
  CHECK(eventually([&] { return try_increment(server, "a").empty(); }));
  CHECK(eventually([&] {
    server.connect().call({"BGREWRITEAOF"});
    return field(server, "aof_last_bgrewrite_status") == "ok";
  }));
  CHECK(eventually([&] { return try_increment(server, "a").empty(); }));
  const auto a = server.connect().call({"GET", "a"}).text;
  REQUIRE(server.connect().call({"WAITAOF", "1", "0", "0"}).items.at(0).integer() == 1);
  server.stop(SIGKILL);
  server.start();
  CHECK(server.connect().call({"GET", "a"}).text == a);
  CHECK(server.connect().call({"STRLEN", "text:5"}).integer() == 200'001);
}

TEST_CASE("a log whose directory was removed is begun anew with all that is counted") {
  for (const auto* fsync : {"always", "everysec"}) {
    CAPTURE(fsync);
    ServerProcess server(logged(std::string("--appendfsync ") + fsync));
    CHECK(server.connect().call({"INCRBY", "a", "7"}).integer() == 7);
    remove_log(server);
    // Until it is noticed increments may be answered by everysec: none of them is lost.
    CHECK(eventually([&] {
      try_increment(server, "b");
      return server.log().find("complete again") != std::string::npos;
    }));
    CHECK(eventually([&] { return try_increment(server, "c").empty(); }));
    const auto b = server.connect().call({"GET", "b"}).text;
    const auto c = server.connect().call({"GET", "c"}).text;
    REQUIRE(server.connect().call({"WAITAOF", "1", "0", "0"}).items.at(0).integer() == 1);
    server.stop(SIGKILL);
    server.start();
    CHECK(server.connect().call({"GET", "a"}).text == "7");
    CHECK(server.connect().call({"GET", "b"}).text == b);
    CHECK(server.connect().call({"GET", "c"}).text == c);
  }
}

namespace {

struct Ended {
  int code = -1;
  std::string words;
};

/// Runs a server that should refuse to start.
Ended run_to_its_end(std::string settings) {
  auto command = server_command(std::move(settings));
  const countd::test::TemporaryFolder folder;
  for (const auto& [name, value] :
       {std::pair<std::string, std::string>{"{port}", std::to_string(countd::test::free_port())},
        {"{dir}", folder.path().string()}}) {
    for (auto at = command.find(name); at != command.npos; at = command.find(name)) {
      command.replace(at, name.size(), value);
    }
  }
  const auto words = folder.path() / "words";
  const int status =
      std::system(("timeout 60 " + command + " > " + words.string() + " 2>&1").c_str());
  return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, countd::test::content_of(words)};
}

Ended second_server(const ServerProcess& first) {
  return run_to_its_end("--appendonly yes --dir " + first.folder().string());
}

}  // namespace

TEST_CASE("of two servers on one directory the second is refused and says why") {
  ServerProcess server(logged(""));
  const auto second = second_server(server);
  CHECK(second.code == 1);
  CHECK(second.words.find("Another server uses the append log in ") != std::string::npos);
  CHECK(server.connect().call({"INCR", "a"}).integer() == 1);
  // A directory that was lost and made again is the first one's as before.
  remove_log(server);
  CHECK(eventually([&] {
    try_increment(server, "b");
    return server.log().find("complete again") != std::string::npos;
  }));
  CHECK(eventually([&] { return second_server(server).code == 1; }));
  server.stop(SIGKILL);
  server.start();
  CHECK(server.connect().call({"GET", "a"}).text == "1");
}

TEST_CASE("a log that lost its manifest or a file is refused, says what to do, and is left alone") {
  ServerProcess server(logged(""));
  CHECK(server.connect().call({"INCR", "a"}).integer() == 1);
  server.stop(SIGTERM);
  const auto folder = server.folder() / "appendonlydir";
  const auto aside = server.folder() / "aside";
  for (const auto* name : {"appendonly.aof.manifest", "appendonly.aof.1.incr.aof"}) {
    CAPTURE(name);
    REQUIRE(fs::exists(folder / name));
    fs::rename(folder / name, aside);
    const auto refused = run_to_its_end("--appendonly yes --dir " + server.folder().string());
    CHECK(refused.code == 1);
    CHECK(refused.words.find("move the directory away") != std::string::npos);
    fs::rename(aside, folder / name);
  }
  server.start();
  CHECK(server.connect().call({"GET", "a"}).text == "1");
}

TEST_CASE("a snapshot that fails stops writes where it shall, with a log as without") {
  for (const auto* stops : {"yes", "no"}) {
    CAPTURE(stops);
    ServerProcess server(
        server_command("--appendonly yes --save \"3600 1000000\" "
                       "--stop-writes-on-bgsave-error " +
                       std::string(stops)));
    CHECK(server.connect().call({"INCR", "a"}).integer() == 1);
    fs::create_directory(server.folder() / "dump.rdb");
    server.connect().call({"BGSAVE"});
    CHECK(eventually([&] { return field(server, "rdb_last_bgsave_status") == "err"; }));
    if (std::string(stops) == "yes") {
      CHECK(eventually([&] { return refused(server, "a"); }));
      CHECK(std::stoi(server.connect().call({"GET", "a"}).text) > 0);
    } else {
      std::this_thread::sleep_for(300ms);
      CHECK(try_increment(server, "a").empty());
    }
    fs::remove(server.folder() / "dump.rdb");
    CHECK(server.connect().call({"SAVE"}).text == "OK");
    CHECK(eventually([&] { return try_increment(server, "a").empty(); }));
  }
}
