#include "commands/client_list.h"

#include <fmt/format.h>

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "commands/arguments.h"
#include "commands/client_filter.h"
#include "commands/command.h"
#include "commands/server_view.h"

namespace countd::commands {

namespace {

std::string flags_of(const Session& client) {
  std::string flags;
  if (client.blocked) flags += 'b';
  if (client.tracking.on) flags += 't';
  if (client.tracking.redirect_broken) flags += 'R';
  if (client.tracking.broadcast) flags += 'B';
  if (client.no_evict) flags += 'e';
  if (client.no_touch) flags += 'T';
  return flags.empty() ? "N" : flags;
}

// Redis's fields in Redis's order; what countd has nothing of is 0.
std::string describe(const Session& client, const CommandTable& table, storage::Millis now) {
  const auto command =
      client.last_command == nullptr ? "NULL" : table.full_name(*client.last_command);
  return fmt::format(
      "id={} addr={} laddr={} fd={} name={} age={} idle={} flags={} db={} sub=0 psub=0 ssub=0 "
      "multi=-1 qbuf={} qbuf-free=0 argv-mem=0 multi-mem=0 rbs={} rbp={} obl=0 oll=0 omem={} "
      "tot-mem={} events=r cmd={} user={} redir={} resp={} lib-name={} lib-ver={}\n",
      client.id, client.peer_address, client.local_address, client.descriptor, client.name,
      (now - client.created) / 1000, (now - client.last_active) / 1000, flags_of(client), client.db,
      client.query_buffer_bytes, client.output_buffer_bytes, client.output_buffer_bytes,
      client.output_buffer_bytes,
      client.query_buffer_bytes + client.output_buffer_bytes + sizeof(Session), command,
      client.user, client.tracking.shown_redirect(), static_cast<int>(client.version),
      client.library_name, client.library_version);
}

// What the clients' threads bring together, by the clients' numbers.
struct Listing {
  std::mutex mutex;
  std::map<std::uint64_t, std::string> lines;
};

struct Kill {
  ClientFilter filter;
  bool counted;  // the newer form answers a number
  std::atomic<std::int64_t> killed = 0;
};

void kill_all(std::shared_ptr<Kill> kill, ServerView& server, Reply& reply) {
  auto later = server.defer(reply);
  server.for_each_client(
      [kill](ClientRef& client) {
        if (!kill->filter.passes(client.session, client.is_caller)) return;
        client.kill();
        ++kill->killed;
      },
      [kill, later] {
        later->complete([kill](Reply& answer) {
          if (kill->counted) return answer.integer(kill->killed);
          kill->killed > 0 ? answer.ok() : answer.error("ERR No such client");
        });
      });
}

}  // namespace

void client_list(Arguments& args, ServerView& server, Reply& reply) {
  args.after_subcommand();
  auto filter = next_list_filter(args, reply);
  if (!filter) return;
  auto listing = std::make_shared<Listing>();
  auto later = server.defer(reply);
  const CommandTable* const table = args.context().table;
  server.for_each_client(
      [listing, table, now = args.now(), filter = std::move(*filter)](ClientRef& client) {
        if (!filter.passes(client.session, client.is_caller)) return;
        auto line = describe(client.session, *table, now);
        const std::lock_guard lock(listing->mutex);
        listing->lines.emplace(client.session.id, std::move(line));
      },
      [listing, later] {
        std::string text;
        for (const auto& [id, line] : listing->lines) text += line;
        later->complete([text = std::move(text)](Reply& answer) { answer.verbatim(text); });
      });
}

void client_info(Arguments& args, ServerView& server, Reply& reply) {
  reply.verbatim(describe(server.session(), *args.context().table, args.now()));
}

void client_kill(Arguments& args, ServerView& server, Reply& reply) {
  args.after_subcommand();
  auto kill = std::make_shared<Kill>();
  // One word is the older form: an address, the caller's own included.
  kill->counted = args.remaining() > 1;
  if (kill->counted) {
    auto filter = next_kill_filter(args, reply);
    if (!filter) return;
    kill->filter = std::move(*filter);
  } else {
    kill->filter.peer_address = args.next();
  }
  kill_all(std::move(kill), server, reply);
}

}  // namespace countd::commands
