#include "storage/rdb/module_value.h"

#include <cstddef>

namespace countd::storage::rdb {

std::string module_name(std::uint64_t id) {
  constexpr std::string_view kAlphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  constexpr std::size_t kLetters = 9;
  std::string name(kLetters, ' ');
  std::uint64_t letters = id >> 10;
  for (std::size_t i = kLetters; i-- > 0; letters >>= 6) name[i] = kAlphabet[letters & 63];
  return name;
}

void skip_module_parts(Decoder& in) {
  while (!in.failed()) {
    const std::uint64_t at = in.offset();
    switch (static_cast<ModulePart>(in.length())) {
      case ModulePart::kEnd:
        return;
      case ModulePart::kSigned:
      case ModulePart::kUnsigned:
        in.length();
        break;
      case ModulePart::kFloat:
        in.take(sizeof(float));
        break;
      case ModulePart::kDouble:
        in.take(sizeof(double));
        break;
      case ModulePart::kString:
        in.skip_string();
        break;
      default:
        in.fail_at(at, "unknown part of a module value");
    }
  }
}

}  // namespace countd::storage::rdb
