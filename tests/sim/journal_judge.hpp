// Says whether the history is kept: I1 to I3 of events.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "sim/journal_disk.hpp"
#include "sim/server.hpp"

namespace merlin::sim {

using JournalFails = std::function<void(const std::string& what)>;

// After the heal: each node has the same events on its disk, each stream without a gap, and nothing waits.
void judge_journals(const std::vector<std::unique_ptr<Server>>& servers, const JournalFails& fail);

// What a node says that it has, it has on its disk.
bool has_all(const JournalDisk& disk, const wire::EventMarks& marks);

}  // namespace merlin::sim
