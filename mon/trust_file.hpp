// The trusted set on this node's disk, beside its certificate, and what it does to merlin.conf.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "config/config.hpp"
#include "mon/trust.hpp"

namespace merlin::mon {

// Of `config_path`: trusted.json in daemon { tls_dir }.
std::string trust_path(const std::string& config_path);

// The set after `change`, on disk. What the blocks of merlin.conf trust is in it before `change` sees it: the file is
// the operator's word. Two at once wait for each other.
Result<TrustSet> change_trust(const std::string& config_path, const config::Config& config, const std::function<void(TrustSet&)>& change);

// Writes what the set says into the blocks of merlin.conf; the names of the blocks that changed.
Result<std::vector<std::string>> write_trust(const std::string& config_path, const config::Config& config, const TrustSet& set);

}  // namespace merlin::mon
