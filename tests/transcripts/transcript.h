// A transcript is a session as a user types it, each request followed by its exact reply:
//
//   # INCR creates at 0
//   > INCR visits
//   :1
//   > MGET visits "no such key"
//   *2
//     "1"
//     $-1
//
// Requests are quoted as in redis-cli; replies are as render() of tests/support writes them.
// In a reply, /regex/ stands for one line and ... for all that is left at its level.
// Lines that begin with # are comments. Directives:
//
//   @resp3, @resp2           switches the connection's protocol (HELLO), reply not looked at
//   @server countd|redis|both  who knows what follows
//   @client NAME             goes on as another client, connecting it when it is new
//   @advance MS              lets time pass
//   @unordered               the next reply's items may come in any order
//   @scan                    the next SCAN goes on to its end; the reply is all keys, sorted
//   @silent                  the next request gets no reply
//   @send "BYTES"            sends bytes as they are; any number of replies may follow
//   @closed                  the server must have closed this connection
//   @sockets                 the file needs a real connection
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace countd::transcripts {

enum class Action { kRequest, kBytes, kResp2, kResp3, kClient, kAdvance, kClosed };

struct Step {
  Action action = Action::kRequest;
  std::string text;                   // the request's line, the bytes, the name or the number
  std::vector<std::string> expected;  // the reply's lines
  std::size_t line = 0;               // where it stands in the file, from 0
  std::size_t expected_line = 0;      // where its reply begins
  bool unordered = false;
  bool silent = false;
  bool whole_scan = false;
  bool on_countd = true;
  bool on_redis = true;
};

struct Transcript {
  std::vector<Step> steps;
  bool needs_sockets = false;
};

/// Throws std::runtime_error that names the line.
Transcript parse_transcript(std::string_view text);

std::vector<std::string> split_lines(std::string_view text);

/// Do the lines of a reply (or of several, one after the other) suit what is expected?
bool matches(const std::vector<std::string>& expected, const std::vector<std::string>& actual,
             bool unordered);

}  // namespace countd::transcripts
