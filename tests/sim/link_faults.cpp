#include "tests/sim/link_faults.hpp"

#include <algorithm>

#include "tests/sim/random.hpp"

namespace merlin::sim {

std::vector<LinkFaults::Pair> LinkFaults::pairs_of(const FaultEvent& event) const {
  if (event.fault == Fault::one_way) return {{event.node, event.other}};
  if (event.fault == Fault::cut) return {{event.node, event.other}, {event.other, event.node}};
  const auto side_of = [&](std::size_t node) { return (event.draw >> node) & 1; };
  std::vector<Pair> pairs;
  for (std::size_t from = 0; from < plan_.nodes.size(); ++from) {
    for (std::size_t to = 0; to < plan_.nodes.size(); ++to) {
      if (from == to) continue;
      const bool apart = event.fault == Fault::split ? side_of(from) != side_of(to) : from == event.node || to == event.node;
      if (apart) pairs.emplace_back(from, to);
    }
  }
  return pairs;
}

void LinkFaults::set(const std::vector<Pair>& pairs, bool cut) {
  for (const auto& [from, to] : pairs) cut ? network_.cut(from, to) : network_.uncut(from, to);
}

void LinkFaults::begin(const FaultEvent& event) {
  switch (event.fault) {
    case Fault::delay:
      return network_.slow(event.node, event.amount);
    case Fault::loss:
      return network_.lose(event.node, static_cast<int>(event.amount.count()));
    case Fault::slow_line:
      return network_.narrow(event.node, true);
    case Fault::reset:
      return reset(event);
    case Fault::flap:
      return flap(event, true);
    case Fault::swizzle:
      return swizzle(event);
    default:
      return set(pairs_of(event), true);
  }
}

void LinkFaults::end(const FaultEvent& event) {
  switch (event.fault) {
    case Fault::delay:
      return network_.slow(event.node, Millis{0});
    case Fault::loss:
      return network_.lose(event.node, 0);
    case Fault::slow_line:
      return network_.narrow(event.node, false);
    case Fault::reset:
    case Fault::flap:
    case Fault::swizzle:
      return;  // these have steps of their own
    default:
      return set(pairs_of(event), false);
  }
}

void LinkFaults::reset(const FaultEvent& event) {
  if (is_over(event)) return;
  network_.reset(event.node);
  events_.after(event.amount * 200, [this, event] { reset(event); });
}

void LinkFaults::flap(const FaultEvent& event, bool cut) {
  if (healed_ || (cut && is_over(event))) return;
  set(pairs_of(event), cut);
  events_.after(event.amount * 150, [this, event, cut] { flap(event, !cut); });
}

// Each link stops at its time in the first half and returns at its time in the second, in another order.
void LinkFaults::swizzle(const FaultEvent& event) {
  Random random(event.draw);
  for (std::size_t peer = 0; peer < plan_.nodes.size(); ++peer) {
    if (peer == event.node) continue;
    const std::vector<Pair> link{{event.node, peer}, {peer, event.node}};
    events_.after(random.between(Millis{0}, event.length / 2), [this, link] {
      if (!healed_) set(link, true);
    });
    events_.after(random.between(event.length / 2 + Millis{1}, event.length), [this, link] {
      if (!healed_) set(link, false);
    });
  }
}

}  // namespace merlin::sim
