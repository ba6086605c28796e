#include <doctest/doctest.h>

#include <algorithm>
#include <set>
#include <string>
#include <string_view>

#include "server/info.h"

using countd::server::info_fields;

TEST_CASE("every field has a name of its own, a known section, a value and a help") {
  const std::set<std::string_view> sections = {"server", "clients",     "memory", "persistence",
                                               "stats",  "replication", "cpu",    "cluster"};
  const countd::config::Options options;
  countd::server::Facts facts;
  facts.options = &options;
  std::set<std::string_view> names;
  for (const auto& field : info_fields()) {
    CAPTURE(field.name);
    CHECK(names.insert(field.name).second);
    CHECK(sections.contains(field.section));
    CHECK_FALSE(field.help.empty());
    const auto value = field.value(facts);
    CHECK(std::ranges::none_of(value, [](char c) { return c == '\r' || c == '\n'; }));
    CHECK(std::ranges::all_of(field.name, [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
    }));
  }
  CHECK(names.size() > 100);
}

TEST_CASE("the fields that monitoring reads are there") {
  std::set<std::string_view> names;
  for (const auto& field : info_fields()) names.insert(field.name);
  for (const auto* const name : {"redis_version",
                                 "uptime_in_seconds",
                                 "connected_clients",
                                 "used_memory",
                                 "maxmemory",
                                 "rdb_last_bgsave_status",
                                 "loading",
                                 "instantaneous_ops_per_sec",
                                 "keyspace_hits",
                                 "expired_keys",
                                 "evicted_keys",
                                 "role",
                                 "used_cpu_sys",
                                 "cluster_enabled",
                                 "mem_fragmentation_bytes",
                                 "allocator_rss_ratio",
                                 "lazyfreed_objects",
                                 "active_defrag_running",
                                 "current_cow_size",
                                 "rdb_last_cow_size",
                                 "repl_backlog_size",
                                 "evicted_clients",
                                 "expired_stale_perc",
                                 "unexpected_error_replies",
                                 "lru_clock"}) {
    CHECK(names.contains(name));
  }
}
