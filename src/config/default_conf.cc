// Section by section from the table. Every option is commented out at its default, so the file
// says the same as no file at all.
#include "config/default_conf.h"

#include "config/option_table.h"
#include "config/option_value.h"
#include "config/value_text.h"

namespace countd::config {

namespace {

constexpr std::size_t kWidth = 98;

/// `text` as comment lines of at most kWidth characters.
std::string comment(std::string_view text) {
  std::string result;
  std::string line = "#";
  for (const auto& word : split_at_blanks(text)) {
    if (line.size() + 1 + word.size() > kWidth) {
      result += line + '\n';
      line = "#";
    }
    line += ' ' + word;
  }
  return result + line + '\n';
}

/// "One of: no, yes, local.", where the row's own text does not name them all.
std::string choices(const Row& row) {
  const auto* choice = std::get_if<Choice>(&row.field);
  if (choice == nullptr) return {};
  std::string text = " One of:";
  bool all_named = true;
  for (const auto& name : choice->names) {
    text += &name == &choice->names.front() ? " " : ", ";
    text += name.text;
    all_named = all_named && row.documentation.find(name.text) != std::string_view::npos;
  }
  return all_named ? std::string() : text + '.';
}

void add_option(const Row& row, std::string& text) {
  text += '\n';
  std::string about = std::string(row.documentation) + choices(row);
  if (!row.alias.empty()) about += " Also called " + std::string(row.alias) + '.';
  if (row.mutability == Mutability::kImmutable) about += " Read at start only.";
  text += comment(about);
  for (const auto& line : conf_lines(row, Options{})) text += "# " + line + '\n';
}

/// The names of the inert options that are taken at their default alone, or of the others.
std::string inert_names(bool only_default) {
  std::string names;
  for (const auto& row : option_table()) {
    if (!row.inert() || std::get<Inert>(row.field).only_default != only_default) continue;
    names += (names.empty() ? "" : " ") + std::string(row.name);
  }
  return names;
}

void add_inert_options(std::string& text) {
  text += '\n' + comment(
                     "countd starts from a configuration file of Redis 7.0. These options of it "
                     "are checked, shown by CONFIG GET and otherwise ignored; one warning at start "
                     "names those that are set to another value than their default:");
  text += "#\n" + comment(inert_names(false));
  text += '\n' + comment(
                     "These are taken at their default alone, and refused with any other value, "
                     "since whoever sets them counts on what they do:");
  text += "#\n" + comment(inert_names(true));
}

}  // namespace

std::string default_conf() {
  std::string text =
      "# Configuration of countd, in the syntax of redis.conf.\n"
      "# Start with it: countd /path/to/countd.conf\n"
      "#\n"
      "# Every option stands here with its default, commented out. Sizes may be written as 1k =\n"
      "# 1000 or 1kb = 1024 bytes, likewise m, mb, g and gb. `include other.conf` reads a file in\n"
      "# place. Later lines win. Options that are not \"read at start only\" can be changed with\n"
      "# CONFIG SET, and CONFIG REWRITE keeps the change here.\n";
  auto section = static_cast<Section>(kSections);
  for (const auto& row : option_table()) {
    if (row.section != section) {
      section = row.section;
      text += "\n## " + std::string(section_title(section)) + '\n';
      if (row.inert()) add_inert_options(text);
    }
    if (!row.inert()) add_option(row, text);
  }
  return text;
}

}  // namespace countd::config
