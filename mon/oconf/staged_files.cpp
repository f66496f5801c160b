#include "mon/oconf/staged_files.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <nlohmann/json.hpp>
#include <set>

#include "mon/cli/local_node.hpp"
#include "mon/cli/safe_path.hpp"
#include "mon/oconf/move_file.hpp"
#include "mon/oconf/object_text.hpp"
#include "shared/config/replace_file.hpp"
#include "shared/net/fd.hpp"

namespace merlin::mon::oconf {
namespace {

using nlohmann::ordered_json;

std::string old_path(const std::string& folder, std::size_t number) { return fmt::format("{}/old/{}", folder, number); }
// Marks that there was no such file before.
std::string absent_mark(const std::string& folder, std::size_t number) { return old_path(folder, number) + ".none"; }

std::string parent_of(const std::string& path) { return path.substr(0, path.rfind('/')); }
std::string name_in(const std::string& path) { return path.substr(path.rfind('/') + 1); }

// Beside its target, if that is on another file system than the stage; no core reads such a name.
std::string draft_path(const std::string& folder, const Step& step, std::size_t number) {
  return fmt::format("{}/.merlin-{}-{}", parent_of(step.path), name_in(folder), number);
}

Result<> sync_folder(const std::string& path) {
  const net::Fd folder(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  return folder && ::fsync(folder.get()) == 0 ? Result<>(Ok{}) : disk_error(path);
}

Result<> sync_parents(const std::vector<Step>& steps) {
  std::set<std::string> parents;
  for (const Step& step : steps) parents.insert(parent_of(step.path));
  for (const std::string& parent : parents) {
    const auto folder = open_folder(parent, Missing::allow);
    if (!folder) return folder.error();
    if (*folder && ::fsync(folder->get()) != 0) return disk_error(parent);
  }
  return Ok{};
}

// The folder of a step's file. No link that another user can change leads to it, and its entries are named by it, whatever happens to its
// path meanwhile.
class Target {
 public:
  static Result<Target> open(const std::string& stage, const Step& step, std::size_t number, Missing missing) {
    auto folder = open_folder(parent_of(step.path), missing);
    if (!folder) return folder.error();
    return Target(std::move(*folder), name_in(step.path), name_in(draft_path(stage, step, number)));
  }
  bool is_missing() const { return !folder_; }
  std::string file() const { return entry_of(folder_, name_); }
  std::string draft() const { return entry_of(folder_, draft_); }

 private:
  Target(net::Fd folder, std::string name, std::string draft)
      : folder_(std::move(folder)), name_(std::move(name)), draft_(std::move(draft)) {}

  net::Fd folder_;
  std::string name_;
  std::string draft_;
};

// Errors name the path that people know.
Error named(const Error& error, const Step& step) { return {error.what, step.path, error.fix}; }

Result<> write_staged(const std::string& path, const PackedFile& file) {
  const net::Fd staged(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  std::string_view left = file.content;
  while (staged && !left.empty()) {
    const ssize_t written = ::write(staged.get(), left.data(), left.size());
    if (written <= 0) return disk_error(path);
    left.remove_prefix(static_cast<std::size_t>(written));
  }
  // The owner of the file that it replaces, else of its new folder.
  struct stat about {};
  const bool known = ::stat(file.path.c_str(), &about) == 0 || ::stat(parent_of(file.path).c_str(), &about) == 0;
  const bool owned = !known || ::fchown(staged.get(), about.st_uid, about.st_gid) == 0;
  const bool good = staged && owned && ::fchmod(staged.get(), file.mode) == 0 && ::fsync(staged.get()) == 0;
  return good ? Result<>(Ok{}) : disk_error(path);
}

Result<> keep_one(const std::string& folder, const Step& step, std::size_t number) {
  const auto target = Target::open(folder, step, number, Missing::allow);
  if (!target) return target.error();
  const auto kept = target->is_missing() ? Result<bool>(false) : keep_file(target->file(), old_path(folder, number));
  if (!kept) return named(kept.error(), step);
  if (*kept) return Ok{};
  const std::string mark = absent_mark(folder, number);
  const net::Fd made(::open(mark.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
  return made ? Result<>(Ok{}) : disk_error(mark);
}

Result<> place_one(const std::string& folder, const Step& step, std::size_t number) {
  const auto target = Target::open(folder, step, number, step.is_removal ? Missing::allow : Missing::make);
  if (!target) return target.error();
  if (step.is_removal) {
    const bool gone = target->is_missing() || ::unlink(target->file().c_str()) == 0 || errno == ENOENT;
    return gone ? Result<>(Ok{}) : disk_error(step.path);
  }
  const auto placed = place_file(staged_path(folder, number), target->file(), target->draft());
  return placed ? placed : Result<>(named(placed.error(), step));
}

// Can be repeated: a step that is already reverted has no old file left.
Result<> take_one_back(const std::string& folder, const Step& step, std::size_t number) {
  const std::string old = old_path(folder, number);
  struct stat about {};
  const bool has_old = ::lstat(old.c_str(), &about) == 0;
  const auto target = Target::open(folder, step, number, has_old ? Missing::make : Missing::allow);
  if (!target) return target.error();
  if (!target->is_missing()) ::unlink(target->draft().c_str());
  if (has_old) {
    if (auto back = place_file(old, target->file(), target->draft()); !back) return named(back.error(), step);
    ::unlink(old.c_str());
    return Ok{};
  }
  const std::string mark = absent_mark(folder, number);
  if (::lstat(mark.c_str(), &about) != 0) return Ok{};
  if (!target->is_missing() && ::unlink(target->file().c_str()) != 0 && errno != ENOENT) return disk_error(step.path);
  ::unlink(mark.c_str());
  return Ok{};
}

}  // namespace

Error disk_error(const std::string& path) { return {std::strerror(errno), path, "nothing else was changed"}; }

std::string staged_path(const std::string& folder, std::size_t number) { return fmt::format("{}/new/{}", folder, number); }

Result<std::vector<Step>> write_stage(const std::string& folder, const Package& package) {
  for (const std::string& made : {folder, folder + "/new", folder + "/old"}) {
    if (::mkdir(made.c_str(), 0755) != 0) return disk_error(made);
  }
  std::vector<Step> steps;
  ordered_json plan = ordered_json::array();
  for (const PackedFile& file : package.files) {
    if (auto written = write_staged(staged_path(folder, steps.size()), file); !written) return written.error();
    steps.push_back({file.path, false});
  }
  for (const std::string& path : package.removed) steps.push_back({path, true});
  for (const Step& step : steps) plan.push_back({{"path", step.path}, {"removal", step.is_removal}});
  if (auto synced = sync_folder(folder + "/new"); !synced) return synced.error();
  if (auto written = config::replace_file_atomically(folder + "/plan.json", plan.dump()); !written) return written.error();
  return steps;
}

Result<std::vector<Step>> read_plan(const std::string& folder) {
  struct stat about {};
  const bool is_ours = ::lstat(folder.c_str(), &about) == 0 && S_ISDIR(about.st_mode) && (about.st_uid == 0 || about.st_uid == ::geteuid());
  const auto text = !is_ours ? Result<std::string>(Error{}) : read_object_text(folder + "/plan.json");
  const auto plan = text ? ordered_json::parse(*text, nullptr, false) : ordered_json();
  if (!plan.is_array()) return Error{"no such push is staged here", folder, "push again"};
  std::vector<Step> steps;
  for (const auto& step : plan) steps.push_back({text_at(step, "path"), flag_at(step, "removal")});
  return steps;
}

Result<> keep_old(const std::string& folder, const std::vector<Step>& steps) {
  for (std::size_t i = 0; i < steps.size(); ++i) {
    if (auto kept = keep_one(folder, steps[i], i); !kept) return kept;
  }
  return sync_folder(folder + "/old");
}

Result<> put_in_place(const std::string& folder, const std::vector<Step>& steps) {
  for (std::size_t i = 0; i < steps.size(); ++i) {
    if (auto placed = place_one(folder, steps[i], i); !placed) return placed;
  }
  return sync_parents(steps);
}

Result<> take_back(const std::string& folder, const std::vector<Step>& steps) {
  for (std::size_t i = 0; i < steps.size(); ++i) {
    if (auto back = take_one_back(folder, steps[i], i); !back) return back;
  }
  return sync_parents(steps);
}

}  // namespace merlin::mon::oconf
