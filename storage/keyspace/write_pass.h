// Proof that a change went through the write gate: whatever changes an entry asks for a WritePass,
// and only Keyspace::open_for_write makes one. Costs nothing at run time.
#pragma once

namespace countd::storage {

class WritePass {
 private:
  friend class Keyspace;
  WritePass() = default;
};

}  // namespace countd::storage
