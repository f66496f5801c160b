#include "mon/certificate.hpp"

#include <unistd.h>

#include "config/sources.hpp"

namespace merlin::mon {

std::string certificate_path(const std::string& config_path) {
  const std::size_t slash = config_path.rfind('/');
  return (slash == std::string::npos ? "" : config_path.substr(0, slash + 1)) + "tls/cert.pem";
}

Result<net::CertificateInfo> own_certificate(const std::string& config_path) {
  const std::string path = certificate_path(config_path);
  if (::access(path.c_str(), F_OK) != 0)
    return Error{"this node has no certificate yet", path, "merlind makes it when it first starts: mon start"};
  const auto pem = config::disk().read(path);
  if (!pem) return pem.error();
  auto info = net::read_certificate(*pem);
  if (!info) return Error{info.error().what, path, info.error().fix};
  return info;
}

}  // namespace merlin::mon
