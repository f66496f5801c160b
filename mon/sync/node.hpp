// The sync { } block of one other node, executed in a session with it.
#pragma once

#include <string>
#include <vector>

#include "mon/ssh/remote_nodes.hpp"

namespace merlin::mon {

// The differences there, as paths there.
struct SyncReport {
  std::vector<std::string> written;
  std::vector<std::string> attributes;  // only owner, mode or time
  std::vector<std::string> removed;

  bool empty() const { return written.empty() && attributes.empty() && removed.empty(); }
};

enum class SyncMode { look, push };

// Error: something here cannot be sent, or it failed there; files that are already in place then stay.
Result<SyncReport> sync_node(Visitor& visitor, const ssh::Session& session, const config::NodeConfig& node, SyncMode mode);

// "3 written, 1 removed"
std::string summary_of(const SyncReport& report);

}  // namespace merlin::mon
