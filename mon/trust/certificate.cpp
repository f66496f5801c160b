#include "mon/trust/certificate.hpp"

#include <unistd.h>

#include <cerrno>

#include "mon/cli/local_node.hpp"
#include "shared/base/state_paths.hpp"
#include "shared/config/sources.hpp"

namespace merlin::mon {

std::string certificate_path(const std::string& config_path) { return TlsPaths(daemon_places(config_path).tls_dir).certificate(); }

Result<net::CertificateInfo> own_certificate(const std::string& config_path) {
  const std::string path = certificate_path(config_path);
  const bool is_missing = ::access(path.c_str(), F_OK) != 0 && errno == ENOENT;
  if (is_missing) return Error{"this node has no certificate yet", path, "merlind creates it at its first start: mon start"};
  const auto pem = config::disk().read(path);
  if (!pem) return pem.error();
  auto info = net::read_certificate(*pem);
  if (!info) return Error{info.error().what, path, info.error().fix};
  return info;
}

std::string module_certificate_path(const std::string& config_path) {
  return TlsPaths(daemon_places(config_path).tls_dir).of_module().certificate();
}

std::optional<net::CertificateInfo> module_certificate(const std::string& config_path) {
  const auto pem = config::disk().read(module_certificate_path(config_path));
  if (!pem) return std::nullopt;
  auto info = net::read_certificate(*pem);
  return info ? std::optional(std::move(*info)) : std::nullopt;
}

}  // namespace merlin::mon
