#include "server/log.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <ctime>
#include <filesystem>

namespace countd::server {

std::string why_no_log(const std::string& path) {
  const int descriptor = ::open(path.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC);
  if (descriptor >= 0) {
    ::close(descriptor);
    return {};
  }
  // What is not there yet can be made where its folder may be written.
  const auto folder = std::filesystem::path(path).parent_path();
  const bool can_be_made =
      errno == ENOENT && ::access(folder.empty() ? "." : folder.c_str(), W_OK | X_OK) == 0;
  return can_be_made ? std::string() : std::strerror(errno);
}

Log::~Log() {
  if (file_ != stdout) std::fclose(file_);
}

bool Log::open(const std::string& path) {
  const std::lock_guard lock(mutex_);
  std::FILE* const file = path.empty() ? stdout : std::fopen(path.c_str(), "ae");
  if (file == nullptr) return false;
  if (file_ != stdout) std::fclose(file_);
  file_ = file;
  return true;
}

void Log::write(config::LogLevel level, std::string_view text) {
  if (level < level_) return;
  constexpr std::string_view kMarks = ".-*#";
  const auto now = std::chrono::system_clock::now();
  const auto seconds = std::chrono::system_clock::to_time_t(now);
  const auto millis =
      std::chrono::duration_cast<std::chrono::milliseconds>(now.time_since_epoch()).count() % 1000;
  std::tm local{};
  ::localtime_r(&seconds, &local);
  char date[32];
  std::strftime(date, sizeof date, "%d %b %Y %H:%M:%S", &local);
  const auto line = fmt::format("{}:M {}.{:03} {} {}\n", ::getpid(), date, millis,
                                kMarks[static_cast<std::size_t>(level)], text);
  const std::lock_guard lock(mutex_);
  std::fwrite(line.data(), 1, line.size(), file_);
  std::fflush(file_);
}

}  // namespace countd::server
