// Judges the history: I1 to I3 for events.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "tests/sim/journal_disk.hpp"
#include "tests/sim/server.hpp"

namespace merlin::sim {

using JournalFails = std::function<void(const std::string& what)>;

// After all faults: each node has the same events on its disk, each stream is without a gap, and nothing waits.
void judge_journals(const std::vector<std::unique_ptr<Server>>& servers, const JournalFails& fail);

// Whether the node has on its disk all events that it announces.
bool has_all(const JournalDisk& disk, const wire::EventMarks& marks);

}  // namespace merlin::sim
