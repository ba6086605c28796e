#include "server/snapshot_options.h"

#include <utility>

namespace countd::server {

persistence::SnapshotTarget snapshot_target(const config::Options& options, std::string directory,
                                            std::string file_name) {
  persistence::SnapshotTarget target;
  target.directory = std::move(directory);
  target.file_name = std::move(file_name);
  target.checksum = options.rdbchecksum;
  target.blocks.compress = options.rdbcompression;
  return target;
}

persistence::LoadOptions load_options(const config::Options& options, storage::Millis now) {
  persistence::LoadOptions load;
  load.now = now;
  load.databases = options.databases;
  load.skip_unsupported = options.rdb_unsupported == config::RdbUnsupported::kSkip;
  return load;
}

}  // namespace countd::server
