// The key pair that mon logs in with.
#include <fmt/format.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "mon/cli/folder_lock.hpp"
#include "mon/ssh/authorized_keys.hpp"
#include "mon/ssh/handles.hpp"
#include "shared/config/replace_file.hpp"
#include "shared/config/sources.hpp"

namespace merlin::mon::ssh {
namespace {

constexpr std::array kFileNames = {"id_ed25519", "id_ecdsa", "id_rsa"};

bool is_there(const std::string& path) { return ::access(path.c_str(), F_OK) == 0; }

Result<PublicKey> public_part(ssh_key pair, const std::string& comment) {
  char* raw = nullptr;
  if (::ssh_pki_export_pubkey_base64(pair, &raw) != SSH_OK) return Error{"the public key cannot be read", "", ""};
  const Text digits(raw);
  return PublicKey{::ssh_key_type_to_char(::ssh_key_type(pair)), digits.get(), comment};
}

// The public key is in the file beside it; if that is missing, in the private key, unless that has a passphrase.
Result<PublicKey> existing_key(const std::string& path, const std::string& comment) {
  if (is_there(path + ".pub")) {
    const auto text = config::disk().read(path + ".pub");
    if (!text) return text.error();
    auto key = read_public_key(*text);
    if (!key) return Error{key.error().what, path + ".pub", "create it again: ssh-keygen -y"};
    return key;
  }
  ssh_key raw = nullptr;
  if (::ssh_pki_import_privkey_file(path.c_str(), nullptr, nullptr, nullptr, &raw) != SSH_OK) {
    return Error{"the public key is missing", path + ".pub", fmt::format("ssh-keygen -y -f {0} >{0}.pub", path)};
  }
  const Key key(raw);
  return public_part(key.get(), comment);
}

// The private key's file appears only when it is complete, and never replaces another one.
Result<PublicKey> make_key(const std::string& path, const std::string& comment) {
  ssh_key raw = nullptr;
  if (::ssh_pki_generate(SSH_KEYTYPE_ED25519, 0, &raw) != SSH_OK) return Error{"no key can be created", path, ""};
  const Key pair(raw);
  auto key = public_part(pair.get(), comment);
  if (!key) return key;
  const std::string draft = fmt::format("{}.new.{}", path, ::getpid());
  const mode_t before = ::umask(0077);
  const bool written = ::ssh_pki_export_privkey_file(pair.get(), nullptr, nullptr, nullptr, draft.c_str()) == SSH_OK;
  ::umask(before);
  const bool placed = written && ::link(draft.c_str(), path.c_str()) == 0;
  const int fault = errno;
  ::unlink(draft.c_str());
  if (!placed) return Error{fmt::format("cannot be created: {}", std::strerror(fault)), path, "check that you may write there"};
  if (auto beside = config::replace_file_atomically(path + ".pub", key->line() + "\n"); !beside) return beside.error();
  return key;
}

}  // namespace

Result<PublicKey> own_public_key(const std::string& home, const std::string& comment) {
  const std::string folder = home + "/.ssh";
  if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) {
    return Error{fmt::format("cannot be created: {}", std::strerror(errno)), folder, "check that you may write there"};
  }
  const auto lock = lock_folder(folder);
  if (!lock) return lock.error();
  for (const char* name : kFileNames) {
    const std::string path = fmt::format("{}/{}", folder, name);
    if (is_there(path)) return existing_key(path, comment);
  }
  return make_key(fmt::format("{}/{}", folder, kFileNames.front()), comment);
}

Result<std::string> own_home() {
  const passwd* user = ::getpwuid(::geteuid());
  if (user == nullptr || user->pw_dir == nullptr) return Error{"the user that runs mon is not in the user database", "home", ""};
  return std::string(user->pw_dir);
}

std::string own_name() {
  const passwd* user = ::getpwuid(::geteuid());
  return user == nullptr ? std::to_string(::geteuid()) : user->pw_name;
}

}  // namespace merlin::mon::ssh
