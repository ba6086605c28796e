// A survey of a log, told to people or to programs.
#pragma once

#include <cstddef>
#include <string>

#include "tools/inspect/log_survey.h"

namespace countd::inspect {

/// `prefixes`: how many of them, those with the most keys first.
std::string log_report_text(const LogSurvey& survey, std::size_t prefixes);
/// One JSON object. Times are seconds since 1970, 0 if there are none.
std::string log_report_json(const LogSurvey& survey, std::size_t prefixes);

}  // namespace countd::inspect
