// Shortens a log whose last file is torn to what is good of it. Damage in the middle is left alone.
#pragma once

#include <boost/system/result.hpp>
#include <cstdint>
#include <string>

#include "storage/disk/disk.h"
#include "tools/check/verify.h"

namespace countd::check {

struct RepairPlan {
  std::string path;
  std::uint64_t good_bytes = 0;
  std::uint64_t lost_bytes = 0;

  /// "x.aof will be shortened from 120 to 100 bytes; …"
  [[nodiscard]] std::string text() const;
};

struct RepairRefusal {
  std::string what;  // and what to do instead
};

/// REQUIRES: the verdict is not good.
boost::system::result<RepairPlan, RepairRefusal> plan_repair(const Verdict& verdict);

storage::DiskStatus repair(storage::Disk& disk, const RepairPlan& plan);

}  // namespace countd::check
