// Walks over the entries of an RDB file, or of one block of it.
//
// Everything between entries is checked and passed over: notes, functions, module notes, sizes.
// What a reader learns on the way before the first entry (sizes, notes) it keeps if asked to.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "storage/base/time.h"
#include "storage/base/value.h"
#include "storage/rdb/decoder.h"
#include "storage/rdb/format.h"

namespace countd::storage::rdb {

struct DatabaseSize {
  int db = 0;
  std::uint64_t keys = 0;
  std::uint64_t expires = 0;
};

/// What a file says about itself.
struct Notes {
  std::vector<std::pair<std::string, std::string>> fields;  // AUX, at most kMaxFields
  std::vector<DatabaseSize> sizes;                          // one for each RESIZEDB

  static constexpr std::size_t kMaxFields = 64;
  /// The field's text, empty if there is none.
  [[nodiscard]] std::string_view field(std::string_view name) const;
};

struct Entry {
  std::uint64_t offset = 0;  // of the first byte of the entry
  std::string_view key;      // in the input or in the MadeTexts
  NewValue value;            // likewise
  Millis expiry = kNoExpiry;
  int db = 0;
  std::uint8_t type = 0;    // the type byte
  std::string unsupported;  // what the type is called if countd does not hold it, else empty
};

struct ReaderOptions {
  Vendor vendor = Vendor::kRedis;
  int databases = 16;
  bool whole_file = false;  // ends with its end mark; a block ends with its bytes
  Notes* notes = nullptr;   // filled if given
};

class EntryReader {
 public:
  enum class Step : std::uint8_t { kEntry, kEnd, kFailed };

  /// `bytes` begin at `offset` of the file. Borrows them.
  EntryReader(std::string_view bytes, std::uint64_t offset, const ReaderOptions& options)
      : in_(bytes, offset), options_(options) {}

  /// Reads the next entry over `entry`. What has to be made of its texts is added to `made`.
  Step next(Entry& entry, MadeTexts& made);
  /// Passes over what comes before the next entry; kEntry if there is one.
  Step find();

  [[nodiscard]] std::uint64_t offset() const { return in_.offset(); }
  /// REQUIRES: the last step failed.
  [[nodiscard]] FormatError error() const { return in_.error(); }

 private:
  bool pass_over(Opcode opcode);
  void select();
  void resize();
  void note();
  void module_note();
  void functions();
  void slot_import();
  void read_value(Entry& entry, MadeTexts& made);

  Decoder in_;
  ReaderOptions options_;
  std::uint64_t entry_offset_ = 0;
  Millis expiry_ = kNoExpiry;
  int db_ = 0;
  std::uint8_t type_ = 0;
};

}  // namespace countd::storage::rdb
