// The settings in force. Readers take a reference to an immutable Options; CONFIG SET builds a
// new one from it and publishes it with one atomic store, so a reader sees all of a change or
// nothing of it.
//
// Old Options stay alive until the Store dies: a shard holds a reference for a whole turn, and
// changes are rare (a set() that changes nothing publishes nothing).
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/options.h"

namespace countd::config {

/// Where a CONFIG SET comes from; it matters for what enable-protected-configs guards.
enum class Caller : std::uint8_t { kLocal, kRemote };

class Store {
 public:
  using Pair = std::pair<std::string, std::string>;
  /// `names` are the options that were set, as their rows spell them.
  using Listener = std::function<void(const Options& now, std::span<const std::string_view> names)>;

  /// Tries what `wanted` asks of the world before it is in force; says what failed, or nothing.
  struct Failure {
    std::string_view option;  // as its row spells it
    std::string_view reason;
  };
  using Trial = std::function<std::optional<Failure>(const Options& before, const Options& wanted)>;

  /// `conf_path`: the file that rewrite() keeps up to date; empty: there is none.
  explicit Store(Options options, std::string conf_path = {});
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  /// Valid as long as the Store. Any thread.
  [[nodiscard]] const Options& current() const { return *current_.load(std::memory_order_acquire); }

  /// CONFIG SET: all pairs or none. Returns the error reply with its code, or nothing.
  /// If something changed, listeners run before it returns, on the caller's thread; they must not
  /// call set().
  std::optional<std::string> set(std::span<const Pair> pairs, Caller caller = Caller::kRemote);

  /// CONFIG GET: names and values, each option once. A pattern without wildcards answers under
  /// the name as it was asked for.
  [[nodiscard]] std::vector<Pair> get(std::span<const std::string> patterns) const;

  /// CONFIG REWRITE: brings the configuration file up to date, atomically. Returns the error
  /// reply with its code, or nothing.
  std::optional<std::string> rewrite();

  /// Before every change from now on `trial` is asked, by whichever thread makes it, one at a time.
  void set_trial(Trial trial);
  /// Calls `listener` after every change from now on.
  void on_change(Listener listener);

  [[nodiscard]] const std::string& conf_path() const { return conf_path_; }

 private:
  const std::string conf_path_;
  std::mutex writing_;  // held by set, rewrite, on_change; readers of current_ need nothing
  std::vector<std::unique_ptr<const Options>> published_;
  std::atomic<const Options*> current_ = nullptr;
  Trial trial_;
  std::vector<Listener> listeners_;
};

}  // namespace countd::config
