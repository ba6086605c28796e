#include "persistence/snapshot_form.h"

#include <doctest/doctest.h>

#include <string>

#include "storage/log/log_reader.h"
#include "storage/rdb/file_layout.h"

using namespace countd;
using persistence::SnapshotForm;

namespace {

std::string file_of_one_key(SnapshotForm& form) {
  std::string file = form.head({});
  storage::rdb::BlockWriter blocks{
      {}, [&](const storage::rdb::Block& block) { file += form.add(block); }};
  blocks.emit(0, "key", storage::ValueView{std::int64_t{5}}, storage::kNoExpiry);
  blocks.flush();
  file += form.tail();
  CHECK(form.size_bytes() == file.size());
  return file;
}

}  // namespace

TEST_CASE("blocks become an RDB file") {
  const auto form = persistence::rdb_form(true);
  const std::string file = file_of_one_key(*form);
  CHECK(file.starts_with("REDIS0009"));
  CHECK(storage::rdb::read_layout(file, 16).has_value());
}

TEST_CASE("blocks become commands") {
  const auto form = persistence::command_form();
  const std::string file = file_of_one_key(*form);
  std::string seen;
  const auto end = storage::log::read_log(file, {.command_base = true}, [&](auto words) {
    for (const auto word : words) seen.append(word).append(" ");
    return std::string{};
  });
  CHECK(end.kind == storage::log::LogEnd::Kind::kWhole);
  CHECK(seen == "SELECT 0 SET key 5 ");
}
