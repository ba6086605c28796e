// countd_conf: prints conf/countd.conf as the option table has it.
//   build/dev/src/config/countd_conf > conf/countd.conf
#include <cstdio>

#include "config/default_conf.h"

int main() {
  const auto text = countd::config::default_conf();
  return std::fwrite(text.data(), 1, text.size(), stdout) == text.size() ? 0 : 1;
}
