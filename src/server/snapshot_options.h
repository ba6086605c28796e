// How snapshots, and bases of the log, are written and read: by the options.
#pragma once

#include <string>

#include "config/options.h"
#include "persistence/snapshot_loader.h"
#include "persistence/snapshot_writer.h"
#include "storage/log/manifest.h"

namespace countd::server {

/// A file of `directory` that is to be written.
persistence::SnapshotTarget snapshot_target(const config::Options& options, std::string directory,
                                            std::string file_name);

/// In what form the log's next base is to be.
storage::log::BaseForm base_form(const config::Options& options);
/// That base, in the log's directory.
persistence::SnapshotTarget base_target(const config::Options& options,
                                        const storage::log::LogFile& base);

/// With `now` 0 nothing is left out because it has expired.
persistence::LoadOptions load_options(const config::Options& options, storage::Millis now);

}  // namespace countd::server
