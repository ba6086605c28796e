#include "net/invalidation.h"

#include <doctest/doctest.h>

using namespace countd;

TEST_CASE("messages are RESP3 pushes with the names as they are") {
  protocol::ByteBuffer out;
  const tracking::KeyNames keys{"a", std::string("b\0\r\n", 4)};
  net::write_invalidation(&keys, out);
  CHECK(out.view() == std::string_view(">2\r\n$10\r\ninvalidate\r\n*2\r\n$1\r\na\r\n"
                                       "$4\r\nb\0\r\n\r\n",
                                       42));
  out.clear();
  net::write_invalidation(nullptr, out);
  CHECK(out.view() == ">2\r\n$10\r\ninvalidate\r\n_\r\n");
  out.clear();
  net::write_broken_redirect(77, out);
  CHECK(out.view() == ">2\r\n$21\r\ntracking-redir-broken\r\n:77\r\n");
}
