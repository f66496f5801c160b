// The sync { } block of one other node, carried out over a session with it.
#pragma once

#include <string>
#include <vector>

#include "mon/fleet.hpp"

namespace merlin::mon {

// What differed there, as paths there.
struct SyncReport {
  std::vector<std::string> written;
  std::vector<std::string> attributes;  // only owner, mode or time
  std::vector<std::string> removed;

  bool empty() const { return written.empty() && attributes.empty() && removed.empty(); }
};

enum class SyncMode { look, push };

// Error: something here is not to be sent, or it failed there; what is in place then stays.
Result<SyncReport> sync_node(Visitor& visitor, const ssh::Session& session, const config::NodeConfig& node, SyncMode mode);

// "3 written, 1 removed"
std::string summary_of(const SyncReport& report);

}  // namespace merlin::mon
