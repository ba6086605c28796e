// CONFIG REWRITE: brings a configuration file up to date and leaves the rest of it alone.
//
//   # memory                  stays          maxmemory 100mb      stays as it is spelled if it
//   maxmemory 2gb             the new value  save 60 10           says what is in force
//   (an option not in the file that is not at its default is added at the end)
#pragma once

#include <string>
#include <string_view>

#include "config/option_table.h"

namespace countd::config {

/// `old_text` with every option as it is in `now`. Reading the result gives `now`.
std::string rewritten_conf(std::string_view old_text, const Options& now);

/// Puts `text` in the file's place, so that a crash leaves the old file or the new one; the mode
/// of an old file is kept. The complaint is the operating system's.
Complaint replace_file(const std::string& path, std::string_view text);

}  // namespace countd::config
