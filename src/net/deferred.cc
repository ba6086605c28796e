#include "net/deferred.h"

#include <utility>

namespace countd::net {
namespace {

class Deferred final : public commands::DeferredReply {
 public:
  explicit Deferred(Connection& connection)
      : shard_(connection.shard()),
        connection_(&connection),
        wave_(&connection.wave()),
        slot_(connection.wave().slots.size() - 1),
        version_(connection.session().version) {
    // The count is not synchronised: it changes on the connection's thread only, here and there.
    intrusive_ptr_add_ref(connection_);
    ++wave_->outstanding;
  }

  void complete(std::function<void(commands::Reply&)> answer) override {
    shard_.post([answer = std::move(answer), &shard = shard_, connection = connection_,
                 wave = wave_, slot = slot_, version = version_] {
      shard.enter();
      wave->slots[slot].kind = commands::ReplySlot::Kind::kEmpty;
      commands::Reply reply(wave->slots[slot], wave->bytes, version, shard::kOwnArena);
      answer(reply);
      if (--wave->outstanding == 0) shard.turn().activate(*wave);
      intrusive_ptr_release(connection);
    });
  }

 private:
  shard::Shard& shard_;
  Connection* connection_;
  shard::Wave* wave_;
  std::size_t slot_;
  protocol::Version version_;
};

}  // namespace

std::shared_ptr<commands::DeferredReply> defer_reply(Connection& connection,
                                                     commands::Reply& reply) {
  reply.defer();
  return std::make_shared<Deferred>(connection);
}

}  // namespace countd::net
