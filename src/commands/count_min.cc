// Count-Min Sketches, as RedisBloom's clients know them, and CMS.INCR: one item counted in a sketch
// that need not have been made before. Errors come in RedisBloom's order: the key first, then the
// numbers, each where it stands.
#include "commands/count_min.h"

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "commands/arguments.h"
#include "commands/checked_out.h"
#include "commands/error_text.h"
#include "commands/reply.h"
#include "commands/row_check.h"
#include "commands/row_shapes.h"
#include "commands/words.h"
#include "config/options.h"
#include "storage/keyspace/keyspace.h"
#include "storage/sketch/count_min.h"

namespace countd::commands {

using storage::CountMinSketch;
using storage::EntryView;
using storage::Errc;
using storage::Key;
using storage::Keyspace;
using storage::Result;
using enum ArgumentType;

namespace {

/// The sketch of an entry; valid until the keyspace is next written.
Result<const CountMinSketch*> sketch_of(const EntryView& entry) {
  if (!entry) return Errc::kCmsMissing;
  if (entry.type() != storage::Type::kCountMin) return Errc::kWrongType;
  return static_cast<const CountMinSketch*>(entry.value.object());
}

/// `told`: a request that does the same again.
template <class Edit>
void edit_sketch(Keyspace& keys, const Key& key, const EntryView& entry,
                 std::span<const std::string_view> told, Edit&& edit) {
  keys.edit_object_as_told(key, entry, told, [&edit](storage::Object& object) {
    edit(static_cast<CountMinSketch&>(object));
  });
}

// -- making --------------------------------------------------------------------------------------

void create(Keyspace& keys, const Key& key, const Result<CountMinSketch::Shape>& shape,
            Reply& reply) {
  if (!shape) return reply.error(shape.error());
  auto sketch = CountMinSketch::create(*shape);
  if (!sketch) return reply.error(Errc::kOutOfMemory);
  keys.set(key, std::unique_ptr<storage::Object>(std::move(sketch)));
  reply.ok();
}

void initbydim(Arguments& args, Keyspace& keys, Reply& reply) {
  const auto key = args.next_key();
  if (keys.peek(key)) return reply.error(Errc::kCmsExists);
  const auto width = args.next_int(Errc::kCmsInvalidWidth);
  if (width < 1) args.fail(Errc::kCmsInvalidWidth);
  const auto depth = args.next_int(Errc::kCmsInvalidDepth);
  if (args.failed()) return args.report(reply);
  create(keys, key, CountMinSketch::shape_of(width, depth), reply);
}

void initbyprob(Arguments& args, Keyspace& keys, Reply& reply) {
  const auto key = args.next_key();
  if (keys.peek(key)) return reply.error(Errc::kCmsExists);
  const auto error = static_cast<double>(args.next_float(Errc::kCmsInvalidError));
  if (!(error > 0 && error < 1)) args.fail(Errc::kCmsInvalidError);
  const auto probability = static_cast<double>(args.next_float(Errc::kCmsInvalidProbability));
  if (args.failed()) return args.report(reply);
  create(keys, key, CountMinSketch::shape_for(error, probability), reply);
}

// -- counting ------------------------------------------------------------------------------------

std::uint64_t next_times(Arguments& args) {
  const auto times = args.next_int(Errc::kCmsBadNumber);
  if (times < 0) args.fail(Errc::kCmsNegative);
  return static_cast<std::uint64_t>(times);
}

void incrby(Arguments& args, Keyspace& keys, Reply& reply) {
  if (args.words().size() % 2 != 0) return reply.error(wrong_arity("cms.incrby"));
  const auto key = args.next_key();
  const auto entry = keys.peek(key);
  const auto sketch = sketch_of(entry);
  if (!sketch) return reply.error(sketch.error());
  // All numbers are read before the first item is counted.
  const std::size_t pairs = args.remaining() / 2;
  for (Arguments ahead = args; !ahead.done();) {
    ahead.skip(1);
    next_times(ahead);
    if (ahead.failed()) return ahead.report(reply);
  }
  reply.array(pairs);
  edit_sketch(keys, key, entry, args.words(), [&](CountMinSketch& edited) {
    while (!args.done()) {
      const auto item = args.next();
      reply.result(edited.add(item, next_times(args)));
    }
  });
}

// In the default shape, with the item counted.
void incr_new(Arguments& args, Keyspace& keys, const Key& key, Reply& reply) {
  const auto item = args.next();
  const auto times = args.done() ? 1 : next_times(args);
  if (args.failed()) return args.report(reply);
  const auto& options = args.options();
  const auto shape =
      CountMinSketch::shape_for(options.cms_default_error, options.cms_default_probability);
  if (!shape) return reply.error(shape.error());
  auto sketch = CountMinSketch::create(*shape);
  if (!sketch) return reply.error(Errc::kOutOfMemory);
  const auto estimate = sketch->add(item, times);
  keys.set(key, std::unique_ptr<storage::Object>(std::move(sketch)));
  reply.result(estimate);
}

void incr(Arguments& args, Keyspace& keys, Reply& reply) {
  if (args.words().size() > 4) return reply.error(wrong_arity("cms.incr"));
  const auto key = args.next_key();
  const auto entry = keys.peek(key);
  if (!entry) return incr_new(args, keys, key, reply);
  const auto sketch = sketch_of(entry);
  if (!sketch) return reply.error(sketch.error());
  const auto item = args.next();
  const auto times = args.done() ? 1 : next_times(args);
  if (args.failed()) return args.report(reply);
  storage::IntegerText digits;
  const std::string_view told[] = {
      "CMS.INCRBY", key.bytes, item,
      storage::format_integer(static_cast<std::int64_t>(times), digits)};
  edit_sketch(keys, key, entry, told,
              [&](CountMinSketch& edited) { reply.result(edited.add(item, times)); });
}

// -- reading -------------------------------------------------------------------------------------

void query(Arguments& args, Keyspace& keys, Reply& reply) {
  const auto sketch = sketch_of(keys.read(args.next_key()));
  if (!sketch) return reply.error(sketch.error());
  reply.array(args.remaining());
  while (!args.done()) reply.integer((*sketch)->estimate(args.next()));
}

void info(Arguments& args, Keyspace& keys, Reply& reply) {
  const auto sketch = sketch_of(keys.read(args.next_key()));
  if (!sketch) return reply.error(sketch.error());
  const auto shape = (*sketch)->shape();
  reply.map(3);
  reply.simple("width");
  reply.integer(shape.width);
  reply.simple("depth");
  reply.integer(shape.depth);
  reply.simple("count");
  reply.integer(static_cast<std::int64_t>((*sketch)->total()));
}

// -- merging -------------------------------------------------------------------------------------

// How a merge's words are laid out: destination, number, sources, perhaps WEIGHTS and weights.
struct MergeLayout {
  static constexpr std::size_t kFirstSource = 3;
  std::size_t sources = 0;
  bool weighted = false;

