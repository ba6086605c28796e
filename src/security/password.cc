#include "security/password.h"

namespace countd::security {

bool equal_in_constant_time(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  // Volatile, so that the loop is not cut short once a difference is known.
  volatile unsigned char difference = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    difference = static_cast<unsigned char>(difference | static_cast<unsigned char>(a[i] ^ b[i]));
  }
  return difference == 0;
}

bool password_opens(std::string_view configured, std::string_view given) {
  return configured.empty() || equal_in_constant_time(configured, given);
}

}  // namespace countd::security
