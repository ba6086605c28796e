#include "shard/dispatcher.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "commands/arguments.h"
#include "commands/checked_out.h"
#include "commands/error_text.h"
#include "commands/reply.h"
#include "commands/server.h"
#include "commands/words.h"
#include "config/options.h"
#include "storage/base/integer.h"

namespace countd::shard {
namespace {

using commands::Command;
using commands::Fold;
using commands::Reply;
using commands::ReplyMode;
using commands::Session;

constexpr std::string_view kMisconfText =
    "MISCONF Redis is configured to save RDB snapshots, but it's currently unable to persist to "
    "disk. Commands that may modify the data set are disabled, because this instance is configured "
    "to report errors during writes if RDB snapshotting fails (stop-writes-on-bgsave-error "
    "option). "
    "Please check the Redis logs for details about the RDB error.";
constexpr std::string_view kLogText =
    "MISCONF Errors writing to the AOF file: writes are refused until the log can be written "
    "again, which is tried again and again. The server's log says what is wrong.";
constexpr int kCursorShardShift = 48;

// A web page can make a browser send lines of its choice here, behind these words, which no client
// of ours sends: nothing of that connection may run.
bool is_http(std::string_view name) {
  return commands::same_word("post", name) || commands::same_word("host:", name);
}

std::span<const std::string_view> words_of(const Wave& wave, Request request) {
  return {wave.words.data() + request.first_word, request.words};
}

// A command over any number of keys that is given one: it needs no more than that key's shard.
bool names_one_key(const Command& row, Request request) {
  return request.words == 2 && row.keys.first == 1 && row.keys.count_at == 0 &&
         std::holds_alternative<commands::SpanHandler>(row.handler);
}

}  // namespace

Dispatched Dispatcher::dispatch(Wave& wave, Session& session, Request request) {
  const Command* const row = find(wave, session, request);
  if (row == nullptr) return Dispatched::kGoOn;
  const std::uint32_t gates = gates_.load(std::memory_order_relaxed);
  if (gates != 0) [[unlikely]] {
    const bool writes = (row->flags & (commands::kWrite | commands::kMayWrite)) != 0;
    const bool admin = (row->flags & (commands::kAdmin | commands::kNoAuth)) != 0;
    if ((gates & kPauseAllGate) != 0 && !admin) return Dispatched::kPaused;
    if ((gates & kPauseWritesGate) != 0 && writes) return Dispatched::kPaused;
    if (refused(wave, session, *row)) return Dispatched::kGoOn;
  }
  wave.writes |= (row->flags & commands::kWrite) != 0;
  session.last_command = row;
  ++session.commands;
  const auto outcome = route(wave, session, *row, request);
  if (session.tracking.on && outcome != Dispatched::kBarrier) [[unlikely]]
    end_caching(session, *row);
  return outcome;
}

// The row of a request that is known, whole and allowed; null: an error has been answered.
const Command* Dispatcher::find(Wave& wave, Session& session, Request request) {
  const auto words = words_of(wave, request);
  const Command* const row = remembered_.matches(words[0]) ? remembered_.row : look_up(words);
  if (row == nullptr) [[unlikely]] {
    if (is_http(words[0])) {
      session.close_after_reply = true;
      return nullptr;
    }
    answer_error(wave, session, commands::unknown_command(words));
    return nullptr;
  }
  if (!commands::arity_fits(*row, words.size())) [[unlikely]] {
    metrics_.commands[shared_.table->index(*row)].rejected.add(1);
    answer_error(wave, session, commands::wrong_arity(shared_.table->full_name(*row)));
    return nullptr;
  }
  if (!session.authenticated && (row->flags & commands::kNoAuth) == 0) [[unlikely]] {
    metrics_.commands[shared_.table->index(*row)].rejected.add(1);
    answer_error(wave, session, "NOAUTH Authentication required.");
    return nullptr;
  }
  if ((row->flags & commands::kGuarded) != 0) [[unlikely]] {
    const auto text = commands::debug_refusal(executor_.options(), session);
    if (!text.empty()) {
      answer_error(wave, session, text);
      return nullptr;
    }
  }
  return row;
}

const Command* Dispatcher::look_up(std::span<const std::string_view> words) {
  const Command* const row = shared_.table->resolve(words);
  // A container's row depends on the second word too.
  if (row != nullptr && row->subcommands.empty() && row->name_words == 1) {
    remembered_.remember(words[0], row);
  }
  return row;
}

bool Dispatcher::refused(Wave& wave, Session& session, const Command& row) {
  const std::uint32_t gates = gates_.load(std::memory_order_relaxed);
  const bool writes = (row.flags & commands::kWrite) != 0;
  if (!writes || (gates & (kMisconfGate | kLogGate)) == 0) return false;
  const auto text = (gates & kMisconfGate) != 0 ? kMisconfText : kLogText;
  metrics_.commands[shared_.table->index(row)].rejected.add(1);
  answer_error(wave, session, text);
  return true;
}

Dispatched Dispatcher::route(Wave& wave, Session& session, const Command& row, Request request) {
  if (std::holds_alternative<commands::ShardHandler>(row.handler) || names_one_key(row, request)) {
    return route_key(wave, session, row, request);
  }
  if (std::holds_alternative<commands::SpanHandler>(row.handler) ||
      std::holds_alternative<commands::GatherHandler>(row.handler)) {
    return route_span(wave, session, row, request);
  }
  if (std::holds_alternative<commands::SessionHandler>(row.handler)) {
    run_session(wave, session, row, request);
    return Dispatched::kGoOn;
  }
  return Dispatched::kBarrier;
}

[[gnu::always_inline]] inline Dispatched Dispatcher::route_key(Wave& wave, Session& session,
                                                               const Command& row,
                                                               Request request) {
  const auto words = words_of(wave, request);
  const bool by_cursor = (row.flags & commands::kByCursor) != 0;
  int shard = 0;
  std::uint64_t hash = 0;
  if (by_cursor) {
    std::uint64_t cursor = 0;
    std::from_chars(words[1].data(), words[1].data() + words[1].size(), cursor);
    shard = std::min(static_cast<int>(cursor >> kCursorShardShift), shared_.shards - 1);
  } else if (row.keys.first > 0) {
    const auto key = words[static_cast<std::size_t>(row.keys.first)];
    hash = storage::hash_key(key, shared_.hash_seed);
    shard = turn_.single() ? 0 : commands::key_shard(key, shared_.shards);
  }
  if (breaks_order(wave, shard)) return Dispatched::kBarrier;
  wave.last_shard = shard;
  Item& item = turn_.queue(shard);
  fill_quietly(item, wave, session, row, request);
  item.hash = hash;
  if (row.fold != Fold::kNone && !item.no_touch && make_increment(item, wave, request)) {
    turn_.queued_increment(shard);
  } else {
    turn_.queued(item);
  }
  return Dispatched::kGoOn;
}

Dispatched Dispatcher::route_span(Wave& wave, Session& session, const Command& row,
                                  Request request) {
  int shard = 0;
  if (!turn_.single()) {
    const auto shards = shards_of(row, words_of(wave, request));
    if (shards.size() > 1) return Dispatched::kBarrier;
    shard = shards[0];
  }
  if (breaks_order(wave, shard)) return Dispatched::kBarrier;
  wave.last_shard = shard;
  Item& item = turn_.queue(shard);
  fill_quietly(item, wave, session, row, request);
  if (row.keys.first == 1) item.hash = storage::hash_key(item.key(), shared_.hash_seed);
  turn_.queued_local_span();
  return Dispatched::kGoOn;
}

void Dispatcher::run_barrier(Wave& wave, Session& session, Request request,
                             commands::ServerView& view) {
  const Command& row = *session.last_command;
  if (std::holds_alternative<commands::AdminHandler>(row.handler)) {
    run_admin(wave, session, request, view);
  } else {
    run_alone(wave, session, row, request);
  }
  if (session.tracking.on) [[unlikely]]
    end_caching(session, row);
}

void Dispatcher::run_admin(Wave& wave, Session& session, Request request,
                           commands::ServerView& view) {
  const Command& row = *session.last_command;
  run_here(wave, session, row, request, [&](commands::Arguments& arguments, Reply& reply) {
    std::get<commands::AdminHandler>(row.handler)(arguments, view, reply);
  });
}

// Whether it is answered, the handler may change: RESET is and CLIENT REPLY OFF is not, whatever
// was said before.
template <class Run>
void Dispatcher::run_here(Wave& wave, Session& session, const Command& row, Request request,
                          Run&& run) {
  commands::CallContext context{&executor_.options(), shared_.table, shared_.hash_seed,
                                executor_.now(),      session.db,    0,
                                shared_.shards};
  commands::Arguments arguments(words_of(wave, request), context, 0, row.name_words);
  Item item;
  fill(item, wave, session, row, request);
  Reply reply(item.reply_slot(), wave.bytes, session.version, kOwnArena);
  const std::int64_t began = shared_.clock->nanoseconds();
  run(arguments, reply);
  executor_.account(item, shared_.clock->nanoseconds() - began);
  note_failure(row, reply.slot(), wave);
  if (session.reply_mode != ReplyMode::kOn) [[unlikely]]
    keep_silent(wave, session, item.slot);
}

void Dispatcher::note_failure(const Command& row, const commands::ReplySlot& slot,
                              const Wave& wave) {
  if (!commands::is_error(slot, wave.bytes)) return;
  metrics_.commands[shared_.table->index(row)].failed.add(1);
}

void Dispatcher::run_alone(Wave& wave, Session& session, const Command& row, Request request) {
  wave.last_shard = -1;  // all that came before is done: pipeline-order has nothing to hold
  if (std::holds_alternative<commands::ShardHandler>(row.handler)) {
    route_key(wave, session, row, request);
  } else {
    auto shards = shards_of(row, words_of(wave, request));
    if (shards.size() > 1) {
      Item item;
      fill_quietly(item, wave, session, row, request);
      turn_.queue_span(item, std::move(shards));
    } else {
      fill_quietly(turn_.queue(shards[0]), wave, session, row, request);
      turn_.queued_local_span();
    }
  }
}

// Out of the way of the commands that are queued.
[[gnu::noinline]] void Dispatcher::run_session(Wave& wave, Session& session, const Command& row,
                                               Request request) {
  run_here(wave, session, row, request, [&](commands::Arguments& arguments, Reply& reply) {
    std::get<commands::SessionHandler>(row.handler)(arguments, session, reply);
  });
}

// The delta of a foldable request; false if it has none that is valid (the handler says why).
bool Dispatcher::make_increment(Item& item, Wave& wave, Request request) {
  const auto fold = item.row->fold;
  if (fold == Fold::kPlusOne || fold == Fold::kMinusOne) {
    item.delta = fold == Fold::kPlusOne ? 1 : -1;
  } else {
    const auto delta = storage::parse_integer(wave.words[request.first_word + 2]);
    if (!delta) return false;
    if (fold == Fold::kMinusArgument) {
      if (*delta == std::numeric_limits<std::int64_t>::min()) return false;
      item.delta = -*delta;
    } else {
      item.delta = *delta;
    }
  }
  item.is_increment = true;
  return true;
}

std::vector<int> Dispatcher::shards_of(const Command& row,
                                       std::span<const std::string_view> words) {
  if (turn_.single()) return {0};
  std::vector<int> shards;
  if ((row.flags & commands::kAllShards) != 0 ||
      std::holds_alternative<commands::GatherHandler>(row.handler)) {
    for (int shard = 0; shard < shared_.shards; ++shard) shards.push_back(shard);
    return shards;
  }
  positions_.clear();
  if (!commands::key_positions(row, words, positions_) || positions_.empty()) return {0};
  for (const int position : positions_) {
    shards.push_back(
        commands::key_shard(words[static_cast<std::size_t>(position)], shared_.shards));
  }
  std::sort(shards.begin(), shards.end());
  shards.erase(std::unique(shards.begin(), shards.end()), shards.end());
  return shards;
}

bool Dispatcher::breaks_order(const Wave& wave, int shard) const {
  return executor_.options().pipeline_order == config::PipelineOrder::kStrict &&
         wave.last_shard >= 0 && wave.last_shard != shard;
}

// Written where it will be read: a copy of fresh fields would wait for each of them.
[[gnu::always_inline]] inline void Dispatcher::fill(Item& item, Wave& wave, Session& session,
                                                    const Command& row, Request request) {
  item.wave = &wave;
  item.row = &row;
  if (request.words > 1) {
    const std::string_view first = wave.words[request.first_word + 1];
    item.key_bytes = first.data();
    item.key_size = static_cast<std::uint32_t>(first.size());
  }
  item.first_word = request.first_word;
  item.words = request.words;
  item.slot = static_cast<std::uint32_t>(wave.slots.size());
  wave.add_slot();
  item.db = static_cast<std::uint16_t>(session.db);
  item.version = session.version;
  if (session.tracking.on) [[unlikely]]
    mark_tracked(item, session);
  // TOUCH is there to touch.
  if (session.no_touch) [[unlikely]]
    item.no_touch = row.name != "touch";
}

void Dispatcher::mark_tracked(Item& item, const Session& session) {
  // Other only right after CLIENT TRACKING, which is a barrier: nothing else reads it then.
  if (item.wave->client.no_loop != session.tracking.no_loop) {
    item.wave->client.no_loop = session.tracking.no_loop;
  }
  item.remembered = (item.row->flags & commands::kReadOnly) != 0 && session.tracking.remembers();
}

// CLIENT CACHING is about the next request, whatever it is; CLIENT itself is none.
void Dispatcher::end_caching(Session& session, const Command& row) {
  if (row.group == "connection" && row.name_words == 2) return;
  session.tracking.caching = tracking::Caching::kUnset;
}

[[gnu::always_inline]] inline void Dispatcher::fill_quietly(Item& item, Wave& wave,
                                                            Session& session, const Command& row,
                                                            Request request) {
  fill(item, wave, session, row, request);
  if (session.reply_mode != ReplyMode::kOn) [[unlikely]]
    keep_silent(wave, session, item.slot);
}

void Dispatcher::keep_silent(Wave& wave, Session& session, std::uint32_t slot) {
  wave.silent.push_back(slot);
  if (session.reply_mode == ReplyMode::kSkipping) {
    session.reply_mode = ReplyMode::kOn;
  } else if (session.reply_mode == ReplyMode::kSkipNext) {
    session.reply_mode = ReplyMode::kSkipping;
  }
}

void Dispatcher::answer_error(Wave& wave, Session& session, std::string_view text) {
  const auto slot = static_cast<std::uint32_t>(wave.slots.size());
  Reply(wave.add_slot(), wave.bytes, session.version, kOwnArena).error(text);
  if (session.reply_mode != ReplyMode::kOn) keep_silent(wave, session, slot);
}

}  // namespace countd::shard
