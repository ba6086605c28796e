#include "tests/storage/keyspace/model.h"

#include <doctest/doctest.h>

namespace countd::storage::testing {

std::string Player::some_key() {
  const auto number = std::to_string(below(static_cast<std::uint64_t>(shape_.keys)));
  switch (below(8)) {
    case 0:
      return "k" + number;
    case 1:
      return "counter:" + number;
    case 2:
      return "hits:{page}:00" + number;
    case 3:
      return "big:" + std::to_string(5'000'000'000 + below(500)) + number;
    case 4:
      return std::string(100, 'x') + number;
    case 5:
      return "token" + number + "z";
    case 6:
      return number;
    default:
      return "views:" + number;
  }
}

std::string Player::some_text() {
  switch (below(4)) {
    case 0:
      return std::to_string(static_cast<std::int64_t>(random_()));
    case 1:
      return std::string(below(45), 'a');
    case 2:
      return std::string(45 + below(200), 'b');
    default:
      return "0" + std::to_string(below(1'000));
  }
}

Millis Player::some_expiry() {
  return shape_.expiry && below(3) == 0 ? now_ + 1 + static_cast<Millis>(below(3'000)) : kNoExpiry;
}

std::optional<ModelEntry> Player::look(int db, const std::string& key) {
  auto& entries = model[static_cast<std::size_t>(db)];
  const auto found = entries.find(key);
  if (found == entries.end()) return std::nullopt;
  if (found->second.expiry == kNoExpiry || found->second.expiry > now_) return found->second;
  return std::nullopt;
}

void Player::step() {
  if (shape_.expiry && below(20) == 0) keys.begin_turn(now_ += static_cast<Millis>(below(40)));
  const int db = static_cast<int>(below(model.size()));
  const std::string key = some_key();
  switch (below(10)) {
    case 0:
    case 1:
    case 2:
      return step_add(db, key);
    case 3:
    case 4:
      return step_set(db, key);
    case 5:
      return step_read(db, key);
    case 6:
      return step_edit(db, key);
    case 7:
      return step_move(db, key);
    case 8:
      return step_expiry(db, key);
    default:
      return step_upkeep(db);
  }
}

void Player::step_add(int db, const std::string& name) {
  const Key key = keys.key(name, db);
  const auto delta = below(10) == 0 ? static_cast<std::int64_t>(random_())
                                    : static_cast<std::int64_t>(below(100)) - 50;
  const auto before = look(db, name);
  if (below(2) == 0) {
    keys.prefetch_bucket(key);
    keys.prefetch_record(key);
    keys.prefetch_room(key);
  }
  const bool folded = below(3) == 0;
  const auto result = folded ? keys.add_folded(key, delta, std::min<std::int64_t>(delta, 0),
                                               std::max<std::int64_t>(delta, 0), 2)
                             : keys.add(key, delta);
  const auto base = before ? parse_integer(before->text) : std::optional<std::int64_t>{0};
  if (!base) {
    REQUIRE(result.has_error());
    CHECK(result.error() == Errc::kNotInteger);
    return;
  }
  std::int64_t sum = 0;
  if (__builtin_add_overflow(*base, delta, &sum)) {
    REQUIRE(result.has_error());
    CHECK(result.error() == Errc::kOverflow);
    return;
  }
  REQUIRE(result.has_value());
  CHECK(*result == sum);
  model[static_cast<std::size_t>(db)][name] = {std::to_string(sum),
                                               before ? before->expiry : kNoExpiry, "int"};
}

void Player::step_set(int db, const std::string& name) {
  const std::string text = some_text();
  const auto before = look(db, name);
  const bool keep = below(4) == 0;
  const Millis expiry = some_expiry();
  keys.set(keys.key(name, db), value_of_text(text), keep ? kKeepExpiry : expiry);
  const Millis kept = before ? before->expiry : kNoExpiry;
  model[static_cast<std::size_t>(db)][name] = {text, keep ? kept : expiry, encoding_of_text(text)};
}

void Player::step_read(int db, const std::string& name) {
  const Key key = keys.key(name, db);
  const auto expected = look(db, name);
  const EntryView view = below(2) == 0 ? keys.read(key) : keys.peek(key);
  REQUIRE(view.exists == expected.has_value());
  if (expected) CHECK(entry_of(view.value, view.expiry) == *expected);
  CHECK((keys.entry_bytes(key) != 0) == expected.has_value());
}

void Player::step_edit(int db, const std::string& name) {
  const auto before = look(db, name);
  const std::string more = some_text();
  std::string result;
  keys.edit_string(keys.key(name, db), [&](std::string& bytes) {
    CHECK(bytes == (before ? before->text : ""));
    bytes = bytes.size() > 500 ? more : bytes + more;
    result = bytes;
  });
  model[static_cast<std::size_t>(db)][name] = {result, before ? before->expiry : kNoExpiry, "raw"};
}

void Player::step_move(int db, const std::string& name) {
  const auto before = look(db, name);
  const Key key = keys.key(name, db);
  if (!before || below(3) == 0) {
    CHECK(keys.erase(key) == before.has_value());
    model[static_cast<std::size_t>(db)].erase(name);
    return;
  }
  const std::string target = some_key();
  const int target_db = static_cast<int>(below(model.size()));
  auto taken = keys.take(key);
  CHECK_FALSE(keys.peek(key).exists);
  keys.put(keys.key(target, target_db), std::move(taken));
  model[static_cast<std::size_t>(db)].erase(name);
  model[static_cast<std::size_t>(target_db)][target] = *before;
}

void Player::step_expiry(int db, const std::string& name) {
  const auto before = look(db, name);
  const Millis expiry = some_expiry();
  CHECK(keys.set_expiry(keys.key(name, db), expiry) == before.has_value());
  if (before) model[static_cast<std::size_t>(db)][name].expiry = expiry;
}

void Player::step_upkeep(int db) {
  const auto number = static_cast<std::size_t>(db);
  switch (below(200)) {
    case 0:
      if (shape_.clears) {
        CHECK(keys.clear(db) >= 0);
        model[number].clear();
      }
      return;
    case 1: {
      const int other = static_cast<int>(below(model.size()));
      keys.swap_databases(db, other);
      std::swap(model[number], model[static_cast<std::size_t>(other)]);
      return;
    }
    default:
      keys.expire_some(below(300));
      return;
  }
}

void Player::check_all() {
  for (int db = 0; db < static_cast<int>(model.size()); ++db) {
    for (const auto& [name, entry] : model[static_cast<std::size_t>(db)]) {
      CAPTURE(name);
      const auto expected = look(db, name);
      const EntryView view = keys.peek(keys.key(name, db));
      REQUIRE(view.exists == expected.has_value());
      if (expected) CHECK(entry_of(view.value, view.expiry) == *expected);
    }
    while (keys.expire_some(100'000) > 0) {
    }
    auto& entries = model[static_cast<std::size_t>(db)];
    std::erase_if(entries, [&](const auto& entry) { return !look(db, entry.first); });
    CHECK(keys.size(db) == entries.size());
    std::size_t expires = 0;
    for (const auto& [name, entry] : entries) expires += entry.expiry != kNoExpiry ? 1 : 0;
    CHECK(keys.expires(db) == expires);
  }
}

}  // namespace countd::storage::testing
