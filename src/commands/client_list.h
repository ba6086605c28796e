// CLIENT LIST, INFO and KILL: they look at every client, each on its own thread.
#pragma once

namespace countd::commands {

class Arguments;
class Reply;
class ServerView;

void client_list(Arguments& args, ServerView& server, Reply& reply);
void client_info(Arguments& args, ServerView& server, Reply& reply);
void client_kill(Arguments& args, ServerView& server, Reply& reply);

}  // namespace countd::commands
