// Rules broken on purpose. tests/sim compiles the files that use kMutant once more for each mutant, and the simulator must catch it.
// Everywhere else kMutant is `none`, and the hooks compile to nothing. Include this in .cpp files only.
#pragma once

#include <cstddef>
#include <cstdint>

#ifndef MERLIN_MUTANT
#define MERLIN_MUTANT none
#endif

namespace merlin::cluster {

enum class Mutant {
  none,
  local_weights,         // ranks by the weights in its own file, and ignores claims
  stamped_by_clock,      // versions come from the wall clock alone
  modulo,                // the owner is the hash of the host modulo the number of active nodes
  no_yield,              // a node that wants a unit claims it at once
  answer_at_once,        // relays a missed heartbeat at every report, without a limit
  grant_without_memory,  // a voter grants every question
  grant_outliving,       // grants never expire
  no_void,               // a node that withdraws its question does not inform the voters
  number_not_put_back,   // the module does not restore the core's count of a notification that it stopped
  acknowledged_early,    // operators' changes are reported as safe before they are on disk
  write_errors_ignored,  // failed writes count as written
  no_deduplication,      // a forwarded result is sent repeatedly, and each copy reaches the core
  overtaking,            // a result does not wait for the previous one of its object
  forgets_forwarded,     // after a restart, a daemon does not know which results wait for their owner
  no_window,             // sends news to a peer that acknowledges nothing
  notify_on_sync,        // the module lets the core notify of a state that a synchronisation has set
  replayed,              // the module submits a row to the core as if it were a result
  events_said_early,     // announces events before they are on disk
  acts_in_doubt,         // a core that hung continues without the answer of its daemon
  keeps_nothing,         // a passive result that is applied while the ownership is unconfirmed is not kept for the owner
  alerts_replaced,       // of several results of an object in one turn, only the newest is sent
  waits_for_nobody,      // a check starts although it still runs at the previous owner
};

inline constexpr Mutant kMutant = Mutant::MERLIN_MUTANT;

// A draw with which the node at `position` of `count` ranks first exactly where modulo selects it.
inline std::uint64_t modulo_draw(std::uint64_t host, std::size_t position, std::size_t count) { return count - (host + position) % count; }

}  // namespace merlin::cluster
