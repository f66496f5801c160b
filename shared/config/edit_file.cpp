#include "shared/config/edit_file.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <map>
#include <thread>

#include "shared/config/key_table.hpp"
#include "shared/config/load.hpp"
#include "shared/config/nearest.hpp"
#include "shared/config/problems.hpp"
#include "shared/config/replace_file.hpp"
#include "shared/config/text_editor.hpp"
#include "shared/config/tree.hpp"

namespace merlin::config {
namespace {

// Only one edit at a time: locks the folder of the main file, so no lock file is needed.
class FolderLock {
 public:
  explicit FolderLock(const std::string& path) {
    const std::string real = disk().identity(path);
    const std::size_t slash = real.rfind('/');
    const std::string folder = slash == std::string::npos ? "." : real.substr(0, slash + 1);
    fd_ = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd_ < 0) {
      error_ = Error{std::string("cannot open the folder: ") + std::strerror(errno), folder, ""};
      return;
    }
    const auto deadline = std::chrono::steady_clock::now() + kLockWait;
    while (::flock(fd_, LOCK_EX | LOCK_NB) != 0) {
      if (std::chrono::steady_clock::now() >= deadline) {
        error_ = Error{"another edit of the configuration does not end", path, "try again when it has"};
        return;
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
  }
  ~FolderLock() {
    if (fd_ >= 0) ::close(fd_);
  }
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;

  const std::optional<Error>& error() const { return error_; }

 private:
  int fd_ = -1;
  std::optional<Error> error_;
};

std::vector<std::string_view> node_names(const Tree& tree) {
  std::vector<std::string_view> names;
  for (const File& file : tree.files) {
    for (const Block& block : file.root.blocks) {
      if (is_node(block.kind.text) && block.label) names.push_back(block.label->text);
    }
  }
  return names;
}

// The texts of one edit until they are written: all or none.
class Draft {
 public:
  explicit Draft(const std::string& path) : path_(path), lock_(path) {
    if (lock_.error()) {
      fail(*lock_.error());
      return;
    }
    tree_ = read_tree(path, disk());
    result_.errors = tree_.problems.take();
    for (const File& file : tree_.files) texts_[file.path] = file.text;
  }

  bool ok() const { return result_.errors.empty(); }
  void fail(Error error) { result_.errors.push_back(std::move(error)); }

  // The file that contains the node's block. Empty, with an error, if there is none.
  std::string file_of(const std::string& name) {
    for (const File& file : tree_.files) {
      const auto& blocks = file.root.blocks;
      if (std::any_of(blocks.begin(), blocks.end(), [&](const Block& block) { return is_called(block, {"", name}); })) return file.path;
    }
    const std::optional<std::string_view> word = nearest(name, node_names(tree_));
    fail({"there is no node " + quoted(name), path_, word ? "did you mean '" + std::string(*word) + "'?" : "see mon node list"});
    return "";
  }

  // The file in which a key outside all blocks has this value. Empty: none.
  std::string file_with(std::string_view key, const std::string& value) const {
    for (const File& file : tree_.files) {
      for (const Entry& entry : file.root.entries) {
        if (entry.key.text == key && entry.value && entry.value->text == value) return file.path;
      }
    }
    return "";
  }

  // The file that sets the key at its top, else the main one.
  const std::string& file_of_top_key(const KeySpec& key) const {
    for (const File& file : tree_.files) {
      for (const Entry& entry : file.root.entries) {
        if (find_key(Scope::top, entry.key.text) == &key) return file.path;
      }
    }
    return path_;
  }

  const std::string& text(const std::string& file) { return texts_[file]; }

  void put(const std::string& file, const Result<std::string>& text) {
    if (text) {
      texts_[file] = *text;
      return;
    }
    Error error = text.error();
    error.where = error.where.empty() ? file : file + ":" + error.where;
    fail(std::move(error));
  }

