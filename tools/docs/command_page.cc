#include "tools/docs/command_page.h"

#include <algorithm>
#include <cctype>
#include <map>
#include <stdexcept>
#include <vector>

namespace countd::docs {
namespace {

std::string upper(std::string_view name) {
  std::string out;
  for (const char byte : name) {
    out += static_cast<char>(std::toupper(static_cast<unsigned char>(byte)));
  }
  return out;
}

std::string cell(std::string_view text) {
  std::string out;
  for (const char byte : text) {
    if (byte == '|') out += '\\';
    out += byte;
  }
  return out;
}

std::string row_of(const commands::Command& command) {
  std::string name = "`" + upper(command.name) + "`";
  if (!command.subcommands.empty()) {
    name += " (";
    for (std::size_t i = 0; i < command.subcommands.size(); ++i) {
      name += (i > 0 ? " " : "") + upper(command.subcommands[i].name);
    }
    name += ")";
  }
  return "| " + name + " | " + cell(command.summary) + " | " + cell(command.complexity) + " | " +
         cell(command.since) + " |\n";
}

}  // namespace

std::string command_page(const commands::CommandTable& table) {
  std::map<std::string_view, std::vector<const commands::Command*>> groups;
  for (const auto* command : table.all()) groups[command->group].push_back(command);
  std::string out;
  for (auto& [group, commands] : groups) {
    std::sort(commands.begin(), commands.end(),
              [](const auto* a, const auto* b) { return a->name < b->name; });
    out += "\n**" + std::string(group) + "**\n\n| command | what it does | cost | since |\n";
    out += "| --- | --- | --- | --- |\n";
    for (const auto* command : commands) out += row_of(*command);
  }
  return out + "\n";
}

std::string replace_between(const std::string& text, const std::string& begin,
                            const std::string& end, const std::string& content) {
  const auto first = text.find(begin + "\n");
  const auto last = text.find(end, first);
  if (first == std::string::npos || last == std::string::npos) {
    throw std::runtime_error("no " + begin + " … " + end);
  }
  return text.substr(0, first + begin.size() + 1) + content + text.substr(last);
}

}  // namespace countd::docs
