#include "persistence/freeing.h"

#include <doctest/doctest.h>

#include <functional>
#include <future>
#include <vector>

#include "tests/persistence/log_lives.h"

using namespace countd;
using persistence::Freeing;

namespace {

struct Heavy final : storage::Remains {
  explicit Heavy(std::function<void()> a_free) : free(std::move(a_free)) {}
  Heavy(const Heavy&) = delete;
  Heavy& operator=(const Heavy&) = delete;
  ~Heavy() override { free(); }
  std::function<void()> free;
};

}  // namespace

TEST_CASE("whoever hands remains over does not wait; they are freed one after another") {
  std::promise<void> released;
  const auto release = released.get_future().share();
  std::vector<int> freed;
  {
    Freeing freeing;
    freeing.take(nullptr);
    for (int i = 0; i < 3; ++i) {
      freeing.take(std::make_unique<Heavy>([&freed, release, i] {
        release.wait();
        freed.push_back(i);
      }));
    }
    CHECK(freed.empty());  // none can have ended: and `take` has returned
    released.set_value();
    freeing.wait();
    CHECK(freed == std::vector{0, 1, 2});
    freeing.take(std::make_unique<Heavy>([&freed] { freed.push_back(3); }));
  }
  CHECK(freed.size() == 4);
}

TEST_CASE("what memory holds of them goes before them, unless somebody waits") {
  struct Pieces final : storage::Remains {
    Pieces(int& a_left, std::promise<void>& a_freed) : left(a_left), freed(a_freed) {}
    Pieces(const Pieces&) = delete;
    Pieces& operator=(const Pieces&) = delete;
    ~Pieces() override { freed.set_value(); }
    bool shrink() override { return --left > 0; }
    int& left;
    std::promise<void>& freed;
  };
  Freeing freeing;
  int left = 3;
  std::promise<void> freed;
  freeing.take(std::make_unique<Pieces>(left, freed));
  freed.get_future().wait();
  CHECK(left == 0);
  left = 1'000'000'000;  // many days of rests
  freed = {};
  freeing.take(std::make_unique<Pieces>(left, freed));
  freeing.wait();
  CHECK(left > 0);
}

TEST_CASE("they are freed on another thread") {
  std::thread::id where;
  Freeing freeing;
  freeing.take(std::make_unique<Heavy>([&where] { where = std::this_thread::get_id(); }));
  freeing.wait();
  CHECK(where != std::this_thread::get_id());
}

TEST_CASE("what is of no use any more loses its name on the log's thread, and is freed elsewhere") {
  test::CrashDisk disk{1};
  int freed = 0;
  disk.remains = [&](const std::string&) { return std::make_unique<Heavy>([&] { ++freed; }); };
  test::LogLives lives{disk, 1, {}};
  REQUIRE(lives.begin());
  lives.cut();
  lives.rewrite();
  lives.rewrite();  // the old base and two increments
  CHECK(!disk.has(test::lives_target().path("appendonly.aof.1.base.rdb")));
  CHECK(lives.remains.size() == 3);
  lives.start_rewrite();
  disk.put(test::lives_target().path(lives.base().name), "half a base");
  lives.log().push(persistence::RewriteFailed{lives.base()});
  lives.drain();
  CHECK(lives.remains.size() == 4);
  CHECK(freed == 0);
  lives.remains.clear();
  CHECK(freed == 4);
}
