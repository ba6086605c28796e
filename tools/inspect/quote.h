// Bytes as text: for people and for JSON.
#pragma once

#include <string>
#include <string_view>

namespace countd::inspect {

/// In double quotes; what cannot be shown is \xNN.
std::string shown(std::string_view bytes);
/// A JSON string. Bytes that are not ASCII are spelled \u0080 … \u00ff, one each.
std::string json(std::string_view bytes);

/// What `spell` makes of each item, with commas between.
template <class Range, class Spell>
std::string json_list(const Range& range, Spell&& spell) {
  std::string text;
  for (const auto& item : range) text += (text.empty() ? "" : ", ") + spell(item);
  return text;
}

}  // namespace countd::inspect
