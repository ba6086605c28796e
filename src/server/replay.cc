#include "server/replay.h"

#include <fmt/format.h>

#include <utility>
#include <variant>

#include "commands/arguments.h"
#include "commands/checked_out.h"
#include "commands/error_text.h"
#include "commands/reply.h"
#include "commands/words.h"
#include "storage/base/integer.h"

namespace countd::server {

using commands::Command;
using commands::ReplySlot;

Replay::Replay(std::span<storage::Keyspace* const> keys, const commands::CommandTable& table,
               const config::Options& options, std::uint64_t hash_seed)
    : keys_(keys), table_(table), options_(options), hash_seed_(hash_seed) {}

std::string Replay::run(std::span<const std::string_view> words) {
  const Command* const row = table_.resolve(words);
  if (row == nullptr) return fmt::format("unknown command '{}'", words[0]);
  if (!commands::arity_fits(*row, words.size())) {
    return fmt::format("wrong number of arguments for '{}'", words[0]);
  }
  if (commands::same_word("select", words[0])) return select(words);
  return call(*row, words);
}

std::string Replay::select(std::span<const std::string_view> words) {
  const auto db = storage::parse_integer(words[1]);
  if (!db || *db < 0 || *db >= options_.databases) {
    return fmt::format("SELECT {}: there are {} databases (option databases)", words[1],
                       options_.databases);
  }
  db_ = static_cast<int>(*db);
  return {};
}

void Replay::note_failure(std::string text) {
  if (failures_++ == 0) first_failure_ = std::move(text);
}

std::string Replay::call(const Command& row, std::span<const std::string_view> words) {
  const auto* const on_shard = std::get_if<commands::ShardHandler>(&row.handler);
  const auto* const over_shards = std::get_if<commands::SpanHandler>(&row.handler);
  if (on_shard == nullptr && over_shards == nullptr) {
    return fmt::format("'{}' changes no data and has no place in a log", words[0]);
  }
  const int shards = static_cast<int>(keys_.size());
  const bool has_key = row.keys.first > 0;
  const auto key = has_key ? words[static_cast<std::size_t>(row.keys.first)] : std::string_view{};
  const int shard = has_key ? commands::key_shard(key, shards) : 0;
  const commands::CallContext context{.options = &options_,
                                      .table = &table_,
                                      .hash_seed = hash_seed_,
                                      .now = 0,
                                      .db = db_,
                                      .shard = shard,
                                      .shards = shards};
  commands::Arguments arguments(words, context);
  ReplySlot slot;
  bytes_.clear();
  commands::Reply reply(slot, bytes_, protocol::Version::kResp2, 0);
  if (on_shard != nullptr) {
    (*on_shard)(arguments, *keys_[static_cast<std::size_t>(shard)], reply);
  } else {
    commands::CheckedOut all(keys_);
    (*over_shards)(arguments, all, reply);
  }
  if (slot.kind == ReplySlot::Kind::kError) {
    note_failure(fmt::format("'{}': {}", words[0], commands::error_text(slot.error)));
  }
  if (slot.kind == ReplySlot::Kind::kBytes && commands::is_error(slot, bytes_)) {
    const auto text = slot.bytes_in(bytes_);
    note_failure(fmt::format("'{}': {}", words[0], text.substr(1, text.find('\r') - 1)));
  }
  return {};
}

}  // namespace countd::server
