#include "mon/oconf/stage.hpp"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string_view>
#include <utility>

#include "mon/cli/folder_lock.hpp"
#include "mon/cli/local_node.hpp"
#include "mon/oconf/object_text.hpp"
#include "mon/oconf/staged_files.hpp"
#include "shared/config/replace_file.hpp"

namespace merlin::mon::oconf {
namespace {

namespace fs = std::filesystem;
using nlohmann::ordered_json;

// The progress of a push's activation, as recorded in its file `state`.
enum class State { none, activating, active, undone };
constexpr std::array<std::pair<State, std::string_view>, 3> kStateWords{
    {{State::activating, "activating"}, {State::active, "active"}, {State::undone, "undone"}}};

std::int64_t now_s() {
  return std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch()).count();
}

Result<> set_state(const std::string& folder, State state) {
  const auto word = std::ranges::find(kStateWords, state, &std::pair<State, std::string_view>::first);
  return config::replace_file_atomically(folder + "/state", word->second);
}

// An unknown word from another version of mon means an activation that has begun.
State state_of(const std::string& folder) {
  const auto text = read_object_text(folder + "/state");
  if (!text || text->empty()) return State::none;
  const auto known = std::ranges::find(kStateWords, *text, &std::pair<State, std::string_view>::second);
  return known == kStateWords.end() ? State::active : known->first;
}

bool is_free(const ordered_json& lock) { return !lock.is_object() || number_at(lock, "until_s") <= now_s(); }

std::vector<std::string> stages_in(const std::string& base) {
  std::vector<std::string> folders;
  std::error_code fault;
  for (const auto& entry : fs::directory_iterator(base, fault)) {
    if (is_push_id(entry.path().filename().string())) folders.push_back(entry.path().string());
  }
  return folders;
}

// The name of a file for a line of a main file: a name that such a line cannot contain gets a link with another name in the stage.
std::string writable_name(const std::string& folder, const std::string& path) {
  const bool is_odd = std::ranges::any_of(path, [](char byte) { return static_cast<unsigned char>(byte) < 0x20; }) || path.ends_with(' ');
  const std::string link = folder + "/new/" + sha256(path) + ".cfg";
  return is_odd && ::symlink(path.c_str(), link.c_str()) == 0 ? link : path;
}

// What the core would read after the steps: the staged object files from the stage, the others from their place.
std::string main_to_verify(const std::string& text, const std::string& folder, const std::vector<Step>& steps, const Manifest& present) {
  std::vector<std::string> read;
  std::vector<Replaced> resources;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const bool is_resource = std::ranges::find(present.main.resources, steps[i].path) != present.main.resources.end();
    if (is_resource) resources.push_back({steps[i].path, staged_path(folder, i)});
    if (!is_resource && !steps[i].is_removal) read.push_back(staged_path(folder, i));
  }
  for (const ObjectFile& file : present.files) {
    if (std::ranges::find(steps, file.path, &Step::path) == steps.end()) read.push_back(writable_name(folder, file.path));
  }
  return main_for(text, present.main.path.substr(0, present.main.path.rfind('/')), read, resources);
}

}  // namespace

Stage::Stage(const std::string& main_path, std::string name)
    : main_path_(main_path), base_(main_path.substr(0, main_path.rfind('/')) + "/.merlin"), name_(std::move(name)), archive_(base_) {}

Result<std::string> Stage::prepare(const Package& package, const Manifest& present) {
  std::vector<std::string> paths = package.removed;
  for (const PackedFile& file : package.files) paths.push_back(file.path);
  for (const std::string& path : paths) {
    if (!belongs(present.main, path))
      return Error{"is not a file that the core reads here", path, fmt::format("see cfg_dir and cfg_file in {}", main_path_)};
  }
  if (auto made = make_base(); !made) return made.error();
  const auto guard = lock_folder(base_);
  if (!guard) return guard.error();
  if (auto taken = take_lock(package); !taken) return taken.error();
  // The history changes with the files: a push that fails leaves no version behind that this node would seem to have made since.
  const Lineage before = lineage(present);
  if (auto kept = archive_.keep(present, with(before.history, before.now)); !kept) return kept.error();

  const std::string folder = folder_of(package.id);
  const auto steps = write_stage(folder, package);
  if (!steps) return steps.error();
  const auto main = read_object_text(main_path_);
  if (!main) return main.error();
  const std::string to_verify = folder + "/main.cfg";
  for (const auto& [path, text] : {std::pair{to_verify, main_to_verify(*main, folder, *steps, present)},
                                   std::pair{folder + "/history.old", document_of(archive_.history()).dump()},
                                   std::pair{folder + "/history.new", document_of(package.history).dump()}}) {
    if (auto written = config::replace_file_atomically(path, text); !written) return written.error();
  }
  return to_verify;
}

Result<> Stage::activate(const std::string& id) {
  const auto guard = lock_folder(base_);
  if (!guard) return guard.error();
  if (auto held = check_holder(id); !held) return held;
  const std::string folder = folder_of(id);
  const auto steps = read_plan(folder);
  if (!steps) return steps.error();
  if (auto kept = keep_old(folder, *steps); !kept) return kept;
  if (auto marked = set_state(folder, State::activating); !marked) return marked;
  if (auto placed = put_in_place(folder, *steps); !placed) return placed;
  const History made = read_history(read_object_json(folder + "/history.new"));
  if (!made.empty()) {
    if (auto written = archive_.set_history(made); !written) return written;
  }
  return set_state(folder, State::active);
}

