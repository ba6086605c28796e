#include "tools/inspect/quote.h"

#include <fmt/format.h>

namespace countd::inspect {
namespace {

bool is_plain(char byte) { return byte >= ' ' && byte <= '~' && byte != '"' && byte != '\\'; }

/// `escape` is the format of a byte that does not stand for itself.
std::string quoted(std::string_view bytes, std::string_view escape) {
  std::string text = "\"";
  for (const char byte : bytes) {
    if (is_plain(byte)) {
      text += byte;
    } else if (byte == '"' || byte == '\\') {
      text += {'\\', byte};
    } else {
      text += fmt::format(fmt::runtime(escape), static_cast<unsigned char>(byte));
    }
  }
  return text + '"';
}

}  // namespace

std::string shown(std::string_view bytes) { return quoted(bytes, "\\x{:02x}"); }
std::string json(std::string_view bytes) { return quoted(bytes, "\\u{:04x}"); }

}  // namespace countd::inspect
