#include "persistence/log_manifest.h"

#include <doctest/doctest.h>

#include <cerrno>

#include "tests/persistence/crash_disk.h"

using namespace countd;
using persistence::AppendLogTarget;
using persistence::Publication;
using persistence::publish_manifest;
using storage::log::Manifest;
using test::CrashDisk;
using Operation = test::CrashDisk::Operation;
using Outcome = Publication::Outcome;

namespace {

const AppendLogTarget kTarget{"d", "log"};

Manifest manifest_with(std::uint64_t sequence) {
  Manifest manifest;
  manifest.increments = {{storage::log::increment_name("log", sequence), sequence}};
  return manifest;
}

}  // namespace

TEST_CASE("a manifest takes the place of the one before, and no temporary file stays") {
  CrashDisk disk{1};
  disk.put("d/log.manifest", manifest_with(1).text());
  CHECK(publish_manifest(disk, kTarget, manifest_with(2)).outcome == Outcome::kDone);
  CHECK(disk.contents(kTarget.manifest_path()) == manifest_with(2).text());
  CHECK(*disk.list("d") == std::vector<std::string>{"log.manifest"});
}

TEST_CASE("a crash at any operation leaves the old manifest or the new one, whole") {
  for (std::uint64_t k = 1; k <= 6; ++k) {
    for (std::uint64_t seed = 0; seed < 50; ++seed) {
      CrashDisk disk{seed};
      disk.put("d/log.manifest", manifest_with(1).text());
      disk.crash_at(k);
      const Publication publication = publish_manifest(disk, kTarget, manifest_with(2));
      CHECK((publication.outcome == Outcome::kDone) == !disk.down());
      if (!disk.down()) disk.crash();
      disk.power_on();
      const std::string text = disk.contents("d/log.manifest");
      const bool old = text == manifest_with(1).text();
      CHECK((old || text == manifest_with(2).text()));
      if (publication.outcome == Outcome::kDone) CHECK(!old);
      if (publication.outcome == Outcome::kNotDone) CHECK(old);
    }
  }
}

TEST_CASE("the outcome says whether the new manifest may be there") {
  const auto outcome = [](Operation failing) {
    CrashDisk disk{1};
    disk.put("d/log.manifest", manifest_with(1).text());
    disk.fault = [=](Operation operation, const std::string&) {
      return operation == failing ? EIO : 0;
    };
    const Publication publication = publish_manifest(disk, kTarget, manifest_with(2));
    CHECK(publication.error.find("Input/output error") != std::string::npos);
    return publication.outcome;
  };
  CHECK(outcome(Operation::kCreate) == Outcome::kNotDone);
  CHECK(outcome(Operation::kWrite) == Outcome::kNotDone);
  CHECK(outcome(Operation::kSync) == Outcome::kNotDone);
  CHECK(outcome(Operation::kRename) == Outcome::kUnknown);
  CHECK(outcome(Operation::kSyncDirectory) == Outcome::kUnknown);
}

TEST_CASE("the log's directory is made durably, wherever it is") {
  for (const std::string directory : {"e", "d/e", "d/e/"}) {
    CrashDisk disk{3};
    disk.put("d/x", "");
    AppendLogTarget target = kTarget;
    target.directory = directory.ends_with('/') ? directory.substr(0, 3) : directory;
    CHECK(make_log_directory(disk, target).has_value());
    disk.crash();
    disk.power_on();
    CHECK(disk.has(target.directory));
  }
}
