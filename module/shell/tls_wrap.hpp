// TLS for a daemon on another machine: our certificate is in the folder `module` in daemon { tls_dir }, or in tls_dir itself if there is no
// such folder; the daemon's certificate is in module { fingerprint }.
#pragma once

#include <string>
#include <vector>

#include "module/shell/wrap.hpp"
#include "shared/config/config.hpp"

namespace merlin::neb {

class TlsWraps final : public WrapFactory {
 public:
  explicit TlsWraps(const config::Config& config)
      : daemon_(config.module.daemon.text()), trusted_(config.module.fingerprints), directory_(config.daemon.tls_dir) {}
  // Reads certificate and key each time, because they may have been added or changed.
  Result<std::unique_ptr<Wrap>> make() override;

 private:
  std::string daemon_;
  std::vector<std::string> trusted_;
  std::string directory_;
};

}  // namespace merlin::neb
