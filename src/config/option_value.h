// Reads and writes the value of one option, by its row.
#pragma once

#include <string>
#include <vector>

#include "config/option_table.h"

namespace countd::config {

/// Sets the option from the words after its name, or leaves all as it was and says why.
/// `again`: the same file has set it before (further `save` lines add).
Complaint read_value(const Row& row, Words words, bool again, Options& options);

/// As read_value, from the one argument that CONFIG SET has for a value.
Complaint read_argument(const Row& row, const std::string& argument, Options& options);

/// As CONFIG GET answers.
std::string show_value(const Row& row, const Options& options);

/// The option as it stands in a configuration file: "maxmemory 100mb"; several lines if it is a
/// list. read_value of their words gives the same value.
std::vector<std::string> conf_lines(const Row& row, const Options& options);

}  // namespace countd::config
