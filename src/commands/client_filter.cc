#include "commands/client_filter.h"

#include <algorithm>
#include <limits>

#include "commands/arguments.h"
#include "commands/reply.h"
#include "commands/session.h"
#include "commands/words.h"

namespace countd::commands {

namespace {

constexpr std::int64_t kAnyNumber = std::numeric_limits<std::int64_t>::min();

bool is_client_type(std::string_view type) {
  return type == "normal" || type == "master" || type == "replica" || type == "slave" ||
         type == "pubsub";
}

bool take_type(ClientFilter& filter, std::string_view type, Reply& reply) {
  filter.type = lower_case(type);
  if (is_client_type(*filter.type)) return true;
  reply.error("ERR Unknown client type '" + std::string(type) + "'");
  return false;
}

bool take_id(ClientFilter& filter, std::string_view text, std::int64_t least, Reply& reply,
             std::string_view error) {
  const auto id = storage::parse_integer(text);
  if (!id || *id < least) {
    reply.error(error);
    return false;
  }
  filter.ids.push_back(static_cast<std::uint64_t>(*id));
  return true;
}

bool take_user(ClientFilter& filter, std::string_view user, Reply& reply) {
  filter.user = user;
  if (user == "default") return true;
  reply.error("ERR No such user '" + std::string(user) + "'");
  return false;
}

bool take_age(ClientFilter& filter, Arguments& args, std::string_view text, Reply& reply) {
  const auto seconds = storage::parse_integer(text);
  if (!seconds) {
    reply.error("ERR maxage is not an integer or out of range");
    return false;
  }
  if (*seconds <= 0) {
    reply.error("ERR maxage should be greater than 0");
    return false;
  }
  filter.created_before = args.now() - std::min<std::int64_t>(*seconds, args.now() / 1000) * 1000;
  return true;
}

bool take_skipme(ClientFilter& filter, std::string_view answer, Reply& reply) {
  if (!same_word(answer, "yes") && !same_word(answer, "no")) {
    reply.error(storage::Errc::kSyntax);
    return false;
  }
  filter.skip_caller = same_word(answer, "yes");
  return true;
}

bool take_kill_filter(ClientFilter& filter, Arguments& args, Reply& reply) {
  if (args.remaining() < 2) {
    reply.error(storage::Errc::kSyntax);
    return false;
  }
  if (args.next_is("id")) {
    return take_id(filter, args.next(), 1, reply, "ERR client-id should be greater than 0");
  }
  if (args.next_is("type")) return take_type(filter, args.next(), reply);
  if (args.next_is("user")) return take_user(filter, args.next(), reply);
  if (args.next_is("skipme")) return take_skipme(filter, args.next(), reply);
  if (args.next_is("maxage")) return take_age(filter, args, args.next(), reply);
  if (args.next_is("addr")) {
    filter.peer_address = args.next();
    return true;
  }
  if (args.next_is("laddr")) {
    filter.local_address = args.next();
    return true;
  }
  reply.error(storage::Errc::kSyntax);
  return false;
}

}  // namespace

bool ClientFilter::passes(const Session& client, bool is_caller) const {
  if (skip_caller && is_caller) return false;
  if (!ids.empty() && std::find(ids.begin(), ids.end(), client.id) == ids.end()) return false;
  if (peer_address && client.peer_address != *peer_address) return false;
  if (local_address && client.local_address != *local_address) return false;
  if (user && client.user != *user) return false;
  if (created_before != 0 && client.created > created_before) return false;
  // Every client is an ordinary one.
  return !type || *type == "normal";
}

std::optional<ClientFilter> next_list_filter(Arguments& args, Reply& reply) {
  ClientFilter filter;
  if (args.done()) return filter;
  if (args.remaining() == 2 && args.next_is("type")) {
    if (!take_type(filter, args.next(), reply)) return std::nullopt;
  } else if (args.remaining() >= 2 && args.next_is("id")) {
    while (!args.done()) {
      if (!take_id(filter, args.next(), kAnyNumber, reply, "ERR Invalid client ID")) {
        return std::nullopt;
      }
    }
  } else {
    reply.error(storage::Errc::kSyntax);
    return std::nullopt;
  }
  return filter;
}

std::optional<ClientFilter> next_kill_filter(Arguments& args, Reply& reply) {
  ClientFilter filter;
  filter.skip_caller = true;
  while (!args.done()) {
    if (!take_kill_filter(filter, args, reply)) return std::nullopt;
  }
  return filter;
}

}  // namespace countd::commands
