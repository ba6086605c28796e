#include "storage/rdb/sketch_codec.h"

#include <cstring>
#include <limits>
#include <span>

#include "storage/rdb/module_value.h"

namespace countd::storage::rdb {
namespace {

void put_unsigned(Encoder& out, std::uint64_t number) {
  out.length(static_cast<std::uint64_t>(ModulePart::kUnsigned));
  out.length(number);
}

void expect(Decoder& in, ModulePart part) {
  const std::uint64_t at = in.offset();
  if (in.length() == static_cast<std::uint64_t>(part)) return;
  in.fail_at(at, "unexpected part of a Count-Min Sketch");
}

std::int64_t take_dimension(Decoder& in) {
  expect(in, ModulePart::kUnsigned);
  const std::uint64_t number = in.length();
  constexpr auto kMax = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  return number <= kMax ? static_cast<std::int64_t>(number) : 0;
}

}  // namespace

void encode_sketch(Encoder& out, const CountMinSketch& sketch) {
  out.length(kCountMinId);
  put_unsigned(out, sketch.shape().width);
  put_unsigned(out, sketch.shape().depth);
  put_unsigned(out, sketch.total());
  out.length(static_cast<std::uint64_t>(ModulePart::kString));
  const std::span<const std::uint32_t> cells = sketch.cells();
  out.plain_string({reinterpret_cast<const char*>(cells.data()), cells.size_bytes()});
  out.length(static_cast<std::uint64_t>(ModulePart::kEnd));
}

std::unique_ptr<CountMinSketch> decode_sketch(Decoder& in) {
  const std::uint64_t at = in.offset();
  const std::int64_t width = take_dimension(in);
  const std::int64_t depth = take_dimension(in);
  expect(in, ModulePart::kUnsigned);
  const std::uint64_t total = in.length();
  expect(in, ModulePart::kString);
  MadeTexts made;
  const std::string_view text = in.text(made);
  expect(in, ModulePart::kEnd);
  if (in.failed()) return nullptr;
  const auto shape = CountMinSketch::shape_of(width, depth);
  // The array is taken only once its bytes are known to be there.
  if (!shape || text.size() / sizeof(std::uint32_t) / shape->width != shape->depth ||
      text.size() != sizeof(std::uint32_t) * shape->width * shape->depth) {
    in.fail_at(at, "the cells of a Count-Min Sketch do not fit its shape");
    return nullptr;
  }
  auto sketch = CountMinSketch::create(*shape);
  if (sketch == nullptr) {
    in.fail_at(at, "no memory for a Count-Min Sketch");
    return nullptr;
  }
  std::memcpy(sketch->cells().data(), text.data(), text.size());
  sketch->set_total(total);
  return sketch;
}

}  // namespace countd::storage::rdb
