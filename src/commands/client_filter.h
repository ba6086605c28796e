// Which clients CLIENT LIST and CLIENT KILL mean: all that pass every filter given.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "storage/base/time.h"

namespace countd::commands {

class Arguments;
class Reply;
struct Session;

/// Owns what it compares with: it outlives the request, on other threads.
struct ClientFilter {
  std::vector<std::uint64_t> ids;  // empty: any
  std::optional<std::string> peer_address;
  std::optional<std::string> local_address;
  std::optional<std::string> user;
  std::optional<std::string> type;     // lower case
  storage::Millis created_before = 0;  // 0: whenever
  bool skip_caller = false;

  [[nodiscard]] bool passes(const Session& client, bool is_caller) const;
};

/// CLIENT LIST's [TYPE type] [ID id …]. Answers and returns nothing if they make no sense.
std::optional<ClientFilter> next_list_filter(Arguments& args, Reply& reply);
/// CLIENT KILL's filters in the form `name value …`, likewise.
std::optional<ClientFilter> next_kill_filter(Arguments& args, Reply& reply);

}  // namespace countd::commands
