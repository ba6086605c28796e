#include "commands/debug_protocol.h"

#include "commands/arguments.h"
#include "commands/reply.h"

namespace countd::commands {

namespace {

void answer_aggregate(std::string_view type, Reply& reply) {
  if (type == "set") {
    reply.set(3);
  } else if (type == "map") {
    reply.map(3);
  } else {
    reply.array(3);
  }
  for (int i = 0; i < 3; ++i) {
    reply.integer(i);
    if (type == "map") reply.boolean(i == 1);
  }
}

void answer_attribute(Reply& reply) {
  if (reply.resp3()) {
    reply.attribute(1);
    reply.bulk("key-popularity");
    reply.array(2);
    reply.bulk("key:123");
    reply.integer(90);
  }
  reply.bulk("Some real reply following the attribute");
}

void answer_push(Reply& reply) {
  if (!reply.resp3()) return reply.error("ERR RESP2 is not supported by this command");
  reply.push(2);
  reply.bulk("server-cpu-usage");
  reply.integer(42);
  reply.bulk("Some real reply following the push reply");
}

}  // namespace

void debug_protocol(Arguments& args, Session&, Reply& reply) {
  args.after_subcommand();
  if (args.next_is("string")) return reply.bulk("Hello World");
  if (args.next_is("integer")) return reply.integer(12345);
  if (args.next_is("double")) return reply.number(3.141);
  if (args.next_is("bignum")) return reply.big_number("1234567999999999999999999999999999999");
  if (args.next_is("null")) return reply.null();
  if (args.next_is("array")) return answer_aggregate("array", reply);
  if (args.next_is("set")) return answer_aggregate("set", reply);
  if (args.next_is("map")) return answer_aggregate("map", reply);
  if (args.next_is("attrib")) return answer_attribute(reply);
  if (args.next_is("push")) return answer_push(reply);
  if (args.next_is("verbatim")) return reply.verbatim("This is a verbatim\nstring");
  if (args.next_is("true")) return reply.boolean(true);
  if (args.next_is("false")) return reply.boolean(false);
  reply.error(
      "ERR Wrong protocol type name. Please use one of the following: "
      "string|integer|double|bignum|null|array|set|map|attrib|push|verbatim|true|false");
}

}  // namespace countd::commands
