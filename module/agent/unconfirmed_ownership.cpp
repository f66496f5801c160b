#include "module/agent/unconfirmed_ownership.hpp"

#include <algorithm>
#include <string_view>

#include "shared/cluster/interface/mutants.hpp"

namespace merlin::neb {

namespace {

// The length of output that is compared to recognise the same result.
constexpr std::size_t kCompared = 512;

}  // namespace

using Mode = cluster::CoreSide::Mode;

// A core without a daemon has no answer to wait for.
bool UnconfirmedOwnership::in_doubt(SteadyTime now) const {
  if (cluster::kMutant == cluster::Mutant::acts_in_doubt) return false;
  const Mode mode = ownership_.side().mode();
  return (mode == Mode::following || mode == Mode::grace) && stall_.doubtful(now);
}

bool UnconfirmedOwnership::unsure(SteadyTime now) const { return ownership_.side().mode() == Mode::grace || in_doubt(now); }

std::optional<Millis> UnconfirmedOwnership::turn(SteadyTime now, std::uint64_t next_beat) {
  const auto stood = stall_.turn(now, next_beat);
  if (stood && !in_doubt(now)) stall_.give_up();
  return stood;
}

// Before the first epoch of this link the daemon does not know yet what it would confirm.
bool UnconfirmedOwnership::answered(std::uint64_t beat) { return ownership_.side().mode() == Mode::following && stall_.answered(beat); }

std::optional<std::uint64_t> UnconfirmedOwnership::forward(Index object, RawResult result, bool logged) {
  std::string output = result.output.substr(0, kCompared);
  std::deque<Forwarded>& results = forwarded_[object];
  results.push_back({outbox_.push(std::move(result)), std::move(output), logged});
  if (results.size() > kMostForwarded) results.pop_front();
  const auto kept = kept_.find(object);
  if (kept == kept_.end()) return std::nullopt;
  return kept->second - 1;
}

// While the ownership is unconfirmed, the daemon also gets the result. The row lists it as contained, so the daemon sends it to another
// owner only if the row has lost. A result that waits for a lost owner must not be processed after a newer one that this core applies
// as the next owner or in isolation: the newer one replaces it.
std::optional<std::uint64_t> UnconfirmedOwnership::applied_passive(Index object, std::optional<RawResult> result, SteadyTime now) {
  if (cluster::kMutant == cluster::Mutant::keeps_nothing) return std::nullopt;
  if (result && unsure(now)) {
    const std::uint64_t number = outbox_.push(*std::move(result));
    kept_.try_emplace(object, number);
    return number;
  }
  if (ownership_.side().mode() == Mode::isolated && outbox_.waiting_results() > 0) {
    outbox_.supersede(objects_.key(object));
    return superseded_[object] = outbox_.last_pushed();
  }
  const auto waits = forwarded_.find(object);
  if (waits == forwarded_.end()) return std::nullopt;
  const std::uint64_t upto = superseded_[object] = waits->second.back().number;
  forwarded_.erase(waits);
  return upto;
}

// One alert line per event: this core logged its own results as they arrived. Others' results in the owner's state are news.
bool UnconfirmedOwnership::is_of_own_result(Index object, const wire::CheckRegister& state) {
  kept_.erase(object);
  const auto found = forwarded_.find(object);
  if (found == forwarded_.end()) return false;
  std::uint64_t contained = 0;
  for (const wire::TakenMark& mark : state.taken) {
    if (mark.taker == ownership_.side().node_id() && mark.taker_instance == boot_id_) contained = std::max(contained, mark.number);
  }
  std::deque<Forwarded>& results = found->second;
  bool same = false;
  for (; !results.empty() && results.front().number <= contained; results.pop_front()) {
    same = results.front().logged && results.front().output.starts_with(std::string_view(state.output).substr(0, kCompared));
  }
  if (results.empty()) forwarded_.erase(found);
  return same;
}

// A daemon that hung may have read the result before it was replaced.
bool UnconfirmedOwnership::is_superseded(Index object, const wire::ForwardedResult& forwarded) const {
  if (forwarded.taker != ownership_.side().node_id() || forwarded.taker_instance != boot_id_) return false;
  const auto found = superseded_.find(object);
  return found != superseded_.end() && forwarded.number <= found->second;
}

}  // namespace merlin::neb
