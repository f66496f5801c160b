#include "mon/certificate.hpp"

#include <unistd.h>

#include <cerrno>

#include "config/sources.hpp"
#include "mon/site.hpp"

namespace merlin::mon {

std::string certificate_path(const std::string& config_path) { return daemon_places(config_path).tls_dir + "/cert.pem"; }

Result<net::CertificateInfo> own_certificate(const std::string& config_path) {
  const std::string path = certificate_path(config_path);
  const bool is_missing = ::access(path.c_str(), F_OK) != 0 && errno == ENOENT;
  if (is_missing) return Error{"this node has no certificate yet", path, "merlind makes it when it first starts: mon start"};
  const auto pem = config::disk().read(path);
  if (!pem) return pem.error();
  auto info = net::read_certificate(*pem);
  if (!info) return Error{info.error().what, path, info.error().fix};
  return info;
}

std::string module_certificate_path(const std::string& config_path) { return daemon_places(config_path).tls_dir + "/module/cert.pem"; }

std::optional<net::CertificateInfo> module_certificate(const std::string& config_path) {
  const auto pem = config::disk().read(module_certificate_path(config_path));
  if (!pem) return std::nullopt;
  auto info = net::read_certificate(*pem);
  return info ? std::optional(std::move(*info)) : std::nullopt;
}

}  // namespace merlin::mon
