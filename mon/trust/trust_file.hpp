// The trusted set on this node's disk, beside its certificate, and its effect on merlin.conf.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "mon/trust/trust.hpp"
#include "shared/base/result.hpp"
#include "shared/config/config.hpp"

namespace merlin::mon {

// Of `config_path`: trusted.json in daemon { tls_dir }.
std::string trust_path(const std::string& config_path);

// The set after `change`, written to disk. Before `change`, the certificates in the blocks of merlin.conf are added, because
// operators edit that file. Concurrent calls are applied one after the other.
Result<TrustSet> change_trust(const std::string& config_path, const config::Config& config, const std::function<void(TrustSet&)>& change);

// Writes the set into the blocks of merlin.conf; returns the names of the changed blocks.
Result<std::vector<std::string>> write_trust(const std::string& config_path, const config::Config& config, const TrustSet& set);

}  // namespace merlin::mon
