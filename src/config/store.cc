// Writers take turns under a mutex; readers take a pointer.
#include "config/store.h"

#include <unistd.h>

#include <algorithm>

#include "config/conf_reader.h"
#include "config/conf_rewrite.h"
#include "config/glob.h"
#include "config/option_value.h"
#include "config/value_text.h"

namespace countd::config {

namespace {

std::string failure(const std::string& name, std::string_view reason) {
  return "ERR CONFIG SET failed (possibly related to argument '" + name + "') - " +
         std::string(reason);
}

/// May this option be changed now, by this caller, after `earlier` ones of the same command?
std::optional<std::string> refusal(const Row* row, const std::string& name, bool guarded,
                                   std::span<const Row* const> earlier) {
  if (row == nullptr) {
    return "ERR Unknown option or number of arguments for CONFIG SET - '" + name + "'";
  }
  if (row->mutability == Mutability::kImmutable) return failure(name, "can't set immutable config");
  if (row->mutability == Mutability::kProtected && guarded) {
    return failure(name, "can't set protected config");
  }
  if (std::find(earlier.begin(), earlier.end(), row) != earlier.end()) {
    return failure(name, "duplicate parameter");
  }
  return std::nullopt;
}

bool is_guarded(const Options& options, Caller caller) {
  switch (options.enable_protected_configs) {
    case Access::kNo:
      return true;
    case Access::kYes:
      return false;
    case Access::kLocal:
      return caller != Caller::kLocal;
  }
  return true;
}

}  // namespace

Store::Store(Options options, std::string conf_path) : conf_path_(std::move(conf_path)) {
  published_.push_back(std::make_unique<const Options>(std::move(options)));
  current_.store(published_.back().get(), std::memory_order_release);
}

std::optional<std::string> Store::set(std::span<const Pair> pairs, Caller caller) {
  const std::lock_guard lock(writing_);
  const bool guarded = is_guarded(current(), caller);
  std::vector<const Row*> rows;
  for (const auto& [name, value] : pairs) {
    const Row* const row = find_option(name);
    if (auto error = refusal(row, name, guarded, rows)) return error;
    rows.push_back(row);
  }
  auto changed = std::make_unique<Options>(current());
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    const auto complaint = read_argument(*rows[i], pairs[i].second, *changed);
    if (complaint) return failure(pairs[i].first, *complaint);
  }
  if (*changed == current()) return std::nullopt;
  if (const auto failed = trial_ ? trial_(current(), *changed) : std::nullopt) {
    return failure(std::string(failed->option), failed->reason);
  }
  published_.push_back(std::move(changed));
  current_.store(published_.back().get(), std::memory_order_release);
  std::vector<std::string_view> names;
  for (const Row* const row : rows) names.push_back(row->name);
  for (const auto& listener : listeners_) listener(current(), names);
  return std::nullopt;
}

std::vector<Store::Pair> Store::get(std::span<const std::string> patterns) const {
  const Options& options = current();
  std::vector<Pair> found;
  const auto add = [&](std::string_view name, const Row& row) {
    const auto same = [&](const Pair& pair) { return same_word(pair.first, name); };
    if (name.empty() || std::any_of(found.begin(), found.end(), same)) return;
    found.emplace_back(name, show_value(row, options));
  };
  for (const auto& pattern : patterns) {
    if (!has_wildcard(pattern)) {
      if (const Row* const row = find_option(pattern)) add(pattern, *row);
      continue;
    }
    for (const auto& row : option_table()) {
      if (glob_matches(pattern, row.name, /*ignore_case=*/true)) add(row.name, row);
      if (glob_matches(pattern, row.alias, /*ignore_case=*/true)) add(row.alias, row);
    }
  }
  return found;
}

std::optional<std::string> Store::rewrite() {
  if (conf_path_.empty()) return "ERR The server is running without a config file";
  const std::lock_guard lock(writing_);
  Files::Content old;
  if (::access(conf_path_.c_str(), F_OK) == 0) old = DiskFiles().read(conf_path_);
  auto complaint = old.error.empty() ? replace_file(conf_path_, rewritten_conf(old.text, current()))
                                     : Complaint(old.error);
  if (complaint) return "ERR Rewriting config file: " + *complaint;
  return std::nullopt;
}

void Store::set_trial(Trial trial) {
  const std::lock_guard lock(writing_);
  trial_ = std::move(trial);
}

void Store::on_change(Listener listener) {
  const std::lock_guard lock(writing_);
  listeners_.push_back(std::move(listener));
}

}  // namespace countd::config
