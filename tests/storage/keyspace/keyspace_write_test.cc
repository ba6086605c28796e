#include <doctest/doctest.h>

#include <limits>
#include <string>
#include <vector>

#include "storage/keyspace/keyspace.h"

using namespace countd::storage;

namespace {

constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t kLeast = std::numeric_limits<std::int64_t>::min();

struct Heard {
  Effect effect;
  std::string key;
  int db;
  bool operator==(const Heard&) const = default;
};

class Listener : public EffectListener {
 public:
  void on_effect(Effect effect, const Key& key) override {
    heard.push_back({effect, std::string(key.bytes), key.db});
  }
  std::vector<Heard> take() { return std::exchange(heard, {}); }
  std::vector<Heard> heard;
};

class SketchLike : public Object {
 public:
  [[nodiscard]] Type type() const override { return Type::kCountMin; }
  [[nodiscard]] std::unique_ptr<Object> clone() const override {
    return std::make_unique<SketchLike>(*this);
  }
  [[nodiscard]] std::size_t memory_bytes() const override { return size; }
  std::size_t size = 100;
};

}  // namespace

TEST_CASE("an increment that would overflow leaves the counter unchanged") {
  Keyspace keys{{}};
  const Key key = keys.key("n", 0);
  CHECK(*keys.add(key, kMost) == kMost);
  CHECK(keys.add(key, 1).error() == Errc::kOverflow);
  CHECK(keys.peek(key).value.integer() == kMost);
  CHECK(*keys.add(key, kLeast) == -1);
  CHECK(keys.add(key, kLeast).error() == Errc::kOverflow);
  CHECK(keys.counters().changes == 2);
}

TEST_CASE("a fold whose way there would overflow is refused though its sum would fit") {
  Keyspace keys{{}};
  const Key key = keys.key("n", 0);
  keys.set(key, kMost - 5);
  CHECK(keys.add_folded(key, 0, 0, 6, 2).error() == Errc::kOverflow);
  CHECK(keys.add_folded(key, -6, -6, 5, 2).has_value());
  CHECK(keys.peek(key).value.integer() == kMost - 11);
  keys.set(key, kLeast + 5);
  CHECK(keys.add_folded(key, 0, -6, 0, 2).error() == Errc::kOverflow);
  CHECK(*keys.add_folded(key, 3, 1, 3, 3) == kLeast + 8);
  CHECK(keys.counters().changes == 1 + 2 + 1 + 3);
}

TEST_CASE("a fold on a missing entry begins at nothing and counts all its increments") {
  Keyspace keys{{}};
  CHECK(*keys.add_folded(keys.key("n", 0), 10, 1, 10, 10) == 10);
  CHECK(keys.counters().changes == 10);
}

TEST_CASE("only a string that spells an integer can be added to") {
  Keyspace keys{{}};
  const Key key = keys.key("n", 0);
  keys.set(key, std::string_view{"12"});  // text, as APPEND may leave it
  CHECK(*keys.add(key, 1) == 13);
  CHECK(keys.peek(key).value.is_integer());
  for (const auto& text :
       {std::string{""}, std::string{" 1"}, std::string{"1.0"}, std::string(100, '1')}) {
    keys.set(key, std::string_view{text});
    CHECK(keys.add(key, 1).error() == Errc::kNotInteger);
    IntegerText buffer;
    CHECK(keys.peek(key).value.text(buffer) == text);
  }
  keys.set(key, std::make_unique<SketchLike>());
  CHECK(keys.add(key, 1).error() == Errc::kWrongType);
}

