#include "commands/container.h"

#include <string>

#include "commands/error_text.h"
#include "commands/words.h"

namespace countd::commands {

void refuse_subcommand(Arguments& args, Session&, Reply& reply) {
  reply.error(unknown_subcommand(args.words()));
}

void answer_help(Arguments& args, Reply& reply, std::initializer_list<std::string_view> lines) {
  reply.array(lines.size() + 3);
  reply.simple(upper_case(args.words()[0]) +
               " <subcommand> [<arg> [value] [opt] ...]. Subcommands are:");
  for (const auto line : lines) reply.simple(line);
  reply.simple("HELP");
  reply.simple("    Tells this.");
}

}  // namespace countd::commands
