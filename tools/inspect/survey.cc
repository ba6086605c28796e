#include "tools/inspect/survey.h"

#include <algorithm>
#include <functional>

#include "storage/base/key.h"

namespace countd::inspect {

using storage::rdb::Entry;
using storage::rdb::EntryReader;
using storage::rdb::FileLayout;

namespace {

constexpr int kAnyDatabase = 1 << 20;
constexpr std::string_view kOk = "ok";

std::string_view type_of(const Entry& entry) {
  if (!entry.unsupported.empty()) return entry.unsupported;
  if (std::holds_alternative<std::int64_t>(entry.value)) return "counter";
  const auto* text = std::get_if<std::string_view>(&entry.value);
  if (text == nullptr) return "count-min sketch";
  constexpr std::size_t kHyperLogLogHeader = 16;
  const bool sketch = text->starts_with("HYLL") && text->size() >= kHyperLogLogHeader;
  return sketch ? "hyperloglog" : "string";
}

std::string_view prefix_of(std::string_view key) {
  const std::size_t colon = key.rfind(':');
  return colon == std::string_view::npos ? std::string_view{} : key.substr(0, colon + 1);
}

bool larger(const LargeEntry& a, const LargeEntry& b) { return a.bytes > b.bytes; }

/// Counts entries into a Survey.
class Counting {
 public:
  Counting(Survey& survey, const SurveyOptions& options) : survey_(survey), options_(options) {}

  void count(const Entry& entry, std::uint64_t bytes) {
    const std::string_view type = type_of(entry);
    survey_.all.add(bytes);
    survey_.types[std::string{type}].add(bytes);
    DatabaseTally& database = survey_.databases[entry.db];
    database.all.add(bytes);
    if (entry.expiry != storage::kNoExpiry) ++database.expires;
    count_prefix(entry.key, bytes);
    count_expiry(entry.expiry);
    note_large(entry, type, bytes);
    if (hashes_.size() < options_.duplicates) {
      hashes_.push_back(storage::hash_key(entry.key, static_cast<std::uint64_t>(entry.db)));
    }
  }

  /// What the search for duplicates found.
  std::string duplicates() {
    if (options_.duplicates == 0) return "none";
    std::sort(hashes_.begin(), hashes_.end());
    std::uint64_t twice = 0;
    for (std::size_t i = 1; i < hashes_.size(); ++i) twice += hashes_[i] == hashes_[i - 1];
    if (twice > 0) return std::to_string(twice) + " keys occur more than once";
    if (hashes_.size() == survey_.all.keys) return std::string{kOk};
    return "none among the first " + std::to_string(hashes_.size()) + " keys";
  }

 private:
  void count_prefix(std::string_view key, std::uint64_t bytes) {
    prefix_.assign(prefix_of(key));
    const auto found = survey_.prefixes.find(prefix_);
    if (found != survey_.prefixes.end()) {
      found->second.add(bytes);
    } else if (survey_.prefixes.size() < options_.prefixes) {
      survey_.prefixes[prefix_].add(bytes);
    } else {
      survey_.other_prefixes.add(bytes);
    }
  }

  void count_expiry(storage::Millis expiry) {
    constexpr storage::Millis kHour = 3'600'000;
    ExpiryTally& tally = survey_.expiry;
    const storage::Millis left = expiry - options_.now;
    if (expiry == storage::kNoExpiry) {
      ++tally.none;
    } else if (left <= 0) {
      ++tally.expired;
    } else if (left <= kHour) {
      ++tally.within_hour;
    } else if (left <= 24 * kHour) {
      ++tally.within_day;
    } else if (left <= 7 * 24 * kHour) {
      ++tally.within_week;
    } else {
      ++tally.later;
    }
  }

  /// Keeps the largest entries as a heap with the smallest of them on top.
  void note_large(const Entry& entry, std::string_view type, std::uint64_t bytes) {
    auto& heap = survey_.largest;
    if (options_.largest == 0) return;
    if (heap.size() == options_.largest) {
      if (bytes <= heap.front().bytes) return;
      std::pop_heap(heap.begin(), heap.end(), larger);
      heap.pop_back();
    }
    heap.push_back({bytes, entry.db, std::string{entry.key}, std::string{type}});
    std::push_heap(heap.begin(), heap.end(), larger);
  }

  Survey& survey_;
  const SurveyOptions& options_;
  std::vector<std::uint64_t> hashes_;
  std::string prefix_;
};

void check_index(std::string_view file, const FileLayout& layout, Survey& survey) {
  if (!layout.index) return;
  survey.blocks = layout.index->blocks.size();
  survey.checks.index = kOk;
  for (const auto& block : layout.index->blocks) {
    if (const auto error = check_block(file, block)) survey.checks.index = error->text();
  }
}

void check_checksum(std::string_view file, const FileLayout& layout, std::uint64_t end,
                    Survey& survey) {
  if (const auto error = check_end(file, layout, end)) {
    survey.checks.checksum = error->text();
    return;
  }
  const bool computed = file.size() > end && file.substr(end) != std::string(8, '\0');
  survey.checks.checksum = computed ? std::string{kOk} : "none";
}

}  // namespace

bool Survey::sound() const {
  const auto holds = [](const std::string& check) {
    return check == kOk || check.starts_with("none");
  };
  return !error && holds(checks.checksum) && holds(checks.index) && holds(checks.duplicates);
}

Survey survey(std::string_view file, const SurveyOptions& options) {
  Survey result;
  result.file_bytes = file.size();
  result.magic = file.substr(0, storage::rdb::kMagicBytes);
  const auto layout = storage::rdb::read_layout(file, kAnyDatabase);
  if (!layout) {
    result.error = layout.error();
    return result;
  }
  result.notes = layout->notes.fields;
  check_index(file, *layout, result);
  constexpr std::uint64_t begin = storage::rdb::kMagicBytes;
  EntryReader reader{file.substr(begin), begin, layout->reader_options(kAnyDatabase, true)};
  Counting counting{result, options};
  storage::rdb::MadeTexts made;
  Entry entry;
  auto step = reader.next(entry, made);
  for (; step == EntryReader::Step::kEntry; step = reader.next(entry, made)) {
    counting.count(entry, reader.offset() - entry.offset);
    made.clear();
  }
  if (step == EntryReader::Step::kFailed) {
    result.error = reader.error();
  } else {
    check_checksum(file, *layout, reader.offset(), result);
  }
  result.checks.duplicates = counting.duplicates();
  std::sort_heap(result.largest.begin(), result.largest.end(), larger);
  return result;
}

}  // namespace countd::inspect
