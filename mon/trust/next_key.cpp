#include "mon/trust/next_key.hpp"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>

#include "mon/cli/as_owner.hpp"
#include "shared/config/sources.hpp"

namespace merlin::mon {
namespace {

Error cannot(const char* what, const std::string& path) { return {fmt::format("cannot {}: {}", what, std::strerror(errno)), path, ""}; }

bool is_there(const std::string& path) {
  struct stat about {};
  return ::lstat(path.c_str(), &about) == 0;
}

Result<> make_folder(const std::string& path) {
  return ::mkdir(path.c_str(), 0755) == 0 || errno == EEXIST ? Result<>(Ok{}) : cannot("create the folder", path);
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
  const auto owner = AsOwner::of(paths_.folder());
  return !owner || is_there(paths_.next().certificate()) ? std::nullopt : read(paths_.previous().certificate());
}

bool NextKey::is_half_in_place() const {
  const auto owner = AsOwner::of(paths_.folder());
  return owner && is_there(paths_.next().certificate()) && !is_there(paths_.next().key()) && is_there(paths_.previous().certificate());
}

Result<net::CertificateInfo> NextKey::prepare(const net::CertificateInfo& own) const {
  const auto owner = AsOwner::of(paths_.folder());
  if (!owner) return owner.error();
  const auto made =
      net::load_or_create_identity(paths_.next().folder(), own.node_id,
                                   WallTime(std::chrono::duration_cast<Millis>(std::chrono::system_clock::now().time_since_epoch())));
  return made ? made->certificate : Result<net::CertificateInfo>(made.error());
}

Result<> NextKey::put_in_place() const {
  const auto owner = AsOwner::of(paths_.folder());
  if (!owner) return owner.error();
  if (auto made = make_folder(paths_.previous().folder()); !made) return made;
  if (is_there(paths_.next().key())) {
    if (auto kept = keep_link(paths_.certificate(), paths_.previous().certificate()); !kept) return kept;
    if (auto moved = move(paths_.next().key(), paths_.key()); !moved) return moved;
  }
  if (auto moved = move(paths_.next().certificate(), paths_.certificate()); !moved) return moved;
  ::rmdir(paths_.next().folder().c_str());
  return Ok{};
}

Result<> NextKey::forget_previous() const {
  const auto owner = AsOwner::of(paths_.folder());
  if (!owner) return owner.error();
  if (::unlink(paths_.previous().certificate().c_str()) != 0 && errno != ENOENT)
    return cannot("remove it", paths_.previous().certificate());
  ::rmdir(paths_.previous().folder().c_str());
  return Ok{};
}

}  // namespace merlin::mon
