// One visit of the row's field for each direction.
#include "config/option_value.h"

#include <cstdio>

#include "config/value_text.h"

namespace countd::config {

namespace {

template <class... Visitors>
struct Visit : Visitors... {
  using Visitors::operator()...;
};
template <class... Visitors>
Visit(Visitors...) -> Visit<Visitors...>;

constexpr const char* kNotFlag = "argument must be 'yes' or 'no'";
constexpr const char* kNotInteger = "argument couldn't be parsed into an integer";
constexpr const char* kNotMemory = "argument must be a memory value";

std::string flag_text(bool on) { return on ? "yes" : "no"; }

/// Digits beyond 64 bits are an integer as well: one that is out of range.
bool is_long_integer(std::string_view text) {
  if (text.starts_with('-')) text.remove_prefix(1);
  return text.size() > 18 && text.find_first_not_of("0123456789") == std::string_view::npos;
}

Complaint read_number(const Number& number, const std::string& word, Options& options) {
  const auto value = number.unit == Unit::kMemory  ? read_memory(word)
                     : number.unit == Unit::kOctal ? read_octal(word)
                                                   : read_integer(word);
  if (!value && number.unit == Unit::kMemory) return kNotMemory;
  if (!value && number.unit == Unit::kOctal)
    return "argument couldn't be parsed as an octal number";
  if (!value && !is_long_integer(word)) return kNotInteger;
  if (!value || *value < number.min || *value > number.max) {
    char text[100];
    std::snprintf(text, sizeof text,
                  number.unit == Unit::kOctal ? "argument must be between %llo and %llo inclusive"
                                              : "argument must be between %lld and %lld inclusive",
                  static_cast<long long>(number.min), static_cast<long long>(number.max));
    return text;
  }
  number.set(options, *value);
  return std::nullopt;
}

Complaint read_choice(const Choice& choice, const std::string& word, Options& options) {
  std::string complaint = "argument(s) must be one of the following: ";
  for (const auto& name : choice.names) {
    if (same_word(word, name.text)) {
      choice.set(options, name.value);
      return std::nullopt;
    }
    if (&name != &choice.names.front()) complaint += ", ";
    complaint += name.text;
  }
  return complaint;
}

std::string_view choice_text(const Choice& choice, const Options& options) {
  for (const auto& name : choice.names) {
    if (name.value == choice.get(options)) return name.text;
  }
  return {};
}

std::string octal_text(std::int64_t value) {
  char text[32];
  std::snprintf(text, sizeof text, "%llo", static_cast<long long>(value));
  return text;
}

/// The values of all inert options; they are empty until one is set.
std::vector<std::string> inert_values(const Options& options) {
  if (!options.inert.empty()) return options.inert;
  std::vector<std::string> values;
  for (const auto& row : option_table()) {
    if (row.inert()) values.emplace_back(std::get<Inert>(row.field).default_text);
  }
  return values;
}

std::string_view inert_text(const Inert& inert, const Options& options) {
  return options.inert.empty() ? inert.default_text : options.inert[inert.index];
}

Complaint read_inert(const Inert& inert, Words words, Options& options) {
  const auto& word = words[0];
  std::string value = word;
  switch (inert.kind) {
    case InertKind::kFlag:
      if (!read_flag(word)) return kNotFlag;
      value = flag_text(*read_flag(word));
      break;
    case InertKind::kNumber:
      if (!read_integer(word)) return kNotInteger;
      break;
    case InertKind::kMemory:
      if (!read_memory(word)) return kNotMemory;
      value = std::to_string(*read_memory(word));
      break;
    case InertKind::kText:
      break;
    case InertKind::kWords:
      value = join({words.begin(), words.end()});
      break;
  }
  if (inert.only_default && !same_word(value, inert.default_text)) {
    return "countd does not do this: only '" + std::string(inert.default_text) + "' is accepted";
  }
  options.inert = inert_values(options);
  options.inert[inert.index] = std::move(value);
  return std::nullopt;
}

bool takes_many_words(const Row& row) {
  if (const auto* special = std::get_if<Special>(&row.field)) return special->lines != nullptr;
  if (const auto* inert = std::get_if<Inert>(&row.field)) return inert->kind == InertKind::kWords;
  return false;
}

}  // namespace

Complaint read_value(const Row& row, Words words, bool again, Options& options) {
  if (words.empty() || (words.size() > 1 && !takes_many_words(row))) {
    return "wrong number of arguments";
  }
  return std::visit(
      Visit{
          [&](const Flag& flag) -> Complaint {
            const auto on = read_flag(words[0]);
            if (!on) return kNotFlag;
            options.*flag.member = *on;
            return std::nullopt;
          },
          [&](const Number& number) { return read_number(number, words[0], options); },
          [&](const Fraction& fraction) -> Complaint {
            const auto value = read_decimal(words[0]);
            if (!value || *value <= 0 || *value >= 1) {
              return "argument must be a number between 0 and 1, both excluded";
            }
            options.*fraction.member = *value;
            return std::nullopt;
          },
          [&](const Choice& choice) { return read_choice(choice, words[0], options); },
          [&](const Text& text) -> Complaint {
            options.*text.member = words[0];
            return std::nullopt;
          },
          [&](const Special& special) { return special.read(words, again, options); },
          [&](const Inert& inert) { return read_inert(inert, words, options); },
      },
      row.field);
}

Complaint read_argument(const Row& row, const std::string& argument, Options& options) {
  std::vector<std::string> words{argument};
  if (takes_many_words(row) && !argument.empty()) words = split_at_blanks(argument);
  return read_value(row, words, false, options);
}

std::string show_value(const Row& row, const Options& options) {
  return std::visit(
      Visit{
          [&](const Flag& flag) { return flag_text(options.*flag.member); },
          [&](const Number& number) {
            const auto value = number.get(options);
            return number.unit == Unit::kOctal ? octal_text(value) : std::to_string(value);
          },
          [&](const Fraction& fraction) { return write_decimal(options.*fraction.member); },
          [&](const Choice& choice) { return std::string(choice_text(choice, options)); },
          [&](const Text& text) { return options.*text.member; },
          [&](const Special& special) { return special.show(options); },
          [&](const Inert& inert) { return std::string(inert_text(inert, options)); },
      },
      row.field);
}

std::vector<std::string> conf_lines(const Row& row, const Options& options) {
  std::vector<std::string> values;
  if (const auto* special = std::get_if<Special>(&row.field);
      special != nullptr && special->lines != nullptr) {
    values = special->lines(options);
  } else if (const auto* number = std::get_if<Number>(&row.field);
             number != nullptr && number->unit == Unit::kMemory) {
    values.push_back(write_memory(static_cast<std::uint64_t>(number->get(options))));
  } else if (takes_many_words(row) && !show_value(row, options).empty()) {
    auto words = split_at_blanks(show_value(row, options));
    for (auto& word : words) word = write_text(word);
    values.push_back(join(words));
  } else {
    values.push_back(write_text(show_value(row, options)));
  }
  for (auto& value : values) value = std::string(row.name) + ' ' + value;
  return values;
}

}  // namespace countd::config