  [[nodiscard]] std::size_t first_weight() const { return kFirstSource + sources + 1; }
};

Result<MergeLayout> merge_layout(std::span<const std::string_view> words, std::int64_t sources) {
  if (sources < 1) return Errc::kCmsNoKeys;
  const auto rest = words.subspan(MergeLayout::kFirstSource);
  const auto weights = std::find_if(
      rest.begin(), rest.end(), [](std::string_view word) { return same_word(word, "WEIGHTS"); });
  const auto before = weights - rest.begin();
  const auto after = rest.end() - weights;
  if (weights == rest.end()) {
    if (before != sources) return Errc::kCmsWrongKeys;
  } else if (before != sources || after != sources + 1) {
    return Errc::kCmsWrongWeights;
  }
  return MergeLayout{static_cast<std::size_t>(sources), weights != rest.end()};
}

Result<std::vector<CountMinSketch::Part>> merge_parts(const Arguments& args,
                                                      const MergeLayout& layout,
                                                      CountMinSketch::Shape shape,
                                                      CheckedOut& shards) {
  const auto words = args.words();
  std::vector<CountMinSketch::Part> parts;
  parts.reserve(layout.sources);
  for (std::size_t i = 0; i < layout.sources; ++i) {
    const auto weight =
        layout.weighted ? storage::parse_integer(words[layout.first_weight() + i]) : 1;
    if (!weight) return Errc::kCmsInvalidWeight;
    const auto source = args.key_of(words[MergeLayout::kFirstSource + i]);
    const auto sketch = sketch_of(shards.of(source).read(source));
    if (!sketch) return sketch.error();
    if ((*sketch)->shape() != shape) return Errc::kCmsShapeDiffers;
    parts.push_back({*sketch, *weight});
  }
  return parts;
}

void merge(Arguments& args, CheckedOut& shards, Reply& reply) {
  const auto target = args.next_key();
  const auto sources = args.next_int(Errc::kCmsInvalidNumKeys);
  if (args.failed()) return args.report(reply);
  // Only a request whose numbers agree has had the shards of its keys checked out.
  const auto layout = merge_layout(args.words(), sources);
  if (!layout) return reply.error(layout.error());
  Keyspace& keys = shards.of(target);
  const auto sketch = sketch_of(keys.peek(target));
  if (!sketch) return reply.error(sketch.error());
  const auto parts = merge_parts(args, *layout, (*sketch)->shape(), shards);
  if (!parts) return reply.error(parts.error());
  const auto fits = CountMinSketch::check_sum(*parts);
  if (!fits) return reply.error(fits.error());
  keys.edit_object(target, keys.peek(target), [&](storage::Object& object) {
    static_cast<CountMinSketch&>(object).assign_sum(*parts);
  });
  reply.ok();
}

// -- the rows ------------------------------------------------------------------------------------

constexpr Command count_min_row(const Command& row) { return in_group("cms", "@cms", row); }

constexpr KeySpec kTargetAndSources = {.first = 1,
                                       .last = 1,
                                       .step = 1,
                                       .count_at = 2,
                                       .access = kRW | kUpdate,
                                       .rest_access = kRO | kAccess};

constexpr unsigned kCounts = kWrite | kDenyOom | kObjectValue;

constexpr Argument kInitbydimArguments[] = {
    {"key", kKey}, {"width", kInteger}, {"depth", kInteger}};
constexpr Argument kInitbyprobArguments[] = {
    {"key", kKey}, {"error", kDouble}, {"probability", kDouble}};
constexpr Argument kItemAndIncrement[] = {{"item"}, {"increment", kInteger}};
constexpr Argument kIncrbyArguments[] = {
    {"key", kKey},
    {.name = "items", .type = kBlock, .flags = kMultiple, .arguments = kItemAndIncrement}};
constexpr Argument kIncrArguments[] = {
    {"key", kKey}, {"item"}, {.name = "increment", .type = kInteger, .flags = kOptional}};
constexpr Argument kQueryArguments[] = {{"key", kKey}, {.name = "item", .flags = kMultiple}};
constexpr Argument kMergeArguments[] = {
    {"destination", kKey},
    {"numkeys", kInteger},
    {.name = "source", .type = kKey, .flags = kMultiple, .key_spec_index = 1},
    {.name = "weight", .type = kInteger, .token = "WEIGHTS", .flags = kOptional | kMultiple}};

constexpr Command kRows[] = {
    count_min_row({.name = "cms.initbydim",
                   .arity = 4,
                   .flags = kCounts | kFast,
                   .keys = first_key(kRW | kInsert),
                   .handler = ShardHandler{initbydim},
                   .summary = "Makes a Count-Min Sketch of a given width and depth",
                   .since = "1.0.0",
                   .arguments = kInitbydimArguments}),
    count_min_row({.name = "cms.initbyprob",
                   .arity = 4,
                   .flags = kCounts | kFast,
                   .keys = first_key(kRW | kInsert),
                   .handler = ShardHandler{initbyprob},
                   .summary = "Makes a Count-Min Sketch that keeps to an error with a probability",
                   .since = "1.0.0",
                   .arguments = kInitbyprobArguments}),
    count_min_row({.name = "cms.incrby",
                   .arity = -4,
                   .flags = kCounts,
                   .keys = first_key(kRW | kAccess | kUpdate),
                   .handler = ShardHandler{incrby},
                   .summary = "Counts items, each a number of times",
                   .complexity = "O(N) for N items",
                   .since = "1.0.0",
                   .arguments = kIncrbyArguments}),
    count_min_row({.name = "cms.incr",
                   .arity = -3,
                   .flags = kCounts | kFast,
                   .keys = first_key(kRW | kAccess | kInsert),
                   .handler = ShardHandler{incr},
                   .summary = "Counts one item, in a new sketch if there is none",
                   .since = "countd 0.1.0",
                   .arguments = kIncrArguments}),
    count_min_row({.name = "cms.query",
                   .arity = -3,
                   .flags = kReadOnly | kObjectValue,
                   .keys = first_key(kRO | kAccess),
                   .handler = ShardHandler{query},
                   .summary = "Estimates how often items were counted",
                   .complexity = "O(N) for N items",
                   .since = "1.0.0",
                   .arguments = kQueryArguments}),
    count_min_row({.name = "cms.merge",
                   .arity = -4,
                   .flags = kCounts | kMovableKeys,
                   .keys = kTargetAndSources,
                   .handler = SpanHandler{merge},
                   .summary = "Overwrites a sketch with the weighted sum of others",
                   .complexity = "O(N * C) for N sketches of C cells",
                   .since = "1.0.0",
                   .arguments = kMergeArguments}),
    count_min_row({.name = "cms.info",
                   .arity = 2,
                   .flags = kReadOnly | kFast,
                   .keys = first_key(kRO | kAccess),
                   .handler = ShardHandler{info},
                   .summary = "Tells a sketch's width, depth and the sum of all counts",
                   .since = "1.0.0",
                   .arguments = kKeyArgument}),
};
static_assert(well_formed(kRows));

}  // namespace

std::span<const Command> count_min_commands() { return kRows; }

}  // namespace countd::commands
