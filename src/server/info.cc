#include "server/info.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

#include "metrics/latency_histogram.h"

namespace countd::server {
namespace {

struct Section {
  std::string_view name;
  std::string_view title;
  bool shown_by_default;
};

constexpr std::array<Section, 13> kSections = {{
    {"server", "Server", true},
    {"clients", "Clients", true},
    {"memory", "Memory", true},
    {"persistence", "Persistence", true},
    {"stats", "Stats", true},
    {"replication", "Replication", true},
    {"cpu", "CPU", true},
    {"modules", "Modules", true},
    {"commandstats", "Commandstats", false},
    {"latencystats", "Latencystats", false},
    {"errorstats", "Errorstats", true},
    {"cluster", "Cluster", true},
    {"keyspace", "Keyspace", true},
}};

bool asked_for(const Section& section, std::span<const std::string> asked) {
  if (asked.empty()) return section.shown_by_default;
  return std::ranges::any_of(asked, [&](const std::string& name) {
    if (name == "default") return section.shown_by_default;
    return name == section.name || name == "all" || name == "everything";
  });
}

void add_commands(const Facts& facts, std::string& out) {
  for (const auto& [name, totals] : facts.commands) {
    if (totals.calls + totals.rejected + totals.failed == 0) continue;
    const double micros = static_cast<double>(totals.nanoseconds) / 1000;
    const double each = totals.calls == 0 ? 0 : micros / static_cast<double>(totals.calls);
    out += fmt::format("cmdstat_{}:calls={},usec={:.0f},usec_per_call={:.2f},", name, totals.calls,
                       micros, each);
    out += fmt::format("rejected_calls={},failed_calls={}\r\n", totals.rejected, totals.failed);
  }
}

void add_latencies(const Facts& facts, std::string& out) {
  if (!facts.options->latency_tracking) return;
  const auto latencies = facts.latencies();
  for (std::size_t i = 0; i < latencies.size(); ++i) {
    if (latencies[i].empty()) continue;
    out += fmt::format("latency_percentiles_usec_{}:", facts.commands[i].name);
    std::string_view comma;
    for (const double percentile : facts.options->latency_tracking_info_percentiles) {
      out += fmt::format("{}p{}={:.3f}", std::exchange(comma, ","), percentile,
                         metrics::percentile_micros(latencies[i], percentile));
    }
    out += "\r\n";
  }
}

void add_derived(const Facts& facts, std::string_view section, std::string& out) {
  if (section == "commandstats") return add_commands(facts, out);
  if (section == "latencystats") return add_latencies(facts, out);
  if (section == "errorstats") {
    for (const auto& [code, count] : facts.errors) {
      out += fmt::format("errorstat_{}:count={}\r\n", code, count);
    }
  } else if (section == "modules") {
    out += "module:name=bf,ver=20400,api=1,filters=0,usedby=[],using=[],options=[]\r\n";
  } else if (section == "keyspace") {
    for (const auto& db : facts.databases) {
      if (db.keys == 0) continue;
      out += fmt::format("db{}:keys={},expires={},avg_ttl={}\r\n", db.db, db.keys, db.expires,
                         db.average_ttl_ms);
    }
  }
}

}  // namespace

std::string info_text(const Facts& facts, std::span<const std::string> sections) {
  std::string out;
  for (const Section& section : kSections) {
    if (!asked_for(section, sections)) continue;
    if (!out.empty()) out += "\r\n";
    out += fmt::format("# {}\r\n", section.title);
    for (const InfoField& field : info_fields()) {
      if (field.section != section.name) continue;
      out += fmt::format("{}:{}\r\n", field.name, field.value(facts));
    }
    add_derived(facts, section.name, out);
  }
  return out;
}

std::string human_bytes(std::uint64_t bytes) {
  constexpr std::string_view kUnits = "BKMGTP";
  if (bytes < 1024) return fmt::format("{}B", bytes);
  auto value = static_cast<double>(bytes);
  std::size_t unit = 0;
  while (value >= 1024 && unit + 1 < kUnits.size()) {
    value /= 1024;
    ++unit;
  }
  return fmt::format("{:.2f}{}", value, kUnits[unit]);
}

}  // namespace countd::server
