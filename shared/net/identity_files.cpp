#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>

#include "shared/base/state_paths.hpp"
#include "shared/net/fd.hpp"
#include "shared/net/identity.hpp"
#include "shared/net/openssl.hpp"
#include "shared/net/system_error.hpp"

namespace merlin::net {
namespace {

constexpr std::size_t kMaxFileBytes = std::size_t{64} * 1024;
constexpr mode_t kKeyMode = 0600;
constexpr mode_t kCertificateMode = 0644;

struct Paths {
  explicit Paths(const std::string& tls_dir)
      : directory(tls_dir), key(TlsPaths(tls_dir).key()), certificate(TlsPaths(tls_dir).certificate()) {}
  std::string directory;
  std::string key;
  std::string certificate;
};

Result<bool> exists(const std::string& path) {
  struct stat status {};
  if (::lstat(path.c_str(), &status) == 0) return true;
  if (errno == ENOENT) return false;
  return system_error("read its status", path);
}

Result<std::string> read_file(const std::string& path, int fd) {
  std::string text(kMaxFileBytes, '\0');
  std::size_t length = 0;
  while (length < text.size()) {
    const ssize_t got = ::read(fd, text.data() + length, text.size() - length);
    if (got < 0) return system_error("read", path);
    if (got == 0) break;
    length += static_cast<std::size_t>(got);
  }
  text.resize(length);
  return text;
}

Result<Fd> open_regular(const std::string& path, mode_t forbidden_mode) {
  Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!file) return system_error("open", path);
  struct stat status {};
  if (::fstat(file.get(), &status) != 0) return system_error("read its status", path);
  if (!S_ISREG(status.st_mode)) return Error{"is not a file", path, {}};
  if ((status.st_mode & forbidden_mode) != 0) {
    return Error{"other users than its owner can read or change the key", path, "make sure that nobody did, then chmod 600 " + path};
  }
  return file;
}

Result<std::string> read_guarded(const std::string& path, mode_t forbidden_mode) {
  Result<Fd> file = open_regular(path, forbidden_mode);
  if (!file) return file.error();
  return read_file(path, file->get());
}

Result<> write_all(int fd, std::string_view text, const std::string& path) {
  while (!text.empty()) {
    const ssize_t written = ::write(fd, text.data(), text.size());
    if (written < 0) return system_error("write", path);
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  if (::fsync(fd) != 0) return system_error("write", path);
  return Ok{};
}

// Writes the file completely or not at all, and never over an existing file: link() refuses that, rename() would not.
Result<> create_file(const std::string& path, std::string_view text, mode_t mode) {
  std::string temporary = path + ".XXXXXX";
  const Fd file(::mkostemp(temporary.data(), O_CLOEXEC));
  if (!file) return system_error("create", path);
  Result<> done = write_all(file.get(), text, path);
  if (done && ::fchmod(file.get(), mode) != 0) done = system_error("set the mode", path);
  if (done && ::link(temporary.c_str(), path.c_str()) != 0) done = system_error("create", path);
  ::unlink(temporary.c_str());
  return done;
}

Result<> sync_directory(const std::string& path) {
  const Fd directory(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!directory || ::fsync(directory.get()) != 0) return system_error("write", path);
  return Ok{};
}

Result<> make_directory(const std::string& path) {
  if (::mkdir(path.c_str(), 0755) != 0 && errno != EEXIST) return system_error("create the directory", path);
  return Ok{};
}

Result<Identity> create(const Paths& paths, std::optional<NodeId> node_id, WallTime now) {
  Result<Identity> identity = make_identity(node_id, now);
  if (!identity) return identity;
  if (Result<> made = make_directory(paths.directory); !made) return made.error();
  if (Result<> made = create_file(paths.key, identity->key_pem, kKeyMode); !made) return made.error();
  if (Result<> made = create_file(paths.certificate, identity->certificate_pem, kCertificateMode); !made) {
    ::unlink(paths.key.c_str());  // created by us a moment ago, not used anywhere
    return made.error();
  }
  if (Result<> synced = sync_directory(paths.directory); !synced) return synced.error();
  return identity;
}

Result<Identity> load(const Paths& paths) {
  Result<std::string> key_pem = read_guarded(paths.key, S_IRWXG | S_IRWXO);
  if (!key_pem) return key_pem.error();
  Result<std::string> certificate_pem = read_guarded(paths.certificate, 0);
  if (!certificate_pem) return certificate_pem.error();

  const KeyPtr key = key_from_pem(*key_pem);
  if (!key) return Error{"contains no private key that can be used without a passphrase", paths.key, {}};
  const CertificatePtr certificate = certificate_from_pem(*certificate_pem);
  if (!certificate) return Error{"contains no certificate", paths.certificate, {}};
  const bool match = X509_check_private_key(certificate.get(), key.get()) == 1;
  drain_errors();
  if (!match)
    return Error{"the certificate does not belong to key.pem beside it", paths.certificate, "restore the pair of files from a backup"};
  Result<CertificateInfo> info = describe(certificate.get());
  if (!info) return Error{info.error().what, paths.certificate, {}};
  if (info->node_id.empty()) return Error{"the certificate names no node (its CN must be 32 hex digits)", paths.certificate, {}};
  return Identity{std::move(*info), std::move(*certificate_pem), std::move(*key_pem)};
}

Error half_present(const std::string& there, const std::string& missing) {
  return Error{"is missing, but " + there + " is there", missing,
               "restore it from a backup, or move " + there + " away to get a new identity, which the other nodes must then trust"};
}

}  // namespace

Result<Identity> load_identity(const std::string& directory) { return load(Paths(directory)); }

Result<Identity> load_or_create_identity(const std::string& directory, std::optional<NodeId> node_id, WallTime now) {
  const Paths paths(directory);
  const Result<bool> has_key = exists(paths.key);
  if (!has_key) return has_key.error();
  const Result<bool> has_certificate = exists(paths.certificate);
  if (!has_certificate) return has_certificate.error();
  if (!*has_key && !*has_certificate) return create(paths, node_id, now);
  if (!*has_key) return half_present(paths.certificate, paths.key);
  if (!*has_certificate) return half_present(paths.key, paths.certificate);

  Result<Identity> identity = load(paths);
  if (identity && node_id && identity->certificate.node_id != *node_id) {
    return Error{"belongs to node " + identity->certificate.node_id.hex() + ", but this is node " + node_id->hex(), paths.certificate,
                 "if this machine is a copy of that node, remove key.pem and cert.pem here"};
  }
  return identity;
}

}  // namespace merlin::net
