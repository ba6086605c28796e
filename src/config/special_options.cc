// Every reader checks all of its words before it changes anything.
#include "config/special_options.h"

#include <sys/stat.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <memory>
#include <sstream>

#include "config/value_text.h"

namespace countd::config {

namespace {

constexpr std::size_t kMaxAddresses = 16;

constexpr std::string_view kClassNames[kClientClasses] = {"normal", "replica", "pubsub"};

std::optional<std::size_t> class_of(std::string_view name) {
  if (same_word(name, "slave")) return kReplicaClient;
  for (std::size_t i = 0; i < kClientClasses; ++i) {
    if (same_word(name, kClassNames[i])) return i;
  }
  return std::nullopt;
}

// One quoted word may hold all of them: --save "3600 1" on a command line.
std::vector<std::string> spread(Words words) {
  if (words.size() != 1) return {words.begin(), words.end()};
  std::vector<std::string> parts;
  std::istringstream text(words[0]);
  for (std::string part; text >> part;) parts.push_back(part);
  return parts;
}

bool is_empty_text(Words words) { return words.size() == 1 && words[0].empty(); }

}  // namespace

Complaint SaveOption::read(Words given, bool again, Options& options) {
  constexpr const char* kInvalid = "Invalid save parameters";
  if (is_empty_text(given)) {
    options.save.clear();
    return std::nullopt;
  }
  const auto words = spread(given);
  std::vector<SavePoint> points;
  if (again) points = options.save;
  if (words.size() % 2 != 0) return kInvalid;
  for (std::size_t i = 0; i < words.size(); i += 2) {
    const auto seconds = read_integer(words[i]);
    const auto changes = read_integer(words[i + 1]);
    constexpr std::int64_t kMost = std::numeric_limits<int>::max();
    if (!seconds || !changes || *seconds < 1 || *changes < 0) return kInvalid;
    if (*seconds > kMost || *changes > kMost) return kInvalid;
    points.push_back({*seconds, *changes});
  }
  options.save = std::move(points);
  return std::nullopt;
}

std::string SaveOption::show(const Options& options) {
  std::vector<std::string> numbers;
  for (const auto& point : options.save) {
    numbers.push_back(std::to_string(point.seconds));
    numbers.push_back(std::to_string(point.changes));
  }
  return join(numbers);
}

std::vector<std::string> SaveOption::lines(const Options& options) {
  std::vector<std::string> result;
  for (const auto& point : options.save) {
    result.push_back(std::to_string(point.seconds) + ' ' + std::to_string(point.changes));
  }
  if (result.empty()) result.emplace_back("\"\"");
  return result;
}

Complaint BindOption::read(Words words, bool, Options& options) {
  if (words.size() > kMaxAddresses) return "Too many bind addresses specified.";
  if (is_empty_text(words)) words = {};
  options.bind.assign(words.begin(), words.end());
  return std::nullopt;
}

std::string BindOption::show(const Options& options) { return join(options.bind); }

std::vector<std::string> BindOption::lines(const Options& options) {
  std::vector<std::string> addresses;
  for (const auto& address : options.bind) addresses.push_back(write_text(address));
  return {addresses.empty() ? "\"\"" : join(addresses)};
}

Complaint OutputLimitOption::read(Words given, bool, Options& options) {
  const auto words = spread(given);
  if (words.empty() || words.size() % 4 != 0) {
    return "Wrong number of arguments in buffer limit configuration.";
  }
  auto limits = options.client_output_buffer_limit;
  for (std::size_t i = 0; i < words.size(); i += 4) {
    const auto client_class = class_of(words[i]);
    if (!client_class) return "Invalid client class specified in buffer limit configuration.";
    const auto hard = read_memory(words[i + 1]);
    const auto soft = read_memory(words[i + 2]);
    const auto seconds = read_integer(words[i + 3]);
    if (!hard || !soft || !seconds || *seconds < 0) {
      return "Error in hard, soft or soft_seconds setting in buffer limit configuration.";
    }
    limits[*client_class] = {static_cast<std::uint64_t>(*hard), static_cast<std::uint64_t>(*soft),
                             *seconds};
  }
  options.client_output_buffer_limit = limits;
  return std::nullopt;
}

std::string OutputLimitOption::show(const Options& options) {
  std::vector<std::string> pieces;
  for (std::size_t i = 0; i < kClientClasses; ++i) {
    const auto& limit = options.client_output_buffer_limit[i];
    // Redis 7.0 still answers with the older word here.
    pieces.emplace_back(i == kReplicaClient ? "slave" : kClassNames[i]);
    pieces.push_back(std::to_string(limit.hard_bytes));
    pieces.push_back(std::to_string(limit.soft_bytes));
    pieces.push_back(std::to_string(limit.soft_seconds));
  }
  return join(pieces);
}

std::vector<std::string> OutputLimitOption::lines(const Options& options) {
  std::vector<std::string> result;
  for (std::size_t i = 0; i < kClientClasses; ++i) {
    const auto& limit = options.client_output_buffer_limit[i];
    result.push_back(join({std::string(kClassNames[i]), write_memory(limit.hard_bytes),
                           write_memory(limit.soft_bytes), std::to_string(limit.soft_seconds)}));
  }
  return result;
}

Complaint PercentilesOption::read(Words given, bool, Options& options) {
  std::vector<double> percentiles;
  for (const auto& word : spread(given)) {
    const auto percentile = read_decimal(word);
    if (!percentile) return "Invalid latency-tracking-info-percentiles parameters";
    if (*percentile < 0 || *percentile > 100) {
      return "latency-tracking-info-percentiles parameters should sit between [0.0,100.0]";
    }
    percentiles.push_back(*percentile);
  }
  options.latency_tracking_info_percentiles = std::move(percentiles);
  return std::nullopt;
}

std::string PercentilesOption::show(const Options& options) {
  std::vector<std::string> words;
  for (const double percentile : options.latency_tracking_info_percentiles) {
    words.push_back(write_decimal(percentile));
  }
  return join(words);
}

std::vector<std::string> PercentilesOption::lines(const Options& options) {
  const auto words = show(options);
  return {words.empty() ? "\"\"" : words};
}

Complaint resolve_directory(Options& options) {
  const std::unique_ptr<char, decltype(&std::free)> path(::realpath(options.dir.c_str(), nullptr),
                                                         &std::free);
  if (path == nullptr) return std::strerror(errno);
  struct stat status{};
  if (::stat(path.get(), &status) != 0) return std::strerror(errno);
  if (!S_ISDIR(status.st_mode)) return std::strerror(ENOTDIR);
  options.dir = path.get();
  return std::nullopt;
}

Complaint DirOption::read(Words words, bool, Options& options) {
  Options changed;
  changed.dir = words[0];
  if (auto complaint = resolve_directory(changed)) return complaint;
  options.dir = std::move(changed.dir);
  return std::nullopt;
}

std::string DirOption::show(const Options& options) { return options.dir; }

Complaint check_file_name(const std::string& name, std::string_view option, std::string_view kind) {
  if (!name.empty() && name != "." && name != ".." &&
      name.find_first_of(std::string_view("/\0", 2)) == std::string::npos) {
    return std::nullopt;
  }
  return std::string(option) + " can't be a path, just a " + std::string(kind);
}

}  // namespace countd::config
