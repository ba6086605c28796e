// A server's lives with an append log, on a disk that fails and loses power.
//
// Each cut changes some keys and sets `cut` to its number, so the state of every cut is known. A
// life opens and loads the log, checks what came, and goes on from there: frames, rewrites, bases
// that fail, restarts of a process whose page cache stays. What is wrong is told, not asserted,
// so that a test can also show that a planted bug is found.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "persistence/append_log.h"
#include "persistence/log_loader.h"
#include "tests/persistence/crash_disk.h"

namespace countd::test {

using Counts = std::map<std::string, std::string>;

inline std::string command_text(const std::vector<std::string_view>& words) {
  std::string text = "*" + std::to_string(words.size()) + "\r\n";
  for (const std::string_view word : words) {
    text += "$" + std::to_string(word.size()) + "\r\n";
    text.append(word).append("\r\n");
  }
  return text;
}

/// Runs SET and DEL; an error for anything else but SELECT.
inline storage::log::TakeCommand apply_to(Counts& counts) {
  return [&counts](std::span<const std::string_view> words) -> std::string {
    if (words[0] == "SET" && words.size() == 3) {
      counts[std::string{words[1]}] = words[2];
    } else if (words[0] == "DEL" && words.size() == 2) {
      counts.erase(std::string{words[1]});
    } else if (words[0] != "SELECT") {
      return "unknown command '" + std::string{words[0]} + "'";
    }
    return {};
  };
}

inline const persistence::AppendLogTarget& lives_target() {
  static const persistence::AppendLogTarget target{"data/appendonlydir", "appendonly.aof"};
  return target;
}

struct LoadedCounts {
  persistence::OpenedLog opened;
  persistence::LoadedLog loaded;
  Counts counts;
};
/// Opens and loads; the problem if that was refused.
inline boost::system::result<LoadedCounts, persistence::LogProblem> load_counts(
    storage::Disk& disk) {
  LoadedCounts result;
  auto opened = persistence::open_log(disk, lives_target());
  if (!opened) return opened.error();
  result.opened = std::move(*opened);
  persistence::LogLoad load;
  load.target = lives_target();
  load.manifest = result.opened.manifest;
  auto loaded = persistence::load_log(disk, load, apply_to(result.counts));
  if (!loaded) return loaded.error();
  result.loaded = std::move(*loaded);
  return result;
}

class LogLives {
 public:
  struct Plan {
    persistence::LogPolicy policy;
    bool rewrites = true;
    /// Planted: the base is published without having been synced.
    bool base_unsynced = false;
    /// Whether what was reported durable must survive (not so without syncs).
    bool durable_counts = true;
  };

  LogLives(CrashDisk& disk, std::uint64_t seed, Plan plan)
      : disk_(disk), random_(seed), plan_(plan) {
    disk_.put("data/dump.rdb", "");
  }

  /// Opens, loads and checks. False if it is refused or wrong: then `problem` says how.
  bool begin() {
    log_.reset();
    lock_.reset();
    rewrite_.reset();
    last_base_.reset();
    failed_ = false;
    auto found = load_counts(disk_);
    if (!found) {
      if (!disk_.down()) problem = "refused: " + found.error().what;
      return false;
    }
    if (!check(found->counts)) return false;
    lock_ = std::move(found->opened.lock);
    persistence::AppendLogStart start{found->opened.manifest, found->opened.bytes,
                                      found->loaded.unused_tail, true, found->opened.sync_failed};
    log_ =
        std::make_unique<persistence::AppendLog>(disk_, lives_target(), std::move(start), events());
    log_->push(plan_.policy);
    if (log_->facts().complete) log_->push(persistence::StartIncrement{});
    return true;
  }

  /// Does one thing or another.
  void act() {
    const std::uint64_t choice = random_.below(20);
    if (choice < 10) {
      cut();
    } else if (choice < 17) {
      log_->step();
    } else if (choice == 17 && last_base_ && !rewrite_) {
      // A server may give up, once more, a rewrite whose end it has been told already.
      log_->push(persistence::RewriteFailed{*last_base_});
    } else if (plan_.rewrites) {
      rewrite_ ? finish_rewrite() : start_rewrite();
    }
  }
  void act(int times) {
    for (int i = 0; i < times && !disk_.down(); ++i) act();
  }
  void drain() {
    while (log_->step()) {
    }
  }
  /// One rewrite that succeeds, with a frame in the middle.
  void rewrite() {
    start_rewrite();
    drain();
    cut();
    drain();
    finish_rewrite(true);
    drain();
  }
  /// Does what a server does that has refused writes: rewrites, until the log is complete.
  void recover() {
    drain();
    for (int i = 0; i < 3 && failed_; ++i) {
      if (!rewrite_) start_rewrite();
      drain();
      if (rewrite_) finish_rewrite();
      drain();
    }
  }

