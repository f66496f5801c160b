// The settings of a node's block as KEY=value, as `mon node show` prints them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "shared/config/config.hpp"
#include "shared/config/edit.hpp"

namespace merlin::mon {

// "a,b", as merlin.conf has lists.
std::string joined(const std::vector<std::string>& parts);

// Every key, in the order of the documentation, so that eval leaves nothing of the node before.
config::Settings node_variables(const config::NodeConfig& node, std::string_view type);

// "SHA256:9f86…" of each trusted certificate.
std::vector<std::string> shown_fingerprints(const config::NodeConfig& node);

// The canonical names of those keys of `given` whose values differ from the node's.
std::vector<std::string> differing_keys(const config::NodeConfig& node, const config::Settings& given);

}  // namespace merlin::mon
