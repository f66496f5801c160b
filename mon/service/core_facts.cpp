// Facts about the core that are visible from outside: its processes, files and service.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "mon/cli/child.hpp"
#include "mon/service/core_check.hpp"
#include "mon/service/core_diagnosis.hpp"
#include "mon/service/service_plan.hpp"

namespace merlin::mon {
namespace {

constexpr std::streamoff kLongestLog = 1 << 20;  // bytes at the end of the core's log
constexpr Millis kCheckTimeout{10'000};
constexpr Millis kManagerTimeout{3'000};

std::optional<std::string> read_tail(const std::string& path, std::streamoff most) {
  std::ifstream file(path, std::ios::binary);
  if (!file || path.empty()) return std::nullopt;
  file.seekg(0, std::ios::end);
  const std::streamoff size = file.tellg();
  file.seekg(std::max<std::streamoff>(0, size - most));
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

// "[1700000000] text" -> "text"
std::string without_time(const std::string& line) {
  const std::size_t end = line.starts_with('[') ? line.find("] ") : std::string::npos;
  return end == std::string::npos ? line : line.substr(end + 2);
}

constexpr std::string_view kStartWords = " starting... (PID=";

std::vector<std::string> log_since_start(const std::string& path) {
  std::istringstream lines(read_tail(path, kLongestLog).value_or(""));
  std::vector<std::string> log;
  for (std::string line; std::getline(lines, line);) {
    line = without_time(line);
    if (line.find(kStartWords) != std::string::npos) log.clear();
    log.push_back(std::move(line));
  }
  return log;
}

// Whether the running core has written the log: a core that has just been started has written nothing yet.
bool is_log_of(const std::vector<std::string>& log, const std::string& pid) {
  const std::size_t at = log.empty() ? std::string::npos : log.front().find(kStartWords);
  return at == std::string::npos || log.front().substr(at + kStartWords.size()).starts_with(pid + ")");
}

// The words of a process's command line, or of its title if it has set one.
std::vector<std::string> command_line(const std::string& pid) {
  std::ifstream file("/proc/" + pid + "/cmdline", std::ios::binary);
  std::vector<std::string> words;
  for (std::string word; std::getline(file, word, '\0');) words.push_back(word);
  return words;
}

bool is_core(const std::vector<std::string>& words, const CoreFiles& files) {
  if (words.size() < 2) return false;
  const auto name = [](const std::string& path) { return std::filesystem::path(path).filename(); };
  return name(words.front()) == name(files.binary) && std::find(words.begin() + 1, words.end(), files.config) != words.end() &&
         std::find(words.begin() + 1, words.end(), "-v") == words.end();
}

// Its process id; empty: it does not run.
std::string core_pid(const CoreFiles& files) {
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator("/proc", ignored)) {
    const std::string pid = entry.path().filename();
    if (pid.find_first_not_of("0123456789") == std::string::npos && is_core(command_line(pid), files)) return pid;
  }
  return "";
}

bool has_failed(const config::CoreConfig& core, const Machine& machine) {
  const std::string service = machine.systemd ? core_service(core, machine) : "";
  // Status 0: the unit has failed.
  return !service.empty() && run_child({"systemctl", "--quiet", "is-failed", service + ".service"}, kManagerTimeout).ok();
}

}  // namespace

std::optional<bool> core_process_runs(const config::CoreConfig& core) {
  const CoreFiles files = core_files(core, look_at_machine());
  if (files.config.empty() || files.binary.empty()) return std::nullopt;
  return !core_pid(files).empty();
}

std::optional<CoreSettings> core_settings_at(const std::string& main_file) {
  const auto text = read_tail(main_file, kLongestLog);
  return text ? std::optional(read_core_settings(main_file, *text)) : std::nullopt;
}

CoreFacts look_at_core(const config::CoreConfig& core) {
  const Machine machine = look_at_machine();
  const CoreFiles files = core_files(core, machine);
  CoreFacts facts;
  facts.main_file = files.config;
  facts.settings = core_settings_at(files.config);
  if (facts.settings) facts.log = log_since_start(facts.settings->log_file);
  const std::string pid = core_pid(files);
  facts.is_running = !pid.empty();
  if (facts.is_running) {
    if (!is_log_of(facts.log, pid)) facts.log.clear();
    if (facts.settings) facts.disabled = disabled_module(facts.settings->query_socket);
    return facts;
  }
  facts.has_failed = has_failed(core, machine);
  if (const auto verify = verify_command(core, machine); !verify.empty()) {
    const auto good = check_core(verify, files.config, kCheckTimeout);
    if (!good) facts.complaint = good.error().what;
  }
  return facts;
}

}  // namespace merlin::mon
