#include "server/snapshot_options.h"

#include <utility>

#include "server/log_host.h"

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

storage::log::BaseForm base_form(const config::Options& options) {
  using storage::log::BaseForm;
  return options.aof_use_rdb_preamble ? BaseForm::kSnapshot : BaseForm::kCommands;
}

persistence::SnapshotTarget base_target(const config::Options& options,
                                        const storage::log::LogFile& base) {
  auto target = snapshot_target(options, log_target(options).directory, base.name);
  target.commands = storage::log::is_command_base(base.name);
  // Its entries are decoded again on the way.
  if (target.commands) target.blocks.compress = false;
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
