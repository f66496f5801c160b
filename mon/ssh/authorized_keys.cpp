#include "mon/ssh/authorized_keys.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <libssh/libssh.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <sstream>

#include "config/replace_file.hpp"
#include "config/sources.hpp"
#include "mon/folder_lock.hpp"
#include "mon/ssh/handles.hpp"

namespace merlin::mon::ssh {
namespace {

constexpr std::size_t longest_line = 16'384;

bool has_key(std::string_view line, const PublicKey& key) {
  if (line.starts_with('#')) return false;
  std::istringstream words{std::string(line)};
  std::string before;
  for (std::string word; words >> word; before = word) {
    if (word == key.digits && before == key.type) return true;
  }
  return false;
}

Error failure(const char* what, const std::string& path) {
  return {fmt::format("{}: {}", what, std::strerror(errno)), path, "may you write there?"};
}

// Makes HOME/.ssh where it is missing, as HOME's owner would.
Result<> make_folder(const std::string& home, const std::string& folder) {
  struct stat about {};
  if (::stat(home.c_str(), &about) != 0) return failure("cannot be read", home);
  if (::mkdir(folder.c_str(), 0700) != 0) return errno == EEXIST ? Result<>(Ok{}) : failure("cannot be made", folder);
  if (::chown(folder.c_str(), about.st_uid, about.st_gid) != 0) return failure("its owner cannot be set", folder);
  return Ok{};
}

Result<> make_file(const std::string& folder, const std::string& path) {
  const net::Fd file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!file && errno == EEXIST) return Ok{};
  struct stat about {};
  const bool made = file && ::stat(folder.c_str(), &about) == 0 && ::fchown(file.get(), about.st_uid, about.st_gid) == 0;
  return made ? Result<>(Ok{}) : failure("cannot be made", path);
}

}  // namespace

std::string PublicKey::line() const {
  return comment.empty() ? fmt::format("{} {}", type, digits) : fmt::format("{} {} {}", type, digits, comment);
}

Result<PublicKey> read_public_key(std::string_view line) {
  while (!line.empty() && (line.back() == '\n' || line.back() == '\r')) line.remove_suffix(1);
  const Error refusal{"that is no public key", "public key", "one line: TYPE DIGITS COMMENT"};
  const bool is_odd =
      line.size() > longest_line || std::ranges::any_of(line, [](char byte) { return static_cast<unsigned char>(byte) < 0x20; });
  if (is_odd) return refusal;
  PublicKey key;
  std::istringstream words{std::string(line)};
  words >> key.type >> key.digits >> std::ws;
  std::getline(words, key.comment);
  ssh_key raw = nullptr;
  const ssh_keytypes_e type = ::ssh_key_type_from_name(key.type.c_str());
  if (type == SSH_KEYTYPE_UNKNOWN || ::ssh_pki_import_pubkey_base64(key.digits.c_str(), type, &raw) != SSH_OK) return refusal;
  ::ssh_key_free(raw);
  return key;
}

std::string with_key(std::string_view text, const PublicKey& key) {
  std::istringstream lines{std::string(text)};
  for (std::string line; std::getline(lines, line);) {
    if (has_key(line, key)) return std::string(text);
  }
  const bool open_end = !text.empty() && text.back() != '\n';
  return fmt::format("{}{}{}\n", text, open_end ? "\n" : "", key.line());
}

Result<bool> authorize(const std::string& home, const PublicKey& key) {
  const std::string folder = home + "/.ssh";
  const std::string path = folder + "/authorized_keys";
  if (auto made = make_folder(home, folder); !made) return made.error();
  const auto lock = lock_folder(folder);
  if (!lock) return lock.error();
  if (auto made = make_file(folder, path); !made) return made.error();
  const auto before = config::disk().read(path);
  if (!before) return before.error();
  const std::string after = with_key(*before, key);
  if (after == *before) return false;
  if (auto written = config::replace_file_atomically(path, after); !written) return written.error();
  return true;
}

}  // namespace merlin::mon::ssh