Result<> Stage::undo(const std::string& id) {
  const auto guard = lock_folder(base_);
  if (!guard) return guard.error();
  return put_back(folder_of(id));
}

Result<> Stage::renew(const std::string& id) {
  const auto guard = lock_folder(base_);
  if (!guard) return guard.error();
  if (auto held = check_holder(id); !held) return held;
  return write_lock(id, text_at(read_object_json(base_ + "/lock"), "author"));
}

Result<> Stage::drop(const std::string& id) {
  const auto guard = lock_folder(base_);
  if (!guard) return guard.error();
  if (text_at(read_object_json(base_ + "/lock"), "id") == id) ::unlink((base_ + "/lock").c_str());
  std::error_code fault;
  fs::remove_all(folder_of(id), fault);
  return fault ? Result<>(Error{fault.message(), folder_of(id), ""}) : Result<>(Ok{});
}

void Stage::mend() {
  const auto left = stages_in(base_);
  if (left.empty()) return;
  const auto guard = try_lock_folder(base_);
  if (!guard) return;
  for (const std::string& folder : left) {
    // An activating process holds the folder's lock, so none is running now.
    if (state_of(folder) == State::activating) static_cast<void>(put_back(folder));
  }
  if (is_free(read_object_json(base_ + "/lock"))) clear_lapsed();
}

Result<Lineage> Stage::record(const Manifest& present) {
  if (auto made = make_base(); !made) return made.error();
  const auto guard = lock_folder(base_);
  if (!guard) return guard.error();
  return recorded(present);
}

Lineage Stage::lineage(const Manifest& present) const {
  return lineage_of(archive_.history(), digest_of(present), name_, changed_at(present).time_since_epoch() / std::chrono::seconds(1));
}

Result<> Stage::add_history(const History& history) {
  const auto guard = lock_folder(base_);
  if (!guard) return guard.error();
  History all = archive_.history();
  for (const Version& version : history) all = with(std::move(all), version);
  return archive_.set_history(all);
}

std::string Stage::with_real_names(const std::string& id, std::string text) const {
  const auto steps = read_plan(folder_of(id));
  for (std::size_t i = steps ? steps->size() : 0; i-- > 0;) {
    const std::string staged = staged_path(folder_of(id), i) + "'";
    for (std::size_t at = text.find(staged); at != std::string::npos; at = text.find(staged)) {
      text.replace(at, staged.size() - 1, (*steps)[i].path);
    }
  }
  return text;
}

Result<> Stage::make_base() const {
  if (::mkdir(base_.c_str(), 0755) == 0 || errno == EEXIST) return Ok{};
  return Error{fmt::format("cannot be created: {}", std::strerror(errno)), base_, "nothing was changed"};
}

Result<> Stage::take_lock(const Package& package) {
  const auto lock = read_object_json(base_ + "/lock");
  if (!is_free(lock) && text_at(lock, "id") != package.id) {
    return Error{fmt::format("a push from {} is running", text_at(lock, "author")), base_ + "/lock",
                 fmt::format("wait for it; its lock expires in {} s", number_at(lock, "until_s") - now_s())};
  }
  clear_lapsed();
  return write_lock(package.id, package.author);
}

Result<> Stage::write_lock(const std::string& id, const std::string& author) const {
  const ordered_json lock{{"id", id}, {"author", author}, {"until_s", now_s() + kLease.count()}};
  return config::replace_file_atomically(base_ + "/lock", lock.dump());
}

Result<> Stage::check_holder(const std::string& id) const {
  if (text_at(read_object_json(base_ + "/lock"), "id") == id) return Ok{};
  return Error{"another push has replaced this one", base_ + "/lock", "push again"};
}

Result<Lineage> Stage::recorded(const Manifest& present) const {
  Lineage found = lineage(present);
  const History history = with(found.history, found.now);
  if (auto kept = archive_.keep(present, history); !kept) return kept.error();
  if (history != found.history) {
    if (auto written = archive_.set_history(history); !written) return written.error();
  }
  return Lineage{found.now, history};
}

Result<> Stage::put_back(const std::string& folder) const {
  const auto steps = read_plan(folder);
  if (!steps) return steps.error();
  if (state_of(folder) == State::none) return Ok{};
  if (auto back = take_back(folder, *steps); !back) return back;
  if (auto written = archive_.set_history(read_history(read_object_json(folder + "/history.old"))); !written) return written;
  return set_state(folder, State::undone);
}

void Stage::clear_lapsed() const {
  for (const std::string& folder : stages_in(base_)) {
    if (state_of(folder) == State::activating && !put_back(folder)) continue;
    std::error_code odd;
    fs::remove_all(folder, odd);
  }
}

std::string main_for(std::string_view text, const std::string& folder, const std::vector<std::string>& files,
                     const std::vector<Replaced>& resources) {
  std::string made;
  for (const auto& [key, value] : main_settings(text)) {
    if (key == "cfg_file" || key == "cfg_dir") continue;
    std::string shown = value;
    if (key == "resource_file") {
      shown = absolute_path(folder + "/", value);
      const auto staged = std::ranges::find(resources, shown, &Replaced::path);
      if (staged != resources.end()) shown = staged->staged;
    }
    made += fmt::format("{}={}\n", key, shown);
  }
  for (const std::string& file : files) made += fmt::format("cfg_file={}\n", file);
  return made;
}

}  // namespace merlin::mon::oconf
