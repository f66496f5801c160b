// Rules broken on purpose: tests/sim compiles the files that ask for kMutant once more for each, and the simulator must
// catch it. Everywhere else kMutant is none, and the hooks compile to nothing. To be included by sources only.
#pragma once

#include <cstddef>
#include <cstdint>

#ifndef MERLIN_MUTANT
#define MERLIN_MUTANT none
#endif

namespace merlin::cluster {

enum class Mutant {
  none,
  local_weights,         // ranked by what the own file says, and nobody listens to claims
  stamped_by_clock,      // versions from the wall clock alone
  modulo,                // the owner is the hash of the host modulo the number of active nodes
  no_yield,              // who wants a unit claims it at once
  answer_at_once,        // a beat that another misses is sent on at every word of it
  grant_without_memory,  // a voter grants whoever asks
  grant_outliving,       // what was granted is good for ever
  no_void,               // who withdraws its question does not say so
  number_not_put_back,   // a core counts what it was not let send
  acknowledged_early,    // what operators did is called safe before it is on disk
  no_fsync,              // what a disk was given in its last seconds is gone with the power
  no_deduplication,      // a forwarded result comes often, and is given to the core each time
  overtaking,            // a result does not wait for the one of its object before it
  forgets_forwarded,     // a daemon's next life does not know what waited for its owner
  no_window,             // news is sent to a peer that acknowledges nothing
  notify_on_sync,        // a core tells people of what it was only brought up to date with
  replayed,              // a core counts a row that it is given like a result of its own
  events_said_early,     // events count as safe before the disk has them
};

inline constexpr Mutant kMutant = Mutant::MERLIN_MUTANT;

// A draw by which the node at `position` of `count` comes first exactly where modulo says so.
inline std::uint64_t modulo_draw(std::uint64_t host, std::size_t position, std::size_t count) { return count - (host + position) % count; }

}  // namespace merlin::cluster