  // Checks the whole configuration, then writes the changed files.
  EditResult write(Write write = Write::yes) {
    if (!ok()) return std::move(result_);
    Overlay overlay(disk());
    for (const auto& [file, text] : texts_) overlay.put(file, text);
    LoadResult loaded = load_file(path_, overlay);
    result_.errors = std::move(loaded.errors);
    result_.warnings = std::move(loaded.warnings);
    for (const File& file : tree_.files) {
      if (!ok() || write == Write::no) break;
      write_file(file);
    }
    if (ok()) result_.config = std::move(loaded.config);
    return std::move(result_);
  }

 private:
  void write_file(const File& file) {
    const std::string& text = texts_[file.path];
    if (text == file.text) return;
    const Result<> written = replace_file_atomically(file.path, text);
    if (!written) return fail(written.error());
    result_.file = file.path;
  }

  const std::string& path_;
  FolderLock lock_;
  Tree tree_;
  std::map<std::string, std::string> texts_;  // by path
  EditResult result_;
};

void check_setting(Draft& draft, const std::string& key, const std::string& value) {
  const Result<> checked = check_node_setting(key, value);
  if (!checked) draft.fail(checked.error());
}

void check_name(Draft& draft, const std::string& name) {
  const Result<Value> checked = read_value({ValueType::name}, name);
  if (!checked) draft.fail({"the name of a node: " + checked.error().what, "", checked.error().fix});
}

}  // namespace

EditResult add_node(const std::string& path, NodeType type, const std::string& name, const Settings& settings) {
  Draft draft(path);
  check_name(draft, name);
  for (const auto& [key, value] : settings) check_setting(draft, key, value);
  if (!draft.ok()) return draft.write();
  draft.put(path, add_block(draft.text(path), {}, {std::string(type_name(type)), name}, settings));
  return draft.write();
}

EditResult remove_nodes(const std::string& path, const std::vector<std::string>& names, Write write) {
  Draft draft(path);
  std::vector<std::string> files;
  for (const std::string& name : names) {
    const std::string file = draft.ok() ? draft.file_of(name) : "";
    if (!file.empty()) draft.put(file, remove_block(draft.text(file), {{"", name}}));
    files.push_back(file);
  }
  EditResult result = draft.write(write);
  result.files = std::move(files);
  return result;
}

EditResult rename_node(const std::string& path, const std::string& name, const std::string& new_name) {
  Draft draft(path);
  check_name(draft, new_name);
  const std::string file = draft.ok() ? draft.file_of(name) : "";
  if (file.empty()) return draft.write();
  draft.put(file, rename_block(draft.text(file), {{"", name}}, new_name));
  const std::string tie_file = draft.file_with("tie", name);
  if (!tie_file.empty()) draft.put(tie_file, set_key(draft.text(tie_file), {}, "tie", new_name));
  return draft.write();
}

EditResult edit_node(const std::string& path, const std::string& name, const std::vector<Change>& changes) {
  Draft draft(path);
  for (const Change& change : changes) {
    if (change.value) check_setting(draft, change.key, *change.value);
  }
  const std::string file = draft.ok() ? draft.file_of(name) : "";
  if (file.empty()) return draft.write();
  for (const Change& change : changes) {
    if (!draft.ok()) break;
    const std::string& text = draft.text(file);
    draft.put(file, change.value ? set_key(text, {{"", name}}, change.key, *change.value) : remove_key(text, {{"", name}}, change.key));
  }
  return draft.write();
}

EditResult edit_top(const std::string& path, const std::vector<Change>& changes) {
  Draft draft(path);
  for (const Change& change : changes) {
    if (!draft.ok()) break;
    const KeySpec* key = find_key(Scope::top, change.key);
    if (key == nullptr) {
      const std::optional<std::string_view> word = nearest(change.key, key_names(Scope::top));
      draft.fail(
          {"unknown key " + quoted(change.key), "", word ? "did you mean '" + std::string(*word) + "'?" : "see docs/configuration.md"});
      break;
    }
    const std::string file = draft.file_of_top_key(*key);
    const std::string& text = draft.text(file);
    draft.put(file, change.value ? set_key(text, {}, change.key, *change.value) : remove_key(text, {}, change.key));
  }
  return draft.write();
}

}  // namespace merlin::config
