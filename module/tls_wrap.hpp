// TLS for a daemon on another machine: our certificate from the folder module in daemon { tls_dir }, or from that
// one itself where there is no such folder; the daemon's by module { fingerprint }.
#pragma once

#include <string>
#include <vector>

#include "config/config.hpp"
#include "module/wrap.hpp"

namespace merlin::neb {

class TlsWraps final : public WrapFactory {
 public:
  explicit TlsWraps(const config::Config& config)
      : daemon_(config.module.daemon.text()), trusted_(config.module.fingerprints), directory_(config.daemon.tls_dir) {}
  // Reads certificate and key each time: they may have been put there, or changed, since.
  Result<std::unique_ptr<Wrap>> make() override;

 private:
  std::string daemon_;
  std::vector<std::string> trusted_;
  std::string directory_;
};

}  // namespace merlin::neb
