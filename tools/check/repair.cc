#include "tools/check/repair.h"

#include <fmt/format.h>

namespace countd::check {

std::string RepairPlan::text() const {
  return fmt::format("{} will be shortened from {} to {} bytes; the {} bytes behind are lost", path,
                     good_bytes + lost_bytes, good_bytes, lost_bytes);
}

boost::system::result<RepairPlan, RepairRefusal> plan_repair(const Verdict& verdict) {
  if (!verdict.repairable()) {
    return RepairRefusal{
        "this is more than a torn end: shortening would lose frames that are good, or would not "
        "help. Restore a backup or a replica's data; or --repair with --output writes what is good "
        "before the damage to another directory, to be put in this one's place"};
  }
  const FileVerdict& torn = verdict.files.back();
  return RepairPlan{torn.path, torn.end->good_bytes, torn.bytes - torn.end->good_bytes};
}

storage::DiskStatus repair(storage::Disk& disk, const RepairPlan& plan) {
  return disk.truncate(plan.path, plan.good_bytes);
}

}  // namespace countd::check
