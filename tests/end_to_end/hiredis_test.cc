// A C client library that everybody knows, used as an application would use it.
#include <doctest/doctest.h>
#include <hiredis/hiredis.h>

#include <cstring>
#include <map>
#include <memory>
#include <string>

#include "tests/end_to_end/end_to_end_server.h"
#include "tests/support/server_process.h"

using countd::test::server_command;
using countd::test::ServerProcess;

namespace {

struct Free {
  void operator()(redisContext* context) const { redisFree(context); }
};
using Context = std::unique_ptr<redisContext, Free>;
struct FreeReply {
  void operator()(redisReply* reply) const { freeReplyObject(reply); }
};
using ReplyPointer = std::unique_ptr<redisReply, FreeReply>;

Context connect(const ServerProcess& server) {
  Context context(redisConnect("127.0.0.1", server.port()));
  REQUIRE(context != nullptr);
  REQUIRE(context->err == 0);
  return context;
}

template <class... Arguments>
ReplyPointer call(const Context& context, const char* format, Arguments... arguments) {
  ReplyPointer reply(static_cast<redisReply*>(redisCommand(context.get(), format, arguments...)));
  REQUIRE(reply != nullptr);
  return reply;
}

}  // namespace

TEST_CASE("hiredis counts, one by one and in a pipeline") {
  const ServerProcess server(server_command());
  const auto context = connect(server);
  for (int i = 1; i <= 100; ++i) CHECK(call(context, "INCR %s", "likes")->integer == i);
  constexpr int kPipelined = 10000;
  for (int i = 0; i < kPipelined; ++i) {
    REQUIRE(redisAppendCommand(context.get(), "INCRBY likes %d", 2) == REDIS_OK);
  }
  for (int i = 1; i <= kPipelined; ++i) {
    void* raw = nullptr;
    REQUIRE(redisGetReply(context.get(), &raw) == REDIS_OK);
    const ReplyPointer reply(static_cast<redisReply*>(raw));
    CHECK(reply->type == REDIS_REPLY_INTEGER);
    CHECK(reply->integer == 100 + 2 * i);
  }
}

TEST_CASE("hiredis gets bytes back as it gave them, and errors as errors") {
  const ServerProcess server(server_command());
  const auto context = connect(server);
  const std::string binary("\0\r\n$5\r\n\xff", 9);
  CHECK(std::string(
            call(context, "SET %b %b", binary.data(), binary.size(), binary.data(), binary.size())
                ->str) == "OK");
  const auto reply = call(context, "GET %b", binary.data(), binary.size());
  REQUIRE(reply->type == REDIS_REPLY_STRING);
  CHECK(std::string(reply->str, reply->len) == binary);
  const std::string large(5 << 20, 'x');
  call(context, "SET large %b", large.data(), large.size());
  CHECK(call(context, "GET large")->len == large.size());
  CHECK(call(context, "GET none")->type == REDIS_REPLY_NIL);
  const auto error = call(context, "INCR large");
  CHECK(error->type == REDIS_REPLY_ERROR);
  CHECK(std::string(error->str) == "ERR value is not an integer or out of range");
}

TEST_CASE("a scan tells every key that stays, though others come and go meanwhile") {
  const ServerProcess server(server_command());
  const auto context = connect(server);
  constexpr int kKeys = 5000;
  for (int i = 0; i < kKeys; ++i) redisAppendCommand(context.get(), "SET stays:%d %d", i, i);
  for (int i = 0; i < kKeys; ++i) {
    void* raw = nullptr;
    REQUIRE(redisGetReply(context.get(), &raw) == REDIS_OK);
    freeReplyObject(raw);
  }
  std::map<std::string, int> seen;
  std::string cursor = "0";
  int round = 0;
  do {
    const auto reply = call(context, "SCAN %s COUNT 50", cursor.c_str());
    REQUIRE(reply->type == REDIS_REPLY_ARRAY);
    cursor = reply->element[0]->str;
    for (std::size_t i = 0; i < reply->element[1]->elements; ++i) {
      ++seen[reply->element[1]->element[i]->str];
    }
    for (int i = 0; i < 100; ++i) call(context, "SET comes:%d:%d 1", round, i);
    if (round % 3 == 0) call(context, "DEL comes:%d:1 comes:%d:2", round, round);
    ++round;
  } while (cursor != "0" && round < 5000);
  CHECK(cursor == "0");
  int missing = 0;
  for (int i = 0; i < kKeys; ++i) missing += seen.contains("stays:" + std::to_string(i)) ? 0 : 1;
  CHECK(missing == 0);
}
