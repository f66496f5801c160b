#include "mon/oconf/stage.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <sstream>

#include "config/replace_file.hpp"
#include "mon/folder_lock.hpp"
#include "mon/oconf/object_text.hpp"
#include "mon/site.hpp"
#include "net/fd.hpp"

namespace merlin::mon::oconf {
namespace {

namespace fs = std::filesystem;
using nlohmann::ordered_json;

// One file of a push, by its number in the stage.
struct Step {
  std::string path;
  bool is_removal = false;
};

Error disk_error(const std::string& path) { return {std::strerror(errno), path, "nothing more was changed"}; }

std::int64_t now_s() {
  return std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch()).count();
}

ordered_json read_json(const std::string& path) {
  const auto text = read_object_text(path);
  return text ? ordered_json::parse(*text, nullptr, false) : ordered_json();
}

Result<> write_staged(const std::string& path, const PackedFile& file) {
  const net::Fd staged(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  std::string_view left = file.content;
  while (staged && !left.empty()) {
    const ssize_t written = ::write(staged.get(), left.data(), left.size());
    if (written <= 0) return disk_error(path);
    left.remove_prefix(static_cast<std::size_t>(written));
  }
  // The owner of what it replaces, else of the folder that it comes to.
  struct stat about {};
  const std::string parent = file.path.substr(0, file.path.rfind('/'));
  const bool known = ::stat(file.path.c_str(), &about) == 0 || ::stat(parent.c_str(), &about) == 0;
  const bool owned = !known || ::fchown(staged.get(), about.st_uid, about.st_gid) == 0;
  const bool good = staged && owned && ::fchmod(staged.get(), file.mode) == 0 && ::fsync(staged.get()) == 0;
  return good ? Result<>(Ok{}) : disk_error(path);
}

Result<std::vector<Step>> read_plan(const std::string& folder) {
  const auto plan = read_json(folder + "/plan.json");
  if (!plan.is_array()) return Error{"no such push is staged here", folder, "push again"};
  std::vector<Step> steps;
  for (const auto& step : plan) steps.push_back({text_at(step, "path"), flag_at(step, "removal")});
  return steps;
}

std::string numbered(const std::string& folder, const char* kind, std::size_t number) {
  return fmt::format("{}/{}/{}", folder, kind, number);
}

Result<> set_state(const std::string& folder, std::string_view state) { return config::replace_file_atomically(folder + "/state", state); }

std::string state_of(const std::string& folder) {
  return read_object_text(folder + "/state").ok() ? *read_object_text(folder + "/state") : "";
}

// That there was no such file before.
std::string absent_mark(const std::string& old) { return old + ".none"; }
bool mark_absent(const std::string& old) {
  return static_cast<bool>(net::Fd(::open(absent_mark(old).c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600)));
}

Result<> put_in_place(const std::string& folder, const Step& step, std::size_t number) {
  const std::string old = numbered(folder, "old", number);
  ::unlink(old.c_str());
  const bool was_there = ::link(step.path.c_str(), old.c_str()) == 0;
  if (!was_there && errno != ENOENT) return disk_error(step.path);
  if (!was_there && !mark_absent(old)) return disk_error(old);
  if (step.is_removal) return ::unlink(step.path.c_str()) == 0 || errno == ENOENT ? Result<>(Ok{}) : disk_error(step.path);
  std::error_code fault;
  fs::create_directories(fs::path(step.path).parent_path(), fault);
  if (::rename(numbered(folder, "new", number).c_str(), step.path.c_str()) != 0) return disk_error(step.path);
  return Ok{};
}

// Twice is as once: what has its old content back has nothing left to be taken back.
Result<> take_back(const std::string& folder, const Step& step, std::size_t number) {
  const std::string old = numbered(folder, "old", number);
  struct stat about {};
  if (::lstat(old.c_str(), &about) == 0) return ::rename(old.c_str(), step.path.c_str()) == 0 ? Result<>(Ok{}) : disk_error(step.path);
  if (::lstat(absent_mark(old).c_str(), &about) != 0) return Ok{};
  if (::unlink(step.path.c_str()) != 0 && errno != ENOENT) return disk_error(step.path);
  ::unlink(absent_mark(old).c_str());
  return Ok{};
}

}  // namespace

Stage::Stage(const std::string& main_path) : main_path_(main_path), base_(main_path.substr(0, main_path.rfind('/')) + "/.merlin") {}

Result<std::string> Stage::prepare(const Package& package, const Manifest& present) {
  std::vector<std::string> paths = package.removed;
  for (const PackedFile& file : package.files) paths.push_back(file.path);
  for (const std::string& path : paths) {
    if (!belongs(present.main, path))
      return Error{"is no file that the core reads here", path, fmt::format("see cfg_dir and cfg_file in {}", main_path_)};
  }
  if (::mkdir(base_.c_str(), 0755) != 0 && errno != EEXIST) return disk_error(base_);
  const auto guard = lock_folder(base_);
  if (!guard) return guard.error();
  if (auto taken = take_lock(package); !taken) return taken.error();

  const std::string folder = folder_of(package.id);
  for (const std::string& made : {folder, folder + "/new", folder + "/old"}) {
    if (::mkdir(made.c_str(), 0755) != 0) return disk_error(made);
  }
  ordered_json plan = ordered_json::array();
  std::vector<std::string> read;
  for (const PackedFile& file : package.files) {
    const std::string staged = numbered(folder, "new", plan.size());
    if (auto written = write_staged(staged, file); !written) return written.error();
    plan.push_back({{"path", file.path}, {"removal", false}});
    read.push_back(staged);
  }
  for (const std::string& path : package.removed) plan.push_back({{"path", path}, {"removal", true}});
  for (const ObjectFile& file : present.files) {
    if (std::ranges::find(paths, file.path) == paths.end()) read.push_back(file.path);
  }
  const auto main = read_object_text(main_path_);
  if (!main) return main.error();
  const std::string to_verify = folder + "/main.cfg";
  const std::string text = main_for(*main, main_path_.substr(0, main_path_.rfind('/')), read);
  if (auto written = config::replace_file_atomically(to_verify, text); !written) return written.error();
  if (auto written = config::replace_file_atomically(folder + "/plan.json", plan.dump()); !written) return written.error();
  return to_verify;
}

Result<> Stage::activate(const std::string& id) {
  const auto guard = lock_folder(base_);
  if (!guard) return guard.error();
  if (auto held = check_holder(id); !held) return held;
  const auto steps = read_plan(folder_of(id));
  if (!steps) return steps.error();
  if (auto marked = set_state(folder_of(id), "activating"); !marked) return marked;
  for (std::size_t i = 0; i < steps->size(); ++i) {
    if (auto placed = put_in_place(folder_of(id), (*steps)[i], i); !placed) return placed;
  }
  return set_state(folder_of(id), "active");
}

Result<> Stage::undo(const std::string& id) {
  const auto guard = lock_folder(base_);
  if (!guard) return guard.error();
  const auto steps = read_plan(folder_of(id));
  if (!steps) return steps.error();
  if (state_of(folder_of(id)).empty()) return Ok{};
  for (std::size_t i = 0; i < steps->size(); ++i) {
    if (auto back = take_back(folder_of(id), (*steps)[i], i); !back) return back;
  }
  return set_state(folder_of(id), "undone");
}

Result<> Stage::drop(const std::string& id) {
  const auto guard = lock_folder(base_);
  if (!guard) return guard.error();
  if (text_at(read_json(base_ + "/lock"), "id") == id) ::unlink((base_ + "/lock").c_str());
  std::error_code fault;
  fs::remove_all(folder_of(id), fault);
  return fault ? Result<>(Error{fault.message(), folder_of(id), ""}) : Result<>(Ok{});
}

std::string Stage::with_real_names(const std::string& id, std::string text) const {
  const auto steps = read_plan(folder_of(id));
  for (std::size_t i = steps ? steps->size() : 0; i-- > 0;) {
    const std::string staged = numbered(folder_of(id), "new", i) + "'";
    for (std::size_t at = text.find(staged); at != std::string::npos; at = text.find(staged)) {
      text.replace(at, staged.size() - 1, (*steps)[i].path);
    }
  }
  return text;
}

Result<> Stage::take_lock(const Package& package) {
  const auto lock = read_json(base_ + "/lock");
  const bool is_held = lock.is_object() && number_at(lock, "until_s") > now_s() && text_at(lock, "id") != package.id;
  if (is_held) {
    return Error{fmt::format("a push from {} is under way", text_at(lock, "author")), base_ + "/lock",
                 fmt::format("wait for it; its lock ends in {} s", number_at(lock, "until_s") - now_s())};
  }
  clear_lapsed();
  const ordered_json ours{{"id", package.id}, {"author", package.author}, {"until_s", now_s() + lease.count()}};
  return config::replace_file_atomically(base_ + "/lock", ours.dump());
}

Result<> Stage::check_holder(const std::string& id) const {
  if (text_at(read_json(base_ + "/lock"), "id") == id) return Ok{};
  return Error{"another push has taken over", base_ + "/lock", "push again"};
}

// What a push that was killed has left: half of its files in place are taken back, the rest goes.
void Stage::clear_lapsed() const {
  std::error_code fault;
  for (const auto& entry : fs::directory_iterator(base_, fault)) {
    const std::string folder = entry.path().string();
    if (!is_push_id(entry.path().filename().string())) continue;
    const auto steps = read_plan(folder);
    const bool is_half = steps && state_of(folder) == "activating";
    for (std::size_t i = 0; is_half && i < steps->size(); ++i) static_cast<void>(take_back(folder, (*steps)[i], i));
    std::error_code odd;
    fs::remove_all(folder, odd);
  }
}

std::string main_for(std::string_view text, const std::string& folder, const std::vector<std::string>& files) {
  std::string made;
  for (const auto& [key, value] : main_settings(text)) {
    if (key == "cfg_file" || key == "cfg_dir") continue;
    const bool is_relative = key == "resource_file" && !value.starts_with('/');
    made += is_relative ? fmt::format("{}={}/{}\n", key, folder, value) : fmt::format("{}={}\n", key, value);
  }
  for (const std::string& file : files) made += fmt::format("cfg_file={}\n", file);
  return made;
}

}  // namespace merlin::mon::oconf
