#include "shared/config/tree.hpp"

#include <algorithm>
#include <set>

namespace merlin::config {
namespace {

std::string beside(const std::string& including, const std::string& name) {
  const std::size_t slash = including.rfind('/');
  if (name.front() == '/' || slash == std::string::npos) return name;
  return including.substr(0, slash + 1) + name;
}

bool is_pattern(const std::string& name) { return name.find_first_of("*?[") != std::string::npos; }

class TreeReader {
 public:
  explicit TreeReader(Sources& sources) : sources_(sources) {}

  Tree start(const std::string& path) {
    Result<std::string> text = sources_.read(path);
    if (text) return start(std::move(*text), path);
    tree_.problems.add(text.error());
    return std::move(tree_);
  }

  Tree start(std::string text, const std::string& path) {
    if (text.size() > kMaxFileSize) {
      tree_.problems.add({"the text is larger than " + std::to_string(kMaxFileSize) + " bytes", path, "split it by include"});
      return std::move(tree_);
    }
    seen_.insert(sources_.identity(path));
    take(std::move(text), path);
    return std::move(tree_);
  }

 private:
  void take(std::string text, const std::string& path) {
    total_size_ += text.size();
    Document document = parse(text);
    for (Error& error : document.errors.take()) {
      error.where = error.where.empty() ? path : path + ":" + error.where;
      tree_.problems.add(std::move(error));
    }
    std::vector<Entry> includes;
    for (const Entry& entry : document.root.entries) {
      if (entry.key.text == "include") includes.push_back(entry);
    }
    tree_.files.push_back({path, std::move(text), std::move(document.root)});
    opened_.push_back(sources_.identity(path));
    for (const Entry& entry : includes) include(entry, path);
    opened_.pop_back();
  }

  void include(const Entry& entry, const std::string& including) {
    const std::string where = including + ":" + position_text(entry.key.at);
    if (!entry.value || entry.value->text.empty()) return fail("include names no file", where, "write include FILE");
    if (opened_.size() > kMaxIncludeDepth)
      return fail("more than " + std::to_string(kMaxIncludeDepth) + " includes inside each other", where);
    const std::string name = beside(including, entry.value->text);
    if (!is_pattern(name)) return include_file(name, where);
    for (const std::string& match : sources_.match(name)) {
      if (full_) return;
      include_file(match, where);
    }
  }

  void include_file(const std::string& path, const std::string& where) {
    if (full_) return;
    if (tree_.files.size() >= kMaxFiles) {
      full_ = true;
      return fail("more than " + std::to_string(kMaxFiles) + " files", where);
    }
    const std::string identity = sources_.identity(path);
    if (std::find(opened_.begin(), opened_.end(), identity) != opened_.end()) {
      return fail("the file " + quoted(path) + " includes itself", where, "remove this include");
    }
    if (!seen_.insert(identity).second) return fail("the file " + quoted(path) + " is included twice", where, "remove one include");
    Result<std::string> text = sources_.read(path);
    if (!text) return fail(text.error().what + ": " + quoted(path), where, text.error().fix);
    if (total_size_ + text->size() > kMaxTotalSize) {
      full_ = true;
      return fail("all files together are larger than " + std::to_string(kMaxTotalSize) + " bytes", where);
    }
    take(std::move(*text), path);
  }

  void fail(std::string what, const std::string& where, std::string fix = "") {
    tree_.problems.add({std::move(what), where, std::move(fix)});
  }

  Sources& sources_;
  Tree tree_;
  std::set<std::string> seen_;       // identity of each file that was read
  std::vector<std::string> opened_;  // identity of each file in the current chain of includes
  std::size_t total_size_ = 0;
  bool full_ = false;
};

}  // namespace

Tree read_tree(const std::string& path, Sources& sources) { return TreeReader(sources).start(path); }

Tree read_tree_from_text(std::string_view text, const std::string& path, Sources& sources) {
  return TreeReader(sources).start(std::string(text), path);
}

}  // namespace merlin::config
