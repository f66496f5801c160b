// mon check spool and cores: plugins that count files in folders that should be empty
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <vector>

#include "mon/check/plugin.hpp"
#include "mon/cli/options.hpp"
#include "mon/service/core_places.hpp"

namespace merlin::mon {
namespace {

namespace fs = std::filesystem;
using check::Report;
using check::State;

constexpr const char* kSystemdFolder = "/var/lib/systemd/coredump";
// The programs whose core dumps are searched in systemd's folder.
constexpr const char* kPrograms[] = {"merlind", "mon", "nagios4", "nagios", "naemon"};

struct Found {
  double old_files = 0;
  double files = 0;
};

Result<Found> count_files(const std::string& folder, std::chrono::seconds age) {
  std::error_code fault;
  fs::directory_iterator entries(folder, fault);
  if (fault) return Error{"cannot read the folder: " + fault.message(), folder, ""};
  Found found;
  const auto before = fs::file_time_type::clock::now() - age;
  for (const auto& entry : entries) {
    std::error_code gone;
    const auto time = entry.last_write_time(gone);
    if (gone || !entry.is_regular_file(gone)) continue;
    found.files += 1;
    if (time < before) found.old_files += 1;
  }
  return found;
}

bool is_dump(const std::string& name) { return name == "core" || name.starts_with("core."); }

bool is_dump_of_ours(const std::string& name) {
  return std::ranges::any_of(kPrograms, [&](const char* program) { return name.starts_with(fmt::format("core.{}.", program)); });
}

void find_dumps(const std::string& folder, bool is_shared, std::vector<std::string>& dumps) {
  std::error_code fault;
  for (const auto& entry : fs::directory_iterator(folder, fs::directory_options::skip_permission_denied, fault)) {
    std::error_code gone;
    const std::string name = entry.path().filename().string();
    if (!(is_shared ? is_dump_of_ours(name) : is_dump(name)) || !entry.is_regular_file(gone)) continue;
    dumps.push_back(entry.path().string());
  }
}

std::vector<std::string> usual_folders(const Call& call) {
  std::vector<std::string> folders{"/", "/var/lib/merlin"};
  if (const auto places = core_places(call); places && !places->status_file.empty())
    folders.push_back(fs::path(places->status_file).parent_path().string());
  return folders;
}

Outcome<int> run_check_spool(const Call& call, Console& console) {
  const auto limits = check::thresholds(call, "5", "10");
  if (!limits) return limits.error();
  const auto age = check::max_age(call);
  if (!age) return age.error();
  check::end_in_time(call);
  std::string folder = call.words.empty() ? "" : call.words.front();
  if (folder.empty()) {
    const auto places = core_places(call);
    if (!places) return places.error();
    folder = places->check_results;
  }
  const auto found = count_files(folder, *age);
  if (!found) return found.error();
  return check::finish(call, console,
                       {limits->judge(found->old_files),
                        fmt::format("{} of {} files in {} are older than {} s", found->old_files, found->files, folder, age->count()),
                        {{"old_files", found->old_files, "", true}, {"files", found->files, "", false}}},
                       *limits);
}

Outcome<int> run_check_cores(const Call& call, Console& console) {
  const auto limits = check::thresholds(call, "0", "0");
  if (!limits) return limits.error();
  check::end_in_time(call);
  for (const std::string& folder : call.words) {
    std::error_code fault;
    fs::directory_iterator(folder, fault);
    if (fault) return Error{fmt::format("{}: cannot read the folder: {}", folder, fault.message()), "", ""};
  }
  // A usual folder that does not exist contains no dump.
  std::vector<std::string> dumps;
  for (const std::string& folder : call.words.empty() ? usual_folders(call) : call.words) find_dumps(folder, false, dumps);
  if (call.words.empty()) find_dumps(kSystemdFolder, true, dumps);
  const auto count = static_cast<double>(dumps.size());
  Report report{limits->judge(count), fmt::format("{} core dumps", count), {{"dumps", count, "", true}}};
  if (!dumps.empty()) report.text += fmt::format(", for example {}", dumps.front());
  return check::finish(call, console, report, *limits);
}

}  // namespace

namespace commands {

extern const Command kCheckSpool = check::plugin({
    .name = "check spool",
    .arguments = "[FOLDER]",
    .summary = "a monitoring plugin: do check results accumulate?",
    .details = "--warning and --critical limit the number of files that are too old (default: 5 and 10) in FOLDER, or in the core's\n"
               "check_result_path.",
    .examples = {"mon check spool", "mon check spool /var/spool/other --max-age 1h"},
    .options = {check::kMaxAge},
    .max_words = 1,
    .run = run_check_spool,
});

extern const Command kCheckCores = check::plugin({
    .name = "check cores",
    .arguments = "[FOLDER…]",
    .summary = "a monitoring plugin: are there core dumps?",
    .details = "--warning and --critical limit the number of core dumps (default: 0 and 0) in each FOLDER, or in /, /var/lib/merlin, the\n"
               "folder of the core's status file, and systemd's folder of core dumps.",
    .examples = {"mon check cores"},
    .max_words = Command::kMany,
    .run = run_check_cores,
});

}  // namespace commands

}  // namespace merlin::mon
