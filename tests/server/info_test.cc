#include "server/info.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "metrics/latency_histogram.h"

using countd::server::Facts;
using countd::server::human_bytes;
using countd::server::info_text;
using countd::server::LatencyCounts;

namespace {

Facts facts_of(const countd::config::Options& options) {
  Facts facts;
  facts.options = &options;
  facts.started = 1'700'000'000'000;
  facts.now = facts.started + 90'061'000;  // a day, an hour, a minute and a second
  facts.connections = 7;
  facts.used_bytes = 1536 * 1024;
  facts.totals.calls = 42;
  facts.snapshot.changes_since = 3;
  facts.databases = {{0, 5, 2, 1000}, {1, 0, 0, 0}, {9, 1, 0, 0}};
  LatencyCounts latencies(countd::metrics::LatencyHistogram::kBuckets);
  latencies[countd::metrics::LatencyHistogram::bucket_of(2'500)] = 4;
  facts.commands = {{"get", {4, 10'000, 1, 0}}, {"never", {}}};
  facts.latencies = [latencies] { return std::vector<LatencyCounts>{latencies, {}}; };
  facts.errors = {{"ERR", 2}, {"WRONGTYPE", 1}};
  return facts;
}

bool has_line(const std::string& text, const std::string& line) {
  return ("\r\n" + text).find("\r\n" + line + "\r\n") != std::string::npos;
}

std::string info(std::vector<std::string> sections) {
  const countd::config::Options options;
  return info_text(facts_of(options), sections);
}

}  // namespace

TEST_CASE("a section is its title and its lines, and says what Redis says") {
  const auto text = info({"clients"});
  CHECK(text.starts_with("# Clients\r\nconnected_clients:7\r\n"));
  CHECK(text.find("# Server") == std::string::npos);
  CHECK(has_line(info({"server"}), "uptime_in_seconds:90061"));
  CHECK(has_line(info({"server"}), "uptime_in_days:1"));
  CHECK(has_line(info({"memory"}), "used_memory_human:1.50M"));
  CHECK(has_line(info({"stats"}), "total_commands_processed:42"));
  CHECK(has_line(info({"stats"}), "total_error_replies:3"));
  CHECK(has_line(info({"persistence"}), "rdb_changes_since_last_save:3"));
}

TEST_CASE("the derived sections show what there is, and leave out what is empty") {
  CHECK(info({"keyspace"}) ==
        "# Keyspace\r\ndb0:keys=5,expires=2,avg_ttl=1000\r\n"
        "db9:keys=1,expires=0,avg_ttl=0\r\n");
  CHECK(info({"commandstats"}) ==
        "# Commandstats\r\ncmdstat_get:calls=4,usec=10,usec_per_call=2.50,rejected_calls=1,"
        "failed_calls=0\r\n");
  CHECK(info({"latencystats"}) ==
        "# Latencystats\r\nlatency_percentiles_usec_get:p50=2.559,p99=2.559,p99.9=2.559\r\n");
  CHECK(info({"errorstats"}) ==
        "# Errorstats\r\nerrorstat_ERR:count=2\r\nerrorstat_WRONGTYPE:count=1\r\n");
}

TEST_CASE("sections come in their order, once, whatever is asked for") {
  const auto twice = info({"keyspace", "clients", "keyspace"});
  CHECK(twice.find("# Clients") < twice.find("\r\n\r\n# Keyspace"));
  CHECK(twice.find("# Keyspace") == twice.rfind("# Keyspace"));
  const auto usual = info({});
  CHECK(usual.find("# Commandstats") == std::string::npos);
  CHECK(usual.find("# Keyspace") != std::string::npos);
  CHECK(info({"default"}) == usual);
  for (const auto* const all : {"all", "everything"}) {
    CHECK(info({all}).find("# Commandstats") != std::string::npos);
  }
  CHECK(info({"nosuch"}) == "");
}

TEST_CASE("bytes are spelled as people read them") {
  CHECK(human_bytes(0) == "0B");
  CHECK(human_bytes(1023) == "1023B");
  CHECK(human_bytes(1024) == "1.00K");
  CHECK(human_bytes(1536 * 1024) == "1.50M");
  CHECK(human_bytes(5ull << 30) == "5.00G");
  CHECK(human_bytes(1ull << 40) == "1.00T");
  CHECK(human_bytes(3ull << 50) == "3.00P");
  CHECK(human_bytes(~0ull) == "16384.00P");
}