TEST_CASE("an increment keeps the expiry, a set drops it unless told to keep it") {
  Keyspace keys{{}};
  const Key key = keys.key("n", 0);
  keys.set(key, std::int64_t{1}, 5'000);
  CHECK(keys.add(key, 1).has_value());
  CHECK(keys.peek(key).expiry == 5'000);
  keys.set(key, std::string_view{"text"}, kKeepExpiry);
  CHECK(keys.peek(key).expiry == 5'000);
  keys.set(key, std::string_view{"text"});
  CHECK(keys.peek(key).expiry == kNoExpiry);
  CHECK(keys.set_expiry(key, 7'000));
  CHECK(keys.peek(key).expiry == 7'000);
  CHECK(keys.set_expiry(key, kNoExpiry));
  CHECK(keys.peek(key).expiry == kNoExpiry);
  CHECK_FALSE(keys.set_expiry(keys.key("missing", 0), 7'000));
}

TEST_CASE("an expiry beyond the year 6429 and back again leaves key and value alone") {
  Keyspace keys{{}};
  const Key key = keys.key("n", 0);
  constexpr Millis kFar = Millis{1} << 60;
  keys.set(key, std::int64_t{42}, 5'000);
  for (const Millis expiry : {kFar, Millis{6'000}, kFar + 1, kNoExpiry, kFar, Millis{7'000}}) {
    CHECK(keys.set_expiry(key, expiry));
    CHECK(keys.peek(key).expiry == expiry);
    CHECK(keys.peek(key).value.integer() == 42);
  }
  for (const Millis expiry : {kFar, kFar + 1, Millis{8'000}, Millis{9'000}, kNoExpiry}) {
    keys.set(key, std::int64_t{43}, expiry);
    CHECK(keys.peek(key).expiry == expiry);
    CHECK(keys.peek(key).value.integer() == 43);
  }
}

TEST_CASE("a watcher hears the same as the listener, with it or alone") {
  Keyspace keys{{}};
  Listener listener;
  Listener watcher;
  const Key key = keys.key("a", 0);
  const std::vector<Heard> written{{Effect::kWritten, "a", 0}};
  const auto heard = [&] {
    CHECK(keys.add(key, 1).has_value());
    return std::pair(listener.take() == written, watcher.take() == written);
  };
  CHECK(heard() == std::pair(false, false));
  keys.set_write_watcher(&watcher);
  CHECK(heard() == std::pair(false, true));
  keys.set_effect_listener(&listener);
  CHECK(heard() == std::pair(true, true));
  keys.set_write_watcher(nullptr);
  CHECK(heard() == std::pair(true, false));
  keys.set_write_watcher(&watcher);
  keys.set_effect_listener(nullptr);
  CHECK(heard() == std::pair(false, true));
}

TEST_CASE("the listener hears what every write did, after it was done") {
  Keyspace keys{{}};
  Listener listener;
  keys.set_effect_listener(&listener);
  const Key key = keys.key("a", 2);
  CHECK(keys.add(key, 1).has_value());
  keys.set_expiry(key, 500);
  keys.set_expiry(key, 500);  // no change, no effect
  keys.edit_string(key, [](std::string& bytes) { bytes += "x"; });
  CHECK(keys.add(key, 1).has_error());
  CHECK(listener.take() == std::vector<Heard>{{Effect::kWritten, "a", 2},
                                              {Effect::kExpiry, "a", 2},
                                              {Effect::kWritten, "a", 2}});
  keys.begin_turn(500);
  CHECK_FALSE(keys.read(key).exists);
  CHECK(listener.take() == std::vector<Heard>{{Effect::kExpired, "a", 2}});
  keys.set(key, std::int64_t{1});
  keys.put(keys.key("b", 2), keys.take(key));
  CHECK(keys.erase(keys.key("b", 2)));
  CHECK_FALSE(keys.erase(keys.key("b", 2)));
  CHECK(listener.take() == std::vector<Heard>{{Effect::kWritten, "a", 2},
                                              {Effect::kErased, "a", 2},
                                              {Effect::kWritten, "b", 2},
                                              {Effect::kErased, "b", 2}});
  keys.clear(2);
  keys.swap_databases(0, 1);
  keys.swap_databases(1, 1);
  CHECK(listener.take() == std::vector<Heard>{{Effect::kCleared, "", 2},
                                              {Effect::kSwapped, "", 0},
                                              {Effect::kSwapped, "", 1}});
}

TEST_CASE("an expired entry is missing to every operation") {
  Keyspace keys{{}};
  const Key key = keys.key("n", 0);
  const auto expired = [&] {
    keys.set(key, std::int64_t{41}, keys.now() + 10);
    keys.begin_turn(keys.now() + 10);
  };
  expired();
  CHECK_FALSE(keys.peek(key).exists);
  CHECK(keys.size(0) == 1);
  CHECK(*keys.add(key, 1) == 1);
  CHECK(keys.peek(key).expiry == kNoExpiry);
  expired();
  CHECK_FALSE(keys.erase(key));
  CHECK(keys.size(0) == 0);
  expired();
  CHECK_FALSE(keys.set_expiry(key, keys.now() + 1'000));
  expired();
  keys.edit_string(key, [](std::string& bytes) { CHECK(bytes.empty()); });
  expired();
  keys.set(key, std::int64_t{1}, kKeepExpiry);
  CHECK(keys.peek(key).expiry == kNoExpiry);
  CHECK(keys.counters().expired == 5);
}

TEST_CASE("an object is changed in place and its memory accounted anew") {
  Keyspace keys{{}};
  const Key key = keys.key("sketch", 0);
  const std::size_t empty = keys.memory_bytes();
  keys.set(key, std::make_unique<SketchLike>());
  const std::size_t before = keys.memory_bytes();
  const Object* object = keys.peek(key).value.object();
  keys.edit_object(key, keys.peek(key),
                   [](Object& edited) { static_cast<SketchLike&>(edited).size = 5'100; });
  CHECK(keys.memory_bytes() == before + 5'000);
  CHECK(keys.peek(key).value.object() == object);
  CHECK(keys.entry_bytes(key) > 5'100);
  auto taken = keys.take(key);
  CHECK(std::get<std::unique_ptr<Object>>(taken.value).get() == object);
  CHECK(keys.memory_bytes() <= empty + 256);
  keys.put(keys.key("other", 1), std::move(taken));
  CHECK(keys.peek(keys.key("other", 1)).value.object() == object);
  CHECK(keys.entry_bytes(key) == 0);
}

TEST_CASE("a string's cache lasts until its bytes change") {
  Keyspace keys{{}};
  const Key key = keys.key("hll", 0);
  keys.set(key, std::make_unique<StringObject>(std::string(100, 'h')));
  const auto cache = [&] {
    return static_cast<const StringObject*>(keys.peek(key).value.object())->cache.get();
  };
  const auto changes = keys.counters().changes;
  keys.set_string_cache(key, std::make_unique<StringCache>());
  CHECK(cache() != nullptr);
  CHECK(keys.counters().changes == changes);
  keys.set_expiry(key, 1'000);
  CHECK(cache() != nullptr);
  keys.edit_string(key, [](std::string& bytes) { bytes[0] = 'x'; });
  CHECK(cache() == nullptr);
}

TEST_CASE("databases are swapped whole") {
  Keyspace keys{{}};
  keys.set(keys.key("a", 0), std::int64_t{1});
  keys.set(keys.key("b", 5), std::int64_t{2}, 900);
  keys.swap_databases(0, 5);
  CHECK(keys.peek(keys.key("a", 5)).value.integer() == 1);
  CHECK(keys.peek(keys.key("b", 0)).value.integer() == 2);
  CHECK(keys.expires(0) == 1);
  CHECK(keys.clear(-1) == 2);
}
