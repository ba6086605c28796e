// Zipf by its inverted cumulative sum: exact, and the table is made once.
#include <algorithm>
#include <charconv>
#include <map>
#include <random>
#include <stdexcept>

#include "tools/bench_load/load.h"

namespace countd::load {
namespace {

constexpr std::size_t kTimedPool = 1u << 19;  // longer than any cache keeps

class Zipf {
 public:
  explicit Zipf(std::uint64_t limit) : sums_(limit) {
    double sum = 0;
    for (std::uint64_t i = 0; i < limit; ++i) sums_[i] = sum += 1.0 / static_cast<double>(i + 1);
  }
  template <class Random>
  std::uint64_t operator()(Random& random) const {
    const auto point = std::uniform_real_distribution<double>(0, sums_.back())(random);
    return static_cast<std::uint64_t>(std::lower_bound(sums_.begin(), sums_.end(), point) -
                                      sums_.begin());
  }

 private:
  std::vector<double> sums_;
};

class Speller {
 public:
  explicit Speller(std::uint64_t seed) : random_(seed), fresh_(seed << 32) {}

  std::string spell(std::string_view word) {
    std::string out;
    while (!word.empty()) {
      const auto open = std::min(word.find('<'), word.size());
      out += word.substr(0, open);
      word.remove_prefix(open);
      if (word.empty()) break;
      const auto close = word.find('>');
      if (close == std::string_view::npos) throw std::runtime_error("a variable without its >");
      out += std::to_string(number(word.substr(1, close - 1)));
      word.remove_prefix(close + 1);
    }
    return out;
  }
  void next_request() { ++index_; }

 private:
  std::uint64_t number(std::string_view variable) {
    if (variable == "i") return index_;
    if (variable == "new") return fresh_++;
    const auto colon = variable.find(':');
    std::uint64_t limit = 0;
    if (colon != std::string_view::npos) {
      std::from_chars(variable.data() + colon + 1, variable.data() + variable.size(), limit);
    }
    const auto kind = variable.substr(0, colon);
    if (limit == 0 || (kind != "n" && kind != "zipf")) {
      throw std::runtime_error("unknown variable <" + std::string(variable) + ">");
    }
    if (kind == "n") return random_() % limit;
    return zipfs_.try_emplace(limit, limit).first->second(random_);
  }

  std::mt19937_64 random_;
  std::map<std::uint64_t, Zipf> zipfs_;
  std::uint64_t index_ = 0;
  std::uint64_t fresh_;
};

std::vector<std::string_view> words_of(std::string_view text) {
  std::vector<std::string_view> words;
  while (!text.empty()) {
    const auto end = std::min(text.find(' '), text.size());
    if (end > 0) words.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return words;
}

void append_length(std::string& bytes, char type, std::size_t length) {
  bytes += type;
  bytes += std::to_string(length);
  bytes += "\r\n";
}

}  // namespace

Pool make_pool(const Settings& settings) {
  std::vector<std::vector<std::string_view>> templates;
  for (const auto& text : settings.templates) templates.push_back(words_of(text));
  Speller speller(settings.seed);
  Pool pool;
  const auto count = settings.requests > 0 ? settings.requests : kTimedPool;
  pool.starts.reserve(count + 1);
  for (std::uint64_t i = 0; i < count; ++i) {
    pool.starts.push_back(pool.bytes.size());
    const auto& words = templates[i % templates.size()];
    append_length(pool.bytes, '*', words.size());
    for (const auto word : words) {
      const auto spelled = speller.spell(word);
      append_length(pool.bytes, '$', spelled.size());
      pool.bytes += spelled;
      pool.bytes += "\r\n";
    }
    speller.next_request();
  }
  pool.starts.push_back(pool.bytes.size());
  return pool;
}

}  // namespace countd::load
