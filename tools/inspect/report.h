// A survey, told to people or to programs.
#pragma once

#include <cstddef>
#include <string>

#include "tools/inspect/survey.h"

namespace countd::inspect {

/// `prefixes`: how many of them, those with the most keys first.
std::string report_text(const Survey& survey, std::size_t prefixes);
/// One JSON object. Bytes of keys that are not ASCII are spelled \u0080 … \u00ff, one each.
std::string report_json(const Survey& survey, std::size_t prefixes);

}  // namespace countd::inspect
