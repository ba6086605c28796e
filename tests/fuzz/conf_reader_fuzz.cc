// A configuration file from anywhere: it is refused with a message, or what it says survives
// CONFIG REWRITE and another reading. Files it includes come from the input as well.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "config/conf_reader.h"
#include "config/conf_rewrite.h"
#include "config/option_value.h"
#include "config/special_options.h"

namespace {

using namespace countd::config;

void require(bool condition, std::string_view what) {
  if (condition) return;
  std::fprintf(stderr, "%.*s\n", static_cast<int>(what.size()), what.data());
  std::abort();
}

/// Every file but the first is empty: nothing that another line says may depend on it.
class OneFile : public Files {
 public:
  Content read(const std::string&) override { return {}; }
  std::vector<std::string> match(const std::string& pattern) override { return {pattern}; }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* input, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(input), size);
  OneFile files;
  Options options;
  ConfReader reader(files, options);
  const auto message = reader.read_text(text, "the input");
  if (message) {
    require(message->find(">>> '") != std::string::npos, "a message without its line");
    return 0;
  }
  require(!resolve_directory(options), "a directory that was accepted is gone");
  const auto rewritten = rewritten_conf(text, options);
  Options again;
  ConfReader second(files, again);
  require(!second.read_text(rewritten, "the rewritten file"), "a rewritten file is refused");
  require(!resolve_directory(again), "the working directory is gone");
  for (const auto& row : option_table()) {
    require(show_value(row, options) == show_value(row, again), row.name);
  }
  require(rewritten_conf(rewritten, options) == rewritten, "rewriting twice changes the file");
  return 0;
}
