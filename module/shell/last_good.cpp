#include "module/shell/last_good.hpp"

#include <dirent.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <memory>

namespace merlin::neb {
namespace {

constexpr const char* kName = "merlin.conf";
constexpr std::string_view kTarget = "/memfd:merlin.conf (deleted)";  // as shown in /proc
constexpr std::string_view kFormat = "merlin-record 1\n";             // another version of the module may have written it
constexpr off_t kMaxLastGoodBytes = off_t{16} << 20;

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += word + '\0';
  return text;
}

std::vector<std::string> split(std::string_view text) {
  std::vector<std::string> words;
  for (std::size_t end = text.find('\0'); end != std::string_view::npos; end = text.find('\0')) {
    words.emplace_back(text.substr(0, end));
    text.remove_prefix(end + 1);
  }
  return words;
}

void put(std::string& out, std::string_view text) {
  const std::uint64_t size = text.size();
  std::array<char, sizeof size> bytes{};
  std::memcpy(bytes.data(), &size, sizeof size);
  out.append(bytes.data(), bytes.size()).append(text);
}

std::optional<std::string> take(std::string_view& in) {
  std::uint64_t size = 0;
  if (in.size() < sizeof size) return std::nullopt;
  std::memcpy(&size, in.data(), sizeof size);
  in.remove_prefix(sizeof size);
  if (in.size() < size) return std::nullopt;
  std::string text(in.substr(0, size));
  in.remove_prefix(size);
  return text;
}

// The descriptor of our file in this process; -1: none.
int find_descriptor() {
  const std::unique_ptr<DIR, int (*)(DIR*)> folder(::opendir("/proc/self/fd"), ::closedir);
  if (!folder) return -1;
  for (const dirent* entry = ::readdir(folder.get()); entry != nullptr; entry = ::readdir(folder.get())) {
    std::array<char, 64> target{};
    const ssize_t length = ::readlinkat(::dirfd(folder.get()), entry->d_name, target.data(), target.size());
    if (length > 0 && std::string_view(target.data(), static_cast<std::size_t>(length)) == kTarget) return std::atoi(entry->d_name);
  }
  return -1;
}

bool write_all(int fd, std::string_view text) {
  for (off_t at = 0; !text.empty();) {
    const ssize_t count = ::pwrite(fd, text.data(), text.size(), at);
    if (count <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(count));
    at += count;
  }
  return true;
}

}  // namespace

Result<std::string> Recorder::read(const std::string& path) {
  auto text = below_.read(path);
  if (text) record_["read " + path] = *text;
  return text;
}

std::vector<std::string> Recorder::match(const std::string& pattern) {
  auto files = below_.match(pattern);
  record_["match " + pattern] = joined(files);
  return files;
}

std::string Recorder::identity(const std::string& path) { return record_["identity " + path] = below_.identity(path); }

std::string Recorder::host_name() { return record_["host name"] = below_.host_name(); }

std::string Replay::answer(const std::string& question) const {
  const auto found = record_.find(question);
  return found == record_.end() ? std::string() : found->second;
}

Result<std::string> Replay::read(const std::string& path) {
  if (!record_.contains("read " + path)) return Error{"was not read before", path, ""};
  return answer("read " + path);
}

std::vector<std::string> Replay::match(const std::string& pattern) { return split(answer("match " + pattern)); }

std::string Replay::identity(const std::string& path) { return record_.contains("identity " + path) ? answer("identity " + path) : path; }

std::string Replay::host_name() { return answer("host name"); }

std::string record_text(const Recorder::Record& record) {
  std::string text(kFormat);
  for (const auto& [question, answer] : record) {
    put(text, question);
    put(text, answer);
  }
  return text;
}

std::optional<Recorder::Record> parse_record(std::string_view text) {
  if (!text.starts_with(kFormat)) return std::nullopt;
  text.remove_prefix(kFormat.size());
  Recorder::Record record;
  while (!text.empty()) {
    auto question = take(text);
    auto answer = take(text);
    if (!question || !answer) return std::nullopt;
    record[*std::move(question)] = *std::move(answer);
  }
  return record;
}

void keep_in_process(const Recorder::Record& record) {
  int fd = find_descriptor();
  if (fd < 0) fd = ::memfd_create(kName, MFD_CLOEXEC);
  if (fd < 0) return;
  // Half of a file would be no file: it is the marker in front that counts.
  if (::ftruncate(fd, 0) == 0 && write_all(fd, record_text(record))) return;
  [[maybe_unused]] const int emptied = ::ftruncate(fd, 0);
}

std::optional<Recorder::Record> kept_in_process() {
  const int fd = find_descriptor();
  struct stat about {};
  if (fd < 0 || ::fstat(fd, &about) != 0 || about.st_size > kMaxLastGoodBytes) return std::nullopt;
  std::string text(static_cast<std::size_t>(about.st_size), '\0');
  if (::pread(fd, text.data(), text.size(), 0) != about.st_size) return std::nullopt;
  return parse_record(text);
}

Loading load_or_fall_back(const std::string& path, config::Sources& disk) {
  Recorder recorder(disk);
  Loading loading;
  loading.result = config::load_file(path, recorder);
  if (loading.result.ok()) {
    keep_in_process(recorder.record());
    return loading;
  }
  loading.errors = loading.result.errors;
  auto kept = kept_in_process();
  if (!kept) return loading;
  Replay replay(*std::move(kept));
  auto before = config::load_file(path, replay);
  if (!before.ok()) return loading;
  loading.result = std::move(before);
  loading.is_last_good = true;
  return loading;
}

}  // namespace merlin::neb
