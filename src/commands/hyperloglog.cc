// HyperLogLog: distinct elements counted in strings of at most 12 KiB.
//
// A sketch that an element does not change, and a count whose kept estimate is true, are answered
// from a look at the entry alone. Everything else edits the string in place, and with a dense one
// goes the histogram of its registers, made when it is first changed or counted, so that no
// estimate reads registers and what does not need the header does not fetch it.
#include "commands/hyperloglog.h"

#include <memory>
#include <optional>
#include <string>

#include "commands/arguments.h"
#include "commands/checked_out.h"
#include "commands/hyperloglog_entry.h"
#include "commands/reply.h"
#include "commands/row_check.h"
#include "commands/row_shapes.h"
#include "commands/words.h"
#include "config/options.h"
#include "storage/sketch/hyperloglog_self_test.h"
#include "storage/sketch/hyperloglog_sparse.h"

namespace countd::commands {

namespace hll = storage::hyperloglog;

using storage::EntryView;
using storage::Errc;
using storage::Key;
using storage::Keyspace;
using storage::StringCache;
using enum ArgumentType;

namespace {

// -- PFADD ---------------------------------------------------------------------------------------

void pfadd_new(Arguments& args, Keyspace& keys, const Key& key, Reply& reply) {
  auto object = std::make_unique<storage::StringObject>(hll::empty_sketch());
  hll::invalidate_cardinality(object->bytes);
  while (!args.done()) {
    const auto element = hll::element_of(args.next());
    static_cast<void>(
        hll::add(object->bytes, element, args.options().hll_sparse_max_bytes, nullptr).value());
  }
  keys.set(key, std::unique_ptr<storage::Object>(std::move(object)));
  reply.integer(1);
}

// Adds `element`, which is known to change the sketch, and all that follow it.
std::optional<Errc> pfadd_from(hll::Element element, Arguments& args, Keyspace& keys,
                               const Key& key, const EntryView& entry) {
  std::optional<Errc> failure;
  edit_sketch(
      keys, key, entry,
      [&](std::string& bytes, std::unique_ptr<StringCache>& cache) {
        const std::size_t sparse_max_bytes = args.options().hll_sparse_max_bytes;
        if (!cache && hll::encoding(bytes) == hll::Encoding::kDense) {
          cache = std::make_unique<hll::HistogramCache>(bytes);
        }
        for (;;) {
          const auto added = hll::add(bytes, element, sparse_max_bytes, histogram_in(cache));
          if (!added) failure = added.error();
          if (failure || args.done()) return;
          element = hll::element_of(args.next());
        }
      },
      args.words());
  return failure;
}

// The first element of a request is hashed once, by the hook if that is called: no element is all
// zeros, as ranks begin at 1.
std::uint64_t packed_element(hll::Element element) {
  return std::uint64_t{element.rank} << 32 | element.index;
}

hll::Element first_element(Arguments& args) {
  const auto foreseen = args.foresight();
  if (foreseen == 0) return hll::element_of(args.next());
  args.skip(1);
  return {static_cast<std::uint32_t>(foreseen), static_cast<std::uint8_t>(foreseen >> 32)};
}

std::uint64_t prefetch_pfadd(std::span<const std::string_view> words, const Key& key,
                             const Keyspace& keys) {
  if (words.size() < 3) return 0;
  const auto element = hll::element_of(words[2]);
  prefetch_for_add(keys.likely_object(key), element);
  return packed_element(element);
}

void pfadd(Arguments& args, Keyspace& keys, Reply& reply) {
  const auto key = args.next_key();
  const auto entry = keys.peek(key);
  if (!entry) return pfadd_new(args, keys, key, reply);
  const auto* const cached = cached_sketch(entry);
  const auto bytes = cached == nullptr ? sketch_bytes(entry) : std::string_view(cached->bytes);
  if (!bytes) return reply.error(bytes.error());
  if (args.done()) return reply.integer(0);
  auto element = first_element(args);
  if (args.foresight() == 0) prefetch_for_add(entry.value.object(), element);
  const auto* const cache = cached != nullptr ? histogram_in(cached->cache) : nullptr;
  for (;;) {
    const auto raises = hll::would_raise(*bytes, element, cache);
    if (!raises) return reply.error(raises.error());
    if (*raises) {
      const auto failure = pfadd_from(element, args, keys, key, entry);
      return failure ? reply.error(*failure) : reply.integer(1);
    }
    if (args.done()) return reply.integer(0);
    element = hll::element_of(args.next());
  }
}

// -- PFCOUNT -------------------------------------------------------------------------------------

// What no cache answers.
[[gnu::noinline]] void count_anew(const Key& key, const EntryView& entry, Keyspace& keys,
                                  Reply& reply) {
  const auto bytes = sketch_bytes(entry);
  if (!bytes) return reply.error(bytes.error());
  if (const auto kept = hll::cached_cardinality(*bytes)) {
    return reply.integer(static_cast<std::int64_t>(*kept));
  }
  const auto* const cached = cached_sketch(entry);
  const hll::HistogramCache* histogram = cached != nullptr ? histogram_in(cached->cache) : nullptr;
  std::unique_ptr<hll::HistogramCache> fresh;
  if (histogram == nullptr && hll::encoding(*bytes) == hll::Encoding::kDense) {
    fresh = std::make_unique<hll::HistogramCache>(*bytes);
    histogram = fresh.get();
  }
  const auto count = hll::cardinality(*bytes, histogram);
  if (!count) return reply.error(count.error());
  const std::string_view told[] = {"PFCOUNT", key.bytes};
  edit_sketch(
      keys, key, entry,
      [&](std::string& edited, std::unique_ptr<StringCache>& cache) {
        if (fresh) cache = std::move(fresh);
        hll::keep_cardinality(edited, histogram_in(cache), *count);
      },
      told);
  reply.integer(static_cast<std::int64_t>(*count));
}

void count_one(const Key& key, Keyspace& keys, Reply& reply) {
  const auto entry = keys.read(key);
  if (!entry) return reply.integer(0);
  const auto* const sketch = cached_sketch(entry);
  const auto kept = sketch != nullptr ? histogram_in(sketch->cache)->cardinality : hll::kOutOfDate;
  if (kept & hll::kOutOfDate) return count_anew(key, entry, keys, reply);
  reply.integer(static_cast<std::int64_t>(kept));
}

// False: the answer, an error, has been given.
bool add_to_union(hll::Union& all, const Key& key, CheckedOut& shards, Reply& reply) {
  const auto entry = shards.of(key).read(key);
  if (!entry) return true;
  const auto bytes = sketch_bytes(entry);
  const auto added = bytes ? all.add(*bytes) : bytes.error();
  if (!added) reply.error(added.error());
  return added.has_value();
}

// Apart, as a union takes much of the stack.
[[gnu::noinline]] void count_union(const Key& first, Arguments& args, CheckedOut& shards,
                                   Reply& reply) {
  hll::Union all;
  if (!add_to_union(all, first, shards, reply)) return;
  while (!args.done()) {
    if (!add_to_union(all, args.next_key(), shards, reply)) return;
  }
  reply.integer(static_cast<std::int64_t>(all.cardinality()));
}

void pfcount(Arguments& args, CheckedOut& shards, Reply& reply) {
  const auto first = args.next_key();
  if (!args.done()) return count_union(first, args, shards, reply);
  count_one(first, shards.of(first), reply);
}

// -- PFMERGE -------------------------------------------------------------------------------------

void pfmerge(Arguments& args, CheckedOut& shards, Reply& reply) {
  const auto target = args.next_key();
  hll::Union all;
  if (!add_to_union(all, target, shards, reply)) return;
  while (!args.done()) {
    if (!add_to_union(all, args.next_key(), shards, reply)) return;
  }
  const std::size_t sparse_max_bytes = args.options().hll_sparse_max_bytes;
  Keyspace& keys = shards.of(target);
  if (const auto entry = keys.peek(target)) {
    edit_sketch(keys, target, entry, [&](std::string& bytes, std::unique_ptr<StringCache>& cache) {
      all.write_to(bytes, sparse_max_bytes);
      cache.reset();
    });
  } else {
    auto object = std::make_unique<storage::StringObject>(hll::empty_sketch());
    all.write_to(object->bytes, sparse_max_bytes);
    keys.set(target, std::unique_ptr<storage::Object>(std::move(object)));
  }
  reply.ok();
}

// -- PFDEBUG and PFSELFTEST ----------------------------------------------------------------------

// False: the runs are corrupt, and that is the answer.
bool make_dense(Keyspace& keys, const Key& key, Reply& reply) {
  bool valid = false;
  edit_sketch(keys, key, keys.peek(key), [&](std::string& bytes, std::unique_ptr<StringCache>&) {
    valid = hll::to_dense(bytes);
  });
  if (!valid) reply.error(Errc::kCorruptHyperLogLog);
  return valid;
}

void answer_registers(std::string_view bytes, Reply& reply) {
  reply.array(hll::kRegisters);
  const std::uint8_t* packed = hll::dense_registers(bytes);
  for (std::uint32_t i = 0; i < hll::kRegisters; ++i) {
    reply.integer(hll::packed_register(packed, i));
  }
}

void getreg(Keyspace& keys, const Key& key, std::string_view bytes, Reply& reply) {
  if (hll::encoding(bytes) == hll::Encoding::kSparse) {
    if (!make_dense(keys, key, reply)) return;
    bytes = sketch_bytes(keys.peek(key)).value();
  }
  answer_registers(bytes, reply);
}

// "z:3 v:2,1 Z:16380": zeros short and long, and values with their run's length.
void decode(std::string_view bytes, Reply& reply) {
  if (hll::encoding(bytes) != hll::Encoding::kSparse) {
    return reply.error("ERR HLL encoding is not sparse");
  }
  std::string text;
  for (std::size_t at = hll::kHeaderBytes; at < bytes.size();) {
    const auto run = hll::run_at(bytes, at);
    at += run.bytes;
    if (!text.empty()) text += ' ';
    if (run.value != 0) {
      text += "v:" + std::to_string(run.value) + ',';
    } else {
      text += run.bytes == 2 ? "Z:" : "z:";
    }
    text += std::to_string(run.length);
  }
  reply.bulk(text);
}

void todense(Keyspace& keys, const Key& key, std::string_view bytes, Reply& reply) {
  if (hll::encoding(bytes) == hll::Encoding::kDense) return reply.integer(0);
  if (make_dense(keys, key, reply)) reply.integer(1);
}

void pfdebug(Arguments& args, Keyspace& keys, Reply& reply) {
  const auto subcommand = args.next();
  const auto key = args.next_key();
  const auto entry = keys.peek(key);
  if (!entry) return reply.error("ERR The specified key does not exist");
  const auto bytes = sketch_bytes(entry);
  if (!bytes) return reply.error(bytes.error());
  if (same_word(subcommand, "getreg")) return getreg(keys, key, *bytes, reply);
  if (same_word(subcommand, "decode")) return decode(*bytes, reply);
  if (same_word(subcommand, "todense")) return todense(keys, key, *bytes, reply);
  if (same_word(subcommand, "encoding")) {
    return reply.status(hll::encoding(*bytes) == hll::Encoding::kDense ? "dense" : "sparse");
  }
  reply.error("ERR Unknown PFDEBUG subcommand '" + std::string(subcommand) + "'");
}

void pfselftest(Arguments&, ServerView&, Reply& reply) {
  const auto failure = hll::self_test();
  failure.empty() ? reply.ok() : reply.error("ERR TESTFAILED " + std::string(failure));
}

// -- the rows ------------------------------------------------------------------------------------

constexpr Command hyperloglog_row(const Command& row) {
  return in_group("hyperloglog", "@hyperloglog", row);
}

constexpr KeySpec merged_keys() {
  KeySpec keys = all_keys(kRW | kAccess | kInsert);
  keys.rest_access = kRO | kAccess;
  return keys;
}

constexpr Argument kPfaddArguments[] = {{"key", kKey},
                                        {.name = "element", .flags = kOptional | kMultiple}};
constexpr Argument kPfmergeArguments[] = {
    {"destkey", kKey},
    {.name = "sourcekey", .type = kKey, .flags = kMultiple, .key_spec_index = 1}};
constexpr Argument kPfdebugArguments[] = {{"subcommand"}, {"key", kKey}};

constexpr Command kRows[] = {
    hyperloglog_row({.name = "pfadd",
                     .arity = -2,
                     .flags = kWrite | kDenyOom | kFast | kObjectValue,
                     .keys = first_key(kRW | kInsert),
                     .handler = ShardHandler{pfadd},
                     .prefetch = prefetch_pfadd,
                     .summary = "Adds elements to a set of which only the size is kept",
                     .complexity = "O(1) an element",
                     .since = "2.8.9",
                     .arguments = kPfaddArguments}),
    hyperloglog_row({.name = "pfcount",
                     .arity = -2,
                     .flags = kReadOnly | kMayWrite | kObjectValue,
                     .keys = all_keys(kRW | kAccess),
                     .handler = SpanHandler{pfcount},
                     .summary = "Estimates how many distinct elements one or more sketches saw",
                     .complexity = "O(1) for one key, O(N) for the union of N keys",
                     .since = "2.8.9",
                     .arguments = kKeysArgument}),
    hyperloglog_row({.name = "pfmerge",
                     .arity = -2,
                     .flags = kWrite | kDenyOom,
                     .keys = merged_keys(),
                     .handler = SpanHandler{pfmerge},
                     .summary = "Makes a sketch the union of itself and others",
                     .complexity = "O(N) for N sketches",
                     .since = "2.8.9",
                     .arguments = kPfmergeArguments}),
    hyperloglog_row({.name = "pfdebug",
                     .arity = 3,
                     .flags = kWrite | kDenyOom | kAdmin,
                     .keys = second_key(kRW | kAccess),
                     .handler = ShardHandler{pfdebug},
                     .summary = "Shows or changes how a sketch is encoded: GETREG, DECODE, "
                                "ENCODING, TODENSE",
                     .complexity = "O(N) for N registers or runs",
                     .since = "2.8.9",
                     .arguments = kPfdebugArguments}),
    hyperloglog_row({.name = "pfselftest",
                     .arity = 1,
                     .flags = kAdmin,
                     .handler = AdminHandler{pfselftest},
                     .summary = "Checks that sketches count as they should on this machine",
                     .complexity = "O(1), some milliseconds",
                     .since = "2.8.9"}),
};
static_assert(well_formed(kRows));

}  // namespace

std::span<const Command> hyperloglog_commands() { return kRows; }

}  // namespace countd::commands