  void cut() {
    ++epoch_;
    auto frame = std::make_shared<storage::log::Frame>();
    frame->epoch = epoch_;
    frame->time = static_cast<storage::Millis>(1'000'000 + epoch_);
    frame->pieces.push_back(command_text({"SELECT", "0"}));
    frame->pieces.push_back(set("cut", std::to_string(epoch_)));
    frame->commands = 2;
    for (std::uint64_t keys = random_.below(4); keys > 0; --keys) {
      frame->pieces.push_back(
          set("key" + std::to_string(random_.below(5)), std::string(random_.below(900), letter())));
      ++frame->commands;
    }
    cuts_.resize(epoch_);
    cuts_.push_back(state_);
    log_->push(std::move(frame));
  }
  void start_rewrite() {
    rewrite_ = Rewrite{log_->claim_base(), state_};
    last_base_ = rewrite_->base;
    log_->push(persistence::StartIncrement{rewrite_->base, epoch_});
  }
  void finish_rewrite() { finish_rewrite(random_.below(8) != 0); }
  void finish_rewrite(bool well) {
    const Rewrite rewrite = std::move(*rewrite_);
    rewrite_.reset();
    if (well && write_base(rewrite)) {
      log_->push(persistence::PublishBase{rewrite.base});
    } else {
      log_->push(persistence::RewriteFailed{rewrite.base});
    }
  }

  [[nodiscard]] persistence::AppendLog& log() { return *log_; }
  /// Of the rewrite that was begun last.
  [[nodiscard]] const storage::log::LogFile& base() const { return *last_base_; }
  [[nodiscard]] std::uint64_t durable() const { return durable_; }
  [[nodiscard]] std::uint64_t epoch() const { return epoch_; }
  [[nodiscard]] bool failed() const { return failed_; }
  [[nodiscard]] const Counts& state() const { return state_; }

  std::string problem;
  int failures = 0;
  int recoveries = 0;
  int rewrites = 0;
  int failed_rewrites = 0;
  std::string last_error;
  std::vector<std::unique_ptr<storage::Remains>> remains;  // of removed files

 private:
  struct Rewrite {
    storage::log::LogFile base;
    Counts state;
  };

  persistence::AppendLogEvents events() {
    persistence::AppendLogEvents events;
    events.durable = [this](std::uint64_t epoch) { durable_ = std::max(durable_, epoch); };
    events.failed = [this](const std::string& error) {
      failed_ = true;
      last_error = error;
      ++failures;
    };
    events.recovered = [this] {
      failed_ = false;
      ++recoveries;
    };
    events.rewrite_ended = [this](bool ok, const std::string& error) {
      (ok ? rewrites : failed_rewrites) += 1;
      if (!ok) last_error = error;
    };
    events.remains = [this](auto one) { remains.push_back(std::move(one)); };
    return events;
  }

  /// What was loaded must be the state of a cut, and of none before the last durable one.
  bool check(const Counts& counts) {
    const auto found = counts.find("cut");
    const std::uint64_t cut = found == counts.end() ? 0 : std::stoull(found->second);
    if (cut > epoch_) {
      problem = "cut " + std::to_string(cut) + " was never made";
    } else if (counts != cuts_[cut]) {
      problem = "the counts are not those of cut " + std::to_string(cut);
    } else if (plan_.durable_counts && cut < durable_) {
      problem =
          "cut " + std::to_string(durable_) + " was durable, " + std::to_string(cut) + " is there";
    }
    if (!problem.empty()) return false;
    epoch_ = cut;
    state_ = counts;
    return true;
  }

  std::string set(const std::string& key, const std::string& value) {
    state_[key] = value;
    return command_text({"SET", key, value});
  }
  char letter() { return static_cast<char>('a' + random_.below(26)); }

  /// As a snapshot's writer does it; commands, so that no keyspace is needed.
  bool write_base(const Rewrite& rewrite) {
    const auto& target = lives_target();
    const std::string temporary = target.path("temp-1-1.rdb");
    const auto file = disk_.create(temporary);
    if (!file) return false;
    std::string text = command_text({"SELECT", "0"});  // as no snapshot is empty either
    for (const auto& [key, value] : rewrite.state) text += command_text({"SET", key, value});
    if (!(*file)->write(text)) return false;
    if (!plan_.base_unsynced && !(*file)->sync()) return false;
    if (!disk_.rename(temporary, target.path(rewrite.base.name))) return false;
    return plan_.base_unsynced || disk_.sync_directory(target.directory);
  }

  CrashDisk& disk_;
  storage::Random random_;
  const Plan plan_;
  std::unique_ptr<storage::FileLock> lock_;
  std::unique_ptr<persistence::AppendLog> log_;
  std::vector<Counts> cuts_{Counts{}};  // by epoch
  Counts state_;
  std::uint64_t epoch_ = 0;
  std::uint64_t durable_ = 0;
  bool failed_ = false;
  std::optional<Rewrite> rewrite_;
  std::optional<storage::log::LogFile> last_base_;
};

}  // namespace countd::test
