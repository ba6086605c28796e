#include "persistence/snapshot_form.h"

#include "storage/log/base_writer.h"

namespace countd::persistence {

using storage::rdb::Block;
using storage::rdb::FileFacts;

namespace {

class RdbForm final : public SnapshotForm {
 public:
  explicit RdbForm(bool checksum) : checksum_(checksum) {}

  std::string head(const FileFacts& facts) override { return file_.head(facts); }
  std::string_view add(const Block& block) override {
    file_.add(block);
    return block.bytes();
  }
  std::string tail() override { return file_.tail(checksum_); }
  [[nodiscard]] std::uint64_t size_bytes() const override { return file_.size_bytes(); }

 private:
  const bool checksum_;
  storage::rdb::FileWriter file_;
};

class CommandForm final : public SnapshotForm {
 public:
  std::string head(const FileFacts& facts) override {
    return base_.head(facts.created_seconds * 1000);
  }
  std::string_view add(const Block& block) override { return frame_ = base_.frame(block); }
  std::string tail() override { return base_.tail(); }
  [[nodiscard]] std::uint64_t size_bytes() const override { return base_.size_bytes(); }

 private:
  storage::log::BaseWriter base_;
  std::string frame_;
};

}  // namespace

std::unique_ptr<SnapshotForm> rdb_form(bool checksum) {
  return std::make_unique<RdbForm>(checksum);
}

std::unique_ptr<SnapshotForm> command_form() { return std::make_unique<CommandForm>(); }

}  // namespace countd::persistence
