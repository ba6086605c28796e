// CLIENT TRACKING and what goes with it: clients that keep values of their own and want to hear
// when they change.
#pragma once

namespace countd::commands {

class Arguments;
class Reply;
class ServerView;
struct Session;

void client_tracking(Arguments& args, ServerView& server, Reply& reply);
void client_caching(Arguments& args, Session& session, Reply& reply);
void client_getredir(Arguments& args, Session& session, Reply& reply);
void client_trackinginfo(Arguments& args, Session& session, Reply& reply);

}  // namespace countd::commands
