// How snapshots, and bases of the log, are written and read: by the options.
#pragma once

#include <string>

#include "config/options.h"
#include "persistence/snapshot_loader.h"
#include "persistence/snapshot_writer.h"

namespace countd::server {

/// A file of `directory` that is to be written.
persistence::SnapshotTarget snapshot_target(const config::Options& options, std::string directory,
                                            std::string file_name);

/// With `now` 0 nothing is left out because it has expired.
persistence::LoadOptions load_options(const config::Options& options, storage::Millis now);

}  // namespace countd::server
