// The first byte picks how the rest becomes a sketch: as it is, or as the runs behind a sound
// header. Whatever it is: what one reader of the runs accepts, all accept; what is foretold of an
// element comes true; and a sketch that was sound stays so and never forgets.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "storage/sketch/hyperloglog.h"
#include "storage/sketch/hyperloglog_sparse.h"

namespace {

using namespace countd::storage::hyperloglog;

void require(bool condition, const char* what) {
  if (condition) return;
  std::fprintf(stderr, "%s\n", what);
  std::abort();
}

// Splitting such a run loses its end, as it does in Redis.
bool last_run_is_cut_off(std::string_view bytes) {
  std::size_t at = kHeaderBytes;
  while (at < bytes.size()) at += run_at(bytes, at).bytes;
  return at > bytes.size();
}

void add_and_look(std::string& bytes, Element element, std::size_t sparse_max_bytes, bool sound) {
  const auto foretold = would_raise(bytes, element);
  const auto raised = add(bytes, element, sparse_max_bytes, nullptr);
  require(!sound || raised.has_value(), "a sound sketch refuses an element");
  if (!raised) return;
  require(foretold.has_value() && *foretold == *raised, "what was foretold did not come true");
  require(!sound || !would_raise(bytes, element).value(),
          "an element that was added would change it again");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* input, std::size_t size) {
  if (size < 2) return 0;
  const std::uint8_t choice = input[0];
  std::string bytes(reinterpret_cast<const char*>(input) + 1, size - 1);
  if ((choice & 1) != 0) bytes.insert(0, empty_sketch(), 0, kHeaderBytes);
  if (!check(bytes)) return 0;

  const bool sound = cardinality(bytes, nullptr).has_value();
  Union all;
  require(all.add(bytes).has_value() == sound, "a union accepts other runs than an estimate");
  std::string dense = bytes;
  if (encoding(bytes) == Encoding::kSparse) {
    require(to_dense(dense) == sound, "a dense sketch is made of other runs than estimated");
  }
  if (sound) {
    require(cardinality(dense, nullptr).value() == cardinality(bytes, nullptr).value(),
            "the estimate depends on the encoding");
    std::string written = bytes;
    all.write_to(written, bytes.size());
    require(cardinality(written, nullptr).value() == all.cardinality(),
            "a written union is another one");
  }
  const bool stays_sound =
      sound && (encoding(bytes) == Encoding::kDense || !last_run_is_cut_off(bytes));
  const std::size_t sparse_max_bytes = (choice & 2) != 0 ? 3000 : bytes.size();
  for (std::size_t at = 1; at + 2 < size; at += size / 8 + 1) {
    const auto index = static_cast<std::uint32_t>(input[at] << 8 | input[at + 1]) % kRegisters;
    add_and_look(bytes, {index, static_cast<std::uint8_t>(input[at + 2] % 51 + 1)},
                 sparse_max_bytes, stays_sound);
  }
  require(check(bytes).has_value(), "a sketch is none any more");
  require(!stays_sound || cardinality(bytes, nullptr).has_value(), "elements made runs corrupt");
  return 0;
}
