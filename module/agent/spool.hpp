// What the daemon had not stored yet at the core's planned stop, for the core's next start (R8).
#pragma once

#include <cstdint>
#include <vector>

#include "shared/wire/messages.hpp"

namespace merlin::neb {

struct Spool {
  std::uint64_t boot_id = 0;      // of the start that numbered the results and commands
  std::uint64_t last_number = 0;  // the last such number, stored ones included
  std::vector<wire::Register> rows;
  std::vector<wire::Register> alerts;  // oldest first
  wire::CoreResults forwards;
  std::vector<wire::NotifyDone> told;

  bool empty() const { return size() == 0; }
  std::size_t size() const { return rows.size() + alerts.size() + forwards.results.size() + forwards.commands.size() + told.size(); }
};

}  // namespace merlin::neb
