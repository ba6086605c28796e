// DEBUG PROTOCOL: a reply of every type, for the tests of clients.
#pragma once

namespace countd::commands {

class Arguments;
class Reply;
struct Session;

void debug_protocol(Arguments& args, Session& session, Reply& reply);

}  // namespace countd::commands
