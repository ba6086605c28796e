#include "commands/client_tracking.h"

#include <doctest/doctest.h>

#include <string>

#include "tests/commands/harness.h"

using countd::test::Harness;

namespace {

std::string error(const std::string& text) { return "-ERR " + text + "\r\n"; }

}  // namespace

TEST_CASE("tracking is as it was asked for last, and off by itself") {
  Harness server;
  Harness::Client client(server);
  CHECK(client("CLIENT GETREDIR") == ":-1\r\n");
  CHECK(client("CLIENT TRACKING on NOLOOP") == "+OK\r\n");
  CHECK(client.session().tracking.no_loop);
  CHECK(client("CLIENT GETREDIR") == ":0\r\n");
  CHECK(client("CLIENT TRACKING on OPTIN") == "+OK\r\n");
  CHECK_FALSE(client.session().tracking.no_loop);
  CHECK(client.session().tracking.opt_in);
  CHECK(client("CLIENT TRACKING off") == "+OK\r\n");
  CHECK_FALSE(client.session().tracking.on);
}

TEST_CASE("a redirection needs a client that is there") {
  Harness server;
  Harness::Client client(server);
  Harness::Client other(server);
  const auto id = std::to_string(other.session().id);
  CHECK(client("CLIENT TRACKING on REDIRECT " + id) == "+OK\r\n");
  CHECK(client("CLIENT GETREDIR") == ":" + id + "\r\n");
  CHECK(client("CLIENT TRACKING on REDIRECT x") ==
        error("value is not an integer or out of range"));
  CHECK(client("CLIENT TRACKING on REDIRECT 12345") ==
        error("The client ID you want redirect to does not exist"));
  CHECK(client("CLIENT TRACKING on REDIRECT " + id + " REDIRECT " + id) ==
        error("A client can only redirect to a single other client"));
  CHECK(client("CLIENT TRACKING on REDIRECT") == error("syntax error"));
}

TEST_CASE("modes that do not go together are refused, and change nothing") {
  Harness server;
  Harness::Client client(server);
  CHECK(client("CLIENT TRACKING on PREFIX a") ==
        error("PREFIX option requires BCAST mode to be enabled"));
  CHECK(client("CLIENT TRACKING on BCAST OPTOUT") ==
        error("OPTIN and OPTOUT are not compatible with BCAST"));
  CHECK(client("CLIENT TRACKING on OPTIN OPTOUT") ==
        error("You can't specify both OPTIN mode and OPTOUT mode"));
  CHECK(client("CLIENT TRACKING perhaps") == error("syntax error"));
  CHECK(client("CLIENT TRACKING on SOMETIMES") == error("syntax error"));
  CHECK_FALSE(client.session().tracking.on);
  CHECK(client("CLIENT TRACKING on OPTIN") == "+OK\r\n");
  CHECK(client("CLIENT TRACKING on OPTOUT") ==
        error("You can't switch OPTIN/OPTOUT mode before disabling tracking for this client, and "
              "then re-enabling it with a different mode."));
  CHECK(client("CLIENT TRACKING on BCAST") ==
        error("You can't switch BCAST mode on/off before disabling tracking for this client, and "
              "then re-enabling it with a different mode."));
  CHECK(client.session().tracking.opt_in);
}

TEST_CASE("prefixes add up and never overlap") {
  Harness server;
  Harness::Client client(server);
  CHECK(client("CLIENT TRACKING on BCAST PREFIX ab PREFIX a") ==
        error("Prefix 'ab' overlaps with another provided prefix 'a'. Prefixes for a single client "
              "must not overlap."));
  CHECK(client("CLIENT TRACKING on BCAST PREFIX x PREFIX ab") == "+OK\r\n");
  CHECK(client("CLIENT TRACKING on BCAST PREFIX abc") ==
        error("Prefix 'abc' overlaps with an existing prefix 'ab'. Prefixes for a single client "
              "must not overlap."));
  CHECK(client("CLIENT TRACKING on BCAST PREFIX y NOLOOP") == "+OK\r\n");
  CHECK(client("CLIENT TRACKINGINFO") ==
        "*6\r\n$5\r\nflags\r\n*3\r\n$2\r\non\r\n$5\r\nbcast\r\n$6\r\nnoloop\r\n$8\r\nredirect\r\n"
        ":0\r\n$8\r\nprefixes\r\n*3\r\n$2\r\nab\r\n$1\r\nx\r\n$1\r\ny\r\n");
  CHECK(client("CLIENT TRACKING off") == "+OK\r\n");
  CHECK(client("CLIENT TRACKING on BCAST") == "+OK\r\n");
  CHECK(client.session().tracking.prefixes == std::vector<std::string>{""});
}

TEST_CASE("CACHING fits the mode") {
  Harness server;
  Harness::Client client(server);
  CHECK(client("CLIENT CACHING yes") ==
        error("CLIENT CACHING can be called only when the client is in tracking mode with OPTIN or "
              "OPTOUT mode enabled"));
  CHECK(client("CLIENT TRACKING on OPTOUT") == "+OK\r\n");
  CHECK(client("CLIENT CACHING yes") ==
        error("CLIENT CACHING YES is only valid when tracking is enabled in OPTIN mode."));
  CHECK(client("CLIENT CACHING perhaps") == error("syntax error"));
  CHECK(client("CLIENT CACHING no") == "+OK\r\n");
  CHECK(client("CLIENT TRACKINGINFO").find("caching-no") != std::string::npos);
  CHECK(client("CLIENT TRACKING off") == "+OK\r\n");
  CHECK(client("CLIENT TRACKING on OPTIN") == "+OK\r\n");
  CHECK(client("CLIENT CACHING no") ==
        error("CLIENT CACHING NO is only valid when tracking is enabled in OPTOUT mode."));
  CHECK(client("CLIENT CACHING yes") == "+OK\r\n");
}
