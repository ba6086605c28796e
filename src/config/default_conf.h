// conf/countd.conf: every option with its meaning and its default, as a file that can be edited.
#pragma once

#include <string>

namespace countd::config {

std::string default_conf();

}  // namespace countd::config
