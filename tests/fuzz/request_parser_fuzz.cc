// The first byte picks limits, the rest is what a client sends. However it is cut, the same
// requests and the same error must come out, and missing() must never promise too much.
#include <cstdint>
#include <cstdio>
#include <cstdlib>

#include "tests/protocol/parse_all.h"

namespace {

void require(bool condition, const char* what) {
  if (condition) return;
  std::fprintf(stderr, "%s\n", what);
  std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* input, std::size_t size) {
  using namespace countd::protocol;
  if (size < 2) return 0;
  const std::uint8_t choice = input[0];
  const std::string_view stream(reinterpret_cast<const char*>(input) + 1, size - 1);
  ParserLimits limits;
  limits.authenticated = (choice & 1) == 0;
  if ((choice & 2) != 0) limits.max_inline_bytes = 24;
  if ((choice & 4) != 0) limits.max_bulk_bytes = 24;
  if ((choice & 8) != 0) limits.max_arguments = 4;

  const auto whole = parse_whole_stream(stream, limits);
  const auto bytewise = parse_bytewise(stream, limits);
  const auto cut = parse_all(stream, limits, [&] { return std::size_t{1} + choice / 16; });
  require(whole == bytewise, "fed byte by byte, the outcome differs");
  require(whole == cut, "fed in pieces, the outcome differs");
  require(!bytewise.missing_was_wrong, "a request was whole before its missing bytes had come");
  return 0;
}
