#include "mon/next_key.hpp"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <cstring>

#include "config/sources.hpp"

namespace merlin::mon {
namespace {

Error cannot(const char* what, const std::string& path) { return {fmt::format("cannot {}: {}", what, std::strerror(errno)), path, ""}; }

// Root works as the owner of the folder meanwhile: who may write there decides what its names lead to.
class AsOwner {
 public:
  explicit AsOwner(const std::string& folder) {
    struct stat about {};
    if (::geteuid() != 0 || ::stat(folder.c_str(), &about) != 0) return;
    is_other_ = ::setegid(about.st_gid) == 0 && ::seteuid(about.st_uid) == 0;
  }
  ~AsOwner() {
    if (is_other_ && (::seteuid(0) != 0 || ::setegid(0) != 0)) std::abort();
  }
  AsOwner(const AsOwner&) = delete;
  AsOwner& operator=(const AsOwner&) = delete;

 private:
  bool is_other_ = false;
};

bool is_there(const std::string& path) {
  struct stat about {};
  return ::lstat(path.c_str(), &about) == 0;
}

Result<> make_folder(const std::string& path) {
  return ::mkdir(path.c_str(), 0755) == 0 || errno == EEXIST ? Result<>(Ok{}) : cannot("make the folder", path);
}

Result<> move(const std::string& from, const std::string& to) {
  return ::rename(from.c_str(), to.c_str()) == 0 ? Result<>(Ok{}) : cannot("put it in place", to);
}

Result<> keep_link(const std::string& from, const std::string& to) {
  return ::link(from.c_str(), to.c_str()) == 0 || errno == EEXIST ? Result<>(Ok{}) : cannot("keep it", to);
}

std::optional<net::CertificateInfo> read(const std::string& path) {
  const auto pem = config::disk().read(path);
  const auto info = pem ? net::read_certificate(*pem) : Result<net::CertificateInfo>(pem.error());
  return info ? std::optional(*info) : std::nullopt;
}

}  // namespace

std::optional<net::CertificateInfo> NextKey::previous() const {
  const AsOwner owner(folder_);
  return is_there(file("next/cert.pem")) ? std::nullopt : read(file("previous/cert.pem"));
}

bool NextKey::is_half_in_place() const {
  const AsOwner owner(folder_);
  return is_there(file("next/cert.pem")) && !is_there(file("next/key.pem")) && is_there(file("previous/cert.pem"));
}

Result<net::CertificateInfo> NextKey::prepare(const net::CertificateInfo& own) const {
  const AsOwner owner(folder_);
  const auto made = net::load_or_create_identity(
      file("next"), own.node_id, WallTime(std::chrono::duration_cast<Millis>(std::chrono::system_clock::now().time_since_epoch())));
  return made ? made->certificate : Result<net::CertificateInfo>(made.error());
}

Result<> NextKey::put_in_place() const {
  const AsOwner owner(folder_);
  if (auto made = make_folder(file("previous")); !made) return made;
  if (is_there(file("next/key.pem"))) {
    if (auto kept = keep_link(file("cert.pem"), file("previous/cert.pem")); !kept) return kept;
    if (auto moved = move(file("next/key.pem"), file("key.pem")); !moved) return moved;
  }
  if (auto moved = move(file("next/cert.pem"), file("cert.pem")); !moved) return moved;
  ::rmdir(file("next").c_str());
  return Ok{};
}

Result<> NextKey::forget_previous() const {
  const AsOwner owner(folder_);
  if (::unlink(file("previous/cert.pem").c_str()) != 0 && errno != ENOENT) return cannot("remove it", file("previous/cert.pem"));
  ::rmdir(file("previous").c_str());
  return Ok{};
}

}  // namespace merlin::mon
