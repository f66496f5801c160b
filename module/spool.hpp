// What the daemon had not yet on disk when the core stopped as planned, for the core's next start (R8). Written once, read
// once; a core that is killed leaves none.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "wire/messages.hpp"

namespace merlin::neb {

struct Spool {
  std::uint64_t boot_id = 0;      // of the start that has numbered results and commands
  std::uint64_t last_number = 0;  // of them, safe ones included
  std::vector<wire::Register> rows;
  wire::CoreResults forwards;
  std::vector<wire::NotifyDone> told;

  bool empty() const { return rows.empty() && forwards.results.empty() && forwards.commands.empty() && told.empty(); }
  std::size_t size() const { return rows.size() + forwards.results.size() + forwards.commands.size() + told.size(); }
};

// All or nothing, and on disk when it returns. At most as much as the queues hold that it is taken from.
Result<> write_spool(const std::string& path, const Spool& spool);
// Removes what it has read. Nothing: there was none. One that is damaged is renamed to PATH.damaged, and an error.
Result<std::optional<Spool>> take_spool(const std::string& path);

}  // namespace merlin::neb
