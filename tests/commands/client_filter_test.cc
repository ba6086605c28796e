#include <doctest/doctest.h>

#include <vector>

#include "commands/arguments.h"
#include "commands/client_filter.h"
#include "commands/reply.h"
#include "commands/session.h"

using countd::commands::Arguments;
using countd::commands::ClientFilter;
using countd::commands::Session;

namespace {

constexpr countd::storage::Millis kNow = 100'000;

// The filter of these words, or nothing if they were refused.
std::optional<ClientFilter> kill_filter(std::vector<std::string_view> words) {
  words.insert(words.begin(), {"client", "kill"});
  countd::commands::CallContext context{.now = kNow};
  Arguments args(words, context, 0, 2);
  countd::commands::ReplySlot slot;
  countd::protocol::ByteBuffer arena;
  countd::commands::Reply reply(slot, arena, countd::protocol::Version::kResp2);
  auto filter = countd::commands::next_kill_filter(args, reply);
  CHECK(filter.has_value() == reply.empty());
  return filter;
}

Session a_client() {
  Session session;
  session.id = 5;
  session.peer_address = "10.0.0.1:99";
  session.local_address = "10.0.0.9:6379";
  session.created = kNow - 10'000;
  return session;
}

}  // namespace

TEST_CASE("a client passes if all filters agree") {
  const Session client = a_client();
  CHECK(kill_filter({"id", "5", "addr", "10.0.0.1:99", "laddr", "10.0.0.9:6379"})
            ->passes(client, false));
  CHECK_FALSE(kill_filter({"id", "5", "addr", "10.0.0.1:98"})->passes(client, false));
  CHECK_FALSE(kill_filter({"id", "6"})->passes(client, false));
  CHECK(kill_filter({"user", "default", "type", "NORMAL"})->passes(client, false));
  CHECK_FALSE(kill_filter({"type", "pubsub"})->passes(client, false));
}

TEST_CASE("the caller is spared unless SKIPME says no") {
  const Session client = a_client();
  CHECK_FALSE(kill_filter({"id", "5"})->passes(client, true));
  CHECK(kill_filter({"id", "5", "skipme", "no"})->passes(client, true));
}

TEST_CASE("MAXAGE takes those that are old enough") {
  const Session client = a_client();  // ten seconds old
  CHECK(kill_filter({"maxage", "10"})->passes(client, false));
  CHECK_FALSE(kill_filter({"maxage", "11"})->passes(client, false));
}

TEST_CASE("filters that make no sense are refused") {
  CHECK_FALSE(kill_filter({"id", "0"}));
  CHECK_FALSE(kill_filter({"id"}));
  CHECK_FALSE(kill_filter({"user", "nobody"}));
  CHECK_FALSE(kill_filter({"type", "strange"}));
  CHECK_FALSE(kill_filter({"skipme", "perhaps"}));
  CHECK_FALSE(kill_filter({"maxage", "0"}));
  CHECK_FALSE(kill_filter({"shoe", "42"}));
}
