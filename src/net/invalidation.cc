#include "net/invalidation.h"

#include "protocol/reply_writer.h"

namespace countd::net {

using protocol::ReplyWriter;
using protocol::Version;

void write_invalidation(const tracking::KeyNames* keys, protocol::ByteBuffer& out) {
  ReplyWriter writer(out, Version::kResp3);
  writer.push(2);
  writer.bulk("invalidate");
  if (keys == nullptr) return writer.null();
  writer.array(keys->size());
  for (const auto& key : *keys) writer.bulk(key);
}

void write_broken_redirect(std::uint64_t redirect, protocol::ByteBuffer& out) {
  ReplyWriter writer(out, Version::kResp3);
  writer.push(2);
  writer.bulk("tracking-redir-broken");
  writer.integer(static_cast<std::int64_t>(redirect));
}

}  // namespace countd::net
