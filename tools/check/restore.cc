#include "tools/check/restore.h"

#include "storage/base/integer.h"
#include "storage/log/log_reader.h"
#include "storage/log/manifest.h"
#include "storage/rdb/file_layout.h"
#include "tools/check/time_text.h"

namespace countd::check {
namespace {

using storage::join_path;
using storage::Millis;
using storage::log::LogEnd;

constexpr int kAnyDatabase = 1 << 20;

LogEnd read_until(std::string_view bytes, const storage::log::ReadOptions& options) {
  return storage::log::read_log(bytes, options, [](auto) { return std::string{}; });
}

/// Walks over the files of a log and notes what of them is not later than `until`.
class Planning {
 public:
  Planning(storage::Disk& disk, const inspect::Target& target, Millis until)
      : disk_(disk), until_(until) {
    plan_.from = target.directory;
    plan_.manifest_name = target.manifest_name;
    plan_.manifest.base = target.manifest.base;
  }

  /// What is wrong, or nothing.
  std::string base() {
    if (!plan_.manifest.base) return {};
    const std::string& name = plan_.manifest.base->name;
    const auto file = disk_.read(join_path(plan_.from, name));
    if (!file) return file.error().what;
    const std::string_view bytes = (*file)->bytes();
    plan_.files.push_back({name, bytes.size()});
    if (inspect::is_snapshot(name, bytes)) return base_snapshot(bytes);
    const bool ours = storage::log::is_command_base(name);
    const LogEnd end = read_until(bytes, {.until = until_, .command_base = ours});
    if (end.kind == LogEnd::Kind::kUntil) return newer_base();
    return end.kind == LogEnd::Kind::kWhole ? "" : name + ": " + end.what;
  }

  /// `last`: no increment follows. What is wrong, or nothing.
  std::string increment(const storage::log::LogFile& file, bool last) {
    if (cut_) return {};
    const auto contents = disk_.read(join_path(plan_.from, file.name));
    if (!contents) return contents.error().what;
    const LogEnd end = read_until((*contents)->bytes(), {.until = until_});
    const bool torn_end = last && end.kind == LogEnd::Kind::kTorn;
    cut_ = end.kind == LogEnd::Kind::kUntil;
    if (end.kind != LogEnd::Kind::kWhole && !cut_ && !torn_end) return file.name + ": " + end.what;
    frames_ += end.frames;
    if (end.last_time > 0) plan_.last_time = end.last_time;
    plan_.files.push_back({file.name, end.good_bytes});
    plan_.manifest.increments.push_back(file);
    return {};
  }

  /// What is wrong with all of them, or nothing.
  [[nodiscard]] std::string times() const {
    if (plan_.last_time > 0 || frames_ == 0) return {};
    return cut_
               ? "no frame before the first one that is later says when it was"
               : "the log has no timestamps (aof-timestamp-enabled), so no time can be found in it";
  }

  RestorePlan take() { return std::move(plan_); }

 private:
  std::string base_snapshot(std::string_view bytes) {
    const auto layout = storage::rdb::read_layout(bytes, kAnyDatabase);
    if (!layout) return plan_.manifest.base->name + ": " + layout.error().text();
    const auto made = storage::parse_integer(layout->notes.field("ctime"));
    if (!made) return "the base does not say when it was made";
    return *made * 1000 > until_ ? newer_base() : "";
  }

  [[nodiscard]] std::string newer_base() const {
    return "the base is newer than " + spell_time(until_) + "; take an older backup of the log";
  }

  storage::Disk& disk_;
  Millis until_;
  RestorePlan plan_;
  std::uint64_t frames_ = 0;
  bool cut_ = false;
};

storage::DiskStatus write_file(storage::Disk& disk, const std::string& path,
                               std::string_view bytes) {
  const auto file = disk.create(path);
  if (!file) return file.error();
  if (const auto written = (*file)->write(bytes); !written) return written.error();
  return (*file)->sync();
}

storage::DiskStatus copy(storage::Disk& disk, const RestorePlan& plan, const std::string& output) {
  for (const auto& file : plan.files) {
    const auto contents = disk.read(join_path(plan.from, file.name));
    if (!contents) return contents.error();
    const auto written =
        write_file(disk, join_path(output, file.name), (*contents)->bytes().substr(0, file.bytes));
    if (!written) return written.error();
  }
  if (const auto synced = disk.sync_directory(output); !synced) return synced.error();
  const std::string temporary = join_path(output, "temp-" + plan.manifest_name);
  const auto written = write_file(disk, temporary, plan.manifest.text());
  if (!written) return written.error();
  const auto renamed = disk.rename(temporary, join_path(output, plan.manifest_name));
  if (!renamed) return renamed.error();
  return disk.sync_directory(output);
}

std::string parent_of(std::string path) {
  while (path.size() > 1 && path.back() == '/') path.pop_back();
  const std::size_t slash = path.rfind('/');
  if (slash == std::string::npos) return "";
  return path.substr(0, slash + 1);
}

}  // namespace

boost::system::result<RestorePlan, RestoreProblem> plan_restore(storage::Disk& disk,
                                                                const inspect::Target& target,
                                                                Millis until) {
  if (target.kind != inspect::Target::Kind::kLog) {
    return RestoreProblem{target.path + " is not a log with a manifest"};
  }
  Planning planning{disk, target, until};
  std::string wrong = planning.base();
  const auto& increments = target.manifest.increments;
  for (std::size_t i = 0; i < increments.size() && wrong.empty(); ++i) {
    wrong = planning.increment(increments[i], i + 1 == increments.size());
  }
  if (wrong.empty()) wrong = planning.times();
  if (!wrong.empty()) return RestoreProblem{wrong};
  return planning.take();
}

boost::system::result<void, RestoreProblem> restore(storage::Disk& disk, const RestorePlan& plan,
                                                    const std::string& output) {
  if (const auto made = disk.create_directory(output); !made) {
    return RestoreProblem{made.error().what};
  }
  const auto names = disk.list(output);
  if (!names) return RestoreProblem{names.error().what};
  if (!names->empty()) return RestoreProblem{output + " is not empty"};
  auto status = disk.sync_directory(parent_of(output));
  if (status) status = copy(disk, plan, output);
  if (!status) return RestoreProblem{status.error().what};
  return {};
}

}  // namespace countd::check
