#include "storage/keyspace/access_clock.h"

namespace countd::storage {

// A step from c takes `need` uses on average: whole needs are taken as certain, the rest is drawn.
void AccessClock::count(Record record, std::uint64_t uses, Random& random) const {
  std::uint8_t frequency = record.access();
  while (uses > 0 && frequency < 255) {
    const std::uint64_t above =
        frequency > kFirstFrequency ? static_cast<std::uint64_t>(frequency - kFirstFrequency) : 0;
    const std::uint64_t need = above * log_factor_ + 1;
    if (uses < need) {
      if (random.below(need) < uses) ++frequency;
      break;
    }
    ++frequency;
    uses -= need;
  }
  if (frequency != record.access()) record.set_access(frequency);
}

}  // namespace countd::storage
