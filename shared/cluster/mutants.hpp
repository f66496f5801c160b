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
};

inline constexpr Mutant kMutant = Mutant::MERLIN_MUTANT;

// A draw by which the node at `position` of `count` comes first exactly where modulo says so.
inline std::uint64_t modulo_draw(std::uint64_t host, std::size_t position, std::size_t count) { return count - (host + position) % count; }

}  // namespace merlin::cluster
