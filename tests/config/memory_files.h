// Files that exist only in a test.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "config/conf_reader.h"
#include "config/glob.h"

namespace countd::config {

class MemoryFiles : public Files {
 public:
  std::map<std::string, std::string> contents;

  Content read(const std::string& path) override {
    const auto found = contents.find(path);
    if (found == contents.end()) return {{}, "No such file or directory"};
    return {found->second, {}};
  }
  std::vector<std::string> match(const std::string& pattern) override {
    std::vector<std::string> paths;
    for (const auto& [path, text] : contents) {
      if (glob_matches(pattern, path)) paths.push_back(path);
    }
    return paths;
  }
};

}  // namespace countd::config
