#include "commands/client_tracking.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "commands/arguments.h"
#include "commands/error_text.h"
#include "commands/reply.h"
#include "commands/server_view.h"

namespace countd::commands {

using storage::Errc;
using tracking::Caching;
using tracking::Settings;

namespace {

constexpr std::string_view kNoSuchClient = "ERR The client ID you want redirect to does not exist";
constexpr std::string_view kSwitchesBroadcast =
    "ERR You can't switch BCAST mode on/off before disabling tracking for this client, and then "
    "re-enabling it with a different mode.";
constexpr std::string_view kSwitchesOpt =
    "ERR You can't switch OPTIN/OPTOUT mode before disabling tracking for this client, and then "
    "re-enabling it with a different mode.";

// What is asked for, whatever it was before; an error text, or empty.
std::string read_settings(Arguments& args, ServerView& server, Settings& asked) {
  while (!args.done()) {
    const bool has_value = args.remaining() > 1;
    if (has_value && args.next_is("redirect")) {
      if (asked.redirect != 0) return "ERR A client can only redirect to a single other client";
      const auto id = storage::parse_integer(args.next());
      if (!id) return std::string(error_text(Errc::kNotInteger));
      asked.redirect = static_cast<std::uint64_t>(*id);
      const auto thread = server.thread_of_client(asked.redirect);
      if (!thread) return std::string(kNoSuchClient);
      asked.redirect_thread = *thread;
    } else if (has_value && args.next_is("prefix")) {
      asked.prefixes.emplace_back(args.next());
    } else if (args.next_is("bcast")) {
      asked.broadcast = true;
    } else if (args.next_is("optin")) {
      asked.opt_in = true;
    } else if (args.next_is("optout")) {
      asked.opt_out = true;
    } else if (args.next_is("noloop")) {
      asked.no_loop = true;
    } else {
      return std::string(error_text(Errc::kSyntax));
    }
  }
  return {};
}

// Whether modes go together, and with the mode that is on.
std::string_view check_modes(const Settings& now, const Settings& asked) {
  if (!asked.broadcast && !asked.prefixes.empty()) {
    return "ERR PREFIX option requires BCAST mode to be enabled";
  }
  if (now.on && now.broadcast != asked.broadcast) return kSwitchesBroadcast;
  if (asked.broadcast && (asked.opt_in || asked.opt_out)) {
    return "ERR OPTIN and OPTOUT are not compatible with BCAST";
  }
  if (asked.opt_in && asked.opt_out) {
    return "ERR You can't specify both OPTIN mode and OPTOUT mode";
  }
  if ((asked.opt_in && now.opt_out) || (asked.opt_out && now.opt_in)) return kSwitchesOpt;
  return {};
}

bool overlap(std::string_view a, std::string_view b) {
  return a.starts_with(b) || b.starts_with(a);
}

std::string check_prefixes(const Settings& now, const std::vector<std::string>& asked) {
  constexpr std::string_view kText =
      "ERR Prefix '{}' overlaps with {} prefix '{}'. Prefixes for a single client must not "
      "overlap.";
  for (std::size_t i = 0; i < asked.size(); ++i) {
    for (const auto& other : now.prefixes) {
      if (overlap(asked[i], other)) return fmt::format(kText, asked[i], "an existing", other);
    }
    for (std::size_t j = i + 1; j < asked.size(); ++j) {
      if (overlap(asked[i], asked[j])) {
        return fmt::format(kText, asked[i], "another provided", asked[j]);
      }
    }
  }
  return {};
}

// Prefixes add up, without one it is every key; all else is as it is asked for now.
void turn_on(Settings& now, Settings asked) {
  if (asked.broadcast) {
    if (asked.prefixes.empty()) asked.prefixes.emplace_back();
    asked.prefixes.insert(asked.prefixes.end(), now.prefixes.begin(), now.prefixes.end());
    std::ranges::sort(asked.prefixes);
    const auto twice = std::ranges::unique(asked.prefixes);
    asked.prefixes.erase(twice.begin(), twice.end());
  }
  asked.on = true;
  now = std::move(asked);
}

}  // namespace

void client_tracking(Arguments& args, ServerView& server, Reply& reply) {
  args.after_subcommand();
  const bool on = args.next_is("on");
  const bool off = !on && args.next_is("off");
  if (!on && !off) args.next();
  Settings asked;
  if (const auto error = read_settings(args, server, asked); !error.empty()) {
    return reply.error(error);
  }
  if (!on && !off) return reply.error(Errc::kSyntax);
  Settings& now = server.session().tracking;
  if (off) {
    now = {};
  } else {
    if (const auto error = check_modes(now, asked); !error.empty()) return reply.error(error);
    if (const auto error = check_prefixes(now, asked.prefixes); !error.empty()) {
      return reply.error(error);
    }
    turn_on(now, std::move(asked));
  }
  server.tracking_changed();
  reply.ok();
}

void client_caching(Arguments& args, Session& session, Reply& reply) {
  args.after_subcommand();
  Settings& now = session.tracking;
  if (!now.on) {
    return reply.error(
        "ERR CLIENT CACHING can be called only when the client is in tracking mode with OPTIN or "
        "OPTOUT mode enabled");
  }
  if (args.next_is("yes")) {
    if (!now.opt_in) {
      return reply.error(
          "ERR CLIENT CACHING YES is only valid when tracking is enabled in OPTIN mode.");
    }
    now.caching = Caching::kYes;
  } else if (args.next_is("no")) {
    if (!now.opt_out) {
      return reply.error(
          "ERR CLIENT CACHING NO is only valid when tracking is enabled in OPTOUT mode.");
    }
    now.caching = Caching::kNo;
  } else {
    return reply.error(Errc::kSyntax);
  }
  reply.ok();
}

namespace {

std::vector<std::string_view> flags_of(const Settings& tracking) {
  if (!tracking.on) return {"off"};
  std::vector<std::string_view> flags{"on"};
  if (tracking.broadcast) flags.push_back("bcast");
  if (tracking.opt_in) flags.push_back("optin");
  if (tracking.opt_out) flags.push_back("optout");
  if (tracking.caching == Caching::kYes) flags.push_back("caching-yes");
  if (tracking.caching == Caching::kNo) flags.push_back("caching-no");
  if (tracking.no_loop) flags.push_back("noloop");
  if (tracking.redirect_broken) flags.push_back("broken_redirect");
  return flags;
}

}  // namespace

void client_getredir(Arguments&, Session& session, Reply& reply) {
  reply.integer(session.tracking.shown_redirect());
}

void client_trackinginfo(Arguments&, Session& session, Reply& reply) {
  const Settings& tracking = session.tracking;
  reply.map(3);
  reply.bulk("flags");
  const auto flags = flags_of(tracking);
  reply.set(flags.size());
  for (const auto flag : flags) reply.bulk(flag);
  reply.bulk("redirect");
  reply.integer(tracking.shown_redirect());
  reply.bulk("prefixes");
  reply.array(tracking.prefixes.size());
  for (const auto& prefix : tracking.prefixes) reply.bulk(prefix);
}

}  // namespace countd::commands
