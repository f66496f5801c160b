#include "shared/cluster/node/peer.hpp"

namespace merlin::cluster {
namespace {

// True if it was not requested within that time. Then notes that it is requested now.
bool asks_again(std::optional<SteadyTime>& asked, Millis patience, SteadyTime now) {
  if (asked && now - *asked < patience) return false;
  asked = now;
  return true;
}

}  // namespace

void Peer::configure(const Settings::Peer& block) {
  is_configured_ = true;
  name_ = block.name;
  relation_ = block.relation;
  notifies_ = block.notifies;
  said_weight_ = block.weight;
}

bool Peer::drop_block() {
  relation_ = Relation::peer;
  notifies_ = true;
  said_weight_.reset();
  return std::exchange(is_configured_, false);
}

bool Peer::rename(const std::string& name) { return !is_configured_ && std::exchange(name_, name) != name; }

void Peer::link_up() {
  is_linked_ = true;
  is_unreachable_ = false;
}

void Peer::set_exchanging(bool exchanging, SteadyTime now) {
  if (!exchanging) {
    exchanging_since_.reset();
  } else if (!exchanging_since_) {
    exchanging_since_ = now;
  }
}

void Peer::lose() {
  is_active_ = false;
  was_lost_ = true;
}

bool Peer::ranks_differently(wire::NodePhase phase, bool excused) {
  const bool other_phase = std::exchange(ranked_phase_, phase) != phase;
  const bool other_excuse = std::exchange(ranked_excused_, excused) != excused;
  return other_phase || other_excuse;
}

void Peer::set_hold(Millis hold, SteadyTime now) {
  hold_ = hold;
  hold_since_ = now;
}

void Peer::hears_us(std::uint64_t change, Millis interval, SteadyTime now) {
  if (now - heard_last_.at < interval) return;
  heard_before_ = std::exchange(heard_last_, {now, change});
}

bool Peer::must_ask_info(const wire::Heartbeat& heartbeat, Millis patience, SteadyTime now) {
  if (info_ && info_->instance == heartbeat.instance && info_->number == heartbeat.info_number) return false;
  return asks_again(asked_info_, patience, now);
}

bool Peer::apply(const wire::Claims& claims) {
  claims_differ_since_.reset();
  return claims_.apply(claims);
}

void Peer::withdraw_claims(const NodeId& self) {
  wire::Claims none;
  none.node_id = self;
  none.whole = true;
  none.instance = claims_.instance();
  none.number = claims_.number() + 1;
  claims_.apply(none);
}

// Claims arrive after heartbeats, so only a difference that lasts counts.
bool Peer::must_ask_claims(const wire::Heartbeat& heartbeat, Millis patience, SteadyTime now) {
  if (claims_.agrees_with(heartbeat)) {
    claims_differ_since_.reset();
    return false;
  }
  if (!claims_differ_since_) {
    claims_differ_since_ = now;
    return false;
  }
  return asks_again(claims_differ_since_, patience, now);
}

void Peer::set_wants(std::vector<Unit> units, SteadyTime until) {
  wants_ = std::move(units);
  wants_until_ = until;
}

const std::vector<Unit>& Peer::wants(SteadyTime now) {
  if (now >= wants_until_) wants_.clear();
  return wants_;
}

bool Peer::add(wire::Inventory part) {
  InventoryPtr whole = assembler_.add(std::move(part));
  if (!whole) return false;
  inventory_ = std::move(whole);
  return true;
}

bool Peer::may_ask_inventory(Millis patience, SteadyTime now) { return asks_again(asked_inventory_, patience, now); }

void Peer::forget_questions() {
  asked_inventory_.reset();
  asked_info_.reset();
}

}  // namespace merlin::cluster
