#include "tests/commands/harness.h"

#include <algorithm>

#include "commands/checked_out.h"
#include "commands/error_text.h"
#include "commands/server.h"
#include "protocol/reply_writer.h"
#include "tests/commands/harness_view.h"
#include "tests/support/words.h"

namespace countd::test {

using commands::Command;
using commands::ReplyMode;
using commands::ReplySlot;

namespace {
constexpr std::uint64_t kHashSeed = 0x5eed;
}  // namespace

Harness::Harness(int shards, config::Options options) : config_(std::move(options)) {
  for (int shard = 0; shard < shards; ++shard) {
    keyspaces_.push_back(std::make_unique<storage::Keyspace>(storage::KeyspaceOptions{
        .databases = config_.current().databases,
        .hash_seed = kHashSeed,
        .random_seed = static_cast<std::uint64_t>(shard) + 1,
    }));
  }
  set_now(now_);
}

Harness::~Harness() = default;

void Harness::set_now(storage::Millis now) {
  now_ = now;
  for (auto& keyspace : keyspaces_) keyspace->begin_turn(now);
}

std::string Harness::run(Client& client, const Words& words) {
  const std::vector<std::string_view> views(words.begin(), words.end());
  commands::Session& session = client.session_;
  const Command* row = table_.resolve(views);
  Answer answer(session.version);
  if (const std::string refused = refusal(session, row, views); !refused.empty()) {
    answer.reply().error(refused);
  } else {
    session.last_command = row;
    session.last_active = now_;
    ++session.commands;
    dispatch(client, *row, views, answer);
  }
  if (session.close_after_reply) client.closed_ = true;
  if (session.reply_mode == ReplyMode::kSkipping) {
    session.reply_mode = ReplyMode::kOn;
    return {};
  }
  if (session.reply_mode == ReplyMode::kSkipNext) session.reply_mode = ReplyMode::kSkipping;
  return session.reply_mode == ReplyMode::kOn ? answer.bytes() : std::string();
}

// The checks that stand before every handler, as the dispatcher makes them.
std::string Harness::refusal(const commands::Session& session, const Command* row,
                             std::span<const std::string_view> words) const {
  if (row == nullptr) return commands::unknown_command(words);
  if (!commands::arity_fits(*row, words.size())) {
    return commands::wrong_arity(table_.full_name(*row));
  }
  if (!session.authenticated && (row->flags & commands::kNoAuth) == 0) {
    return "NOAUTH Authentication required.";
  }
  if ((row->flags & commands::kGuarded) != 0) {
    return std::string(commands::debug_refusal(config_.current(), session));
  }
  return {};
}

void Harness::dispatch(Client& client, const Command& row, std::span<const std::string_view> words,
                       Answer& answer) {
  commands::CallContext context{
      .options = &config_.current(),
      .table = &table_,
      .hash_seed = kHashSeed,
      .now = now_,
      .db = client.session_.db,
      .shards = shards(),
      .random = random_ = random_ * 6364136223846793005u + 1442695040888963407u,
  };
  commands::Arguments arguments(words, context, 0, row.name_words);
  if (const auto* shard = std::get_if<commands::ShardHandler>(&row.handler)) {
    on_shard(row, *shard, words, context, answer.reply());
  } else if (const auto* gathered = std::get_if<commands::GatherHandler>(&row.handler)) {
    gather(*gathered, words, context, row.name_words, answer.reply());
  } else if (const auto* spanned = std::get_if<commands::SpanHandler>(&row.handler)) {
    span(row, *spanned, words, arguments, answer.reply());
  } else if (const auto* in_session = std::get_if<commands::SessionHandler>(&row.handler)) {
    (*in_session)(arguments, client.session_, answer.reply());
  } else {
    View view(*this, client, answer);
    std::get<commands::AdminHandler>(row.handler)(arguments, view, answer.reply());
  }
}

void Harness::on_shard(const Command& row, commands::ShardHandler handler,
                       std::span<const std::string_view> words, commands::CallContext& context,
                       commands::Reply& reply) {
  std::uint64_t hash = 0;
  if ((row.flags & commands::kByCursor) != 0) {
    context.shard = commands::cursor_shard(words[1], shards());
  } else if (row.keys.first > 0) {
    const auto key = words[static_cast<std::size_t>(row.keys.first)];
    context.shard = commands::key_shard(key, shards());
    if (row.keys.first == 1) hash = storage::hash_key(key, kHashSeed);
  }
  commands::Arguments arguments(words, context, hash, row.name_words);
  handler(arguments, *keyspaces_[static_cast<std::size_t>(context.shard)], reply);
}

void Harness::gather(const commands::GatherHandler& handler,
                     std::span<const std::string_view> words, commands::CallContext& context,
                     std::size_t first, commands::Reply& reply) {
  std::vector<commands::Partial> partials(keyspaces_.size());
  for (std::size_t shard = 0; shard < partials.size(); ++shard) {
    context.shard = static_cast<int>(shard);
    commands::Arguments arguments(words, context, 0, first);
    handler.on_shard(arguments, *keyspaces_[shard], partials[shard]);
  }
  commands::Arguments arguments(words, context, 0, first);
  handler.merge(arguments, partials, reply);
}

// Hands out only the shards of the request's keys, so that a handler that strays is caught.
void Harness::span(const Command& row, commands::SpanHandler handler,
                   std::span<const std::string_view> words, commands::Arguments& arguments,
                   commands::Reply& reply) {
  std::vector<storage::Keyspace*> given(keyspaces_.size(), nullptr);
  if ((row.flags & commands::kAllShards) != 0) {
    std::transform(keyspaces_.begin(), keyspaces_.end(), given.begin(),
                   [](auto& keyspace) { return keyspace.get(); });
  }
  std::vector<int> positions;
  if (commands::key_positions(row, words, positions)) {
    for (const int at : positions) {
      const auto shard = static_cast<std::size_t>(
          commands::key_shard(words[static_cast<std::size_t>(at)], shards()));
      given[shard] = keyspaces_[shard].get();
    }
  }
  commands::CheckedOut checked_out(given);
  handler(arguments, checked_out, reply);
}

Harness::Client::Client(Harness& server) : server_(server) {
  session_.id = server.next_client_++;
  session_.created = session_.last_active = server.now_;
  session_.peer_address = "127.0.0.1:" + std::to_string(50000 + session_.id);
  session_.local_address = "127.0.0.1:6379";
  session_.authenticated = server.config_.current().requirepass.empty();
  server.clients_.push_back(this);
}

Harness::Client::~Client() { std::erase(server_.clients_, this); }

std::string Harness::Client::operator()(std::string_view line) { return run(split_words(line)); }

}  // namespace countd::test
