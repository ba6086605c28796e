#include "persistence/load_worker.h"

#include <doctest/doctest.h>

#include <atomic>
#include <thread>

using namespace countd::persistence;

namespace {

std::unique_ptr<LoadBatch> batch_of(std::size_t entries) {
  auto batch = std::make_unique<LoadBatch>();
  batch->entries.resize(entries);
  return batch;
}

}  // namespace

TEST_CASE("an inbox refuses a batch when it is full, and the batch stays with its owner") {
  LoadInbox inbox;
  for (std::size_t i = 0; i < LoadInbox::kCapacity; ++i) {
    auto batch = batch_of(1);
    CHECK(inbox.push(batch));
    CHECK(batch == nullptr);
  }
  auto refused = batch_of(7);
  CHECK(!inbox.push(refused));
  REQUIRE(refused != nullptr);
  CHECK(refused->entries.size() == 7);
  CHECK(inbox.pop() != nullptr);
  CHECK(inbox.push(refused));
}

TEST_CASE("waiting ends with a batch, or when no more can come") {
  LoadInbox inbox;
  std::atomic<bool> more{true};
  std::size_t taken = 0;
  std::thread reader{[&] {
    while (const auto batch = inbox.wait(more)) taken += batch->entries.size();
  }};
  for (std::size_t i = 0; i < 1000; ++i) {
    auto batch = batch_of(2);
    while (!inbox.push(batch)) std::this_thread::yield();
  }
  more = false;
  inbox.wake();
  reader.join();
  CHECK(taken == 2000);
  CHECK(inbox.pop() == nullptr);
}

TEST_CASE("of several failures the first is kept") {
  LoadTask task{"", {}, {}, {}};
  CHECK(!task.failed());
  task.fail({5, "first"});
  task.fail({3, "second"});
  CHECK(task.failed());
  CHECK(task.error.text() == "at offset 5: first");
}
