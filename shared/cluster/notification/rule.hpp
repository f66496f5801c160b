// Ask, grant, send, record (R4): the asker and the voter of one node. Pure: they receive everything that happens as input and act
// through NotificationEnvironment; they have no clock and no randomness of their own.
#pragma once

#include <cstdint>

#include "shared/cluster/notification/asker.hpp"
#include "shared/cluster/notification/voter.hpp"

namespace merlin::cluster {

class NotificationRule {
 public:
  NotificationRule(NodeId self, std::uint64_t seed, NotificationEnvironment& environment)
      : voter_(self, environment), asker_(self, seed, environment, voter_) {}
  NotificationRule(const NotificationRule&) = delete;  // the asker refers to the voter
  NotificationRule& operator=(const NotificationRule&) = delete;

  NotificationAsker& asker() { return asker_; }
  const NotificationAsker& asker() const { return asker_; }
  NotificationVoter& voter() { return voter_; }

  void on_ask(const NodeId& from, const wire::NotifyAsk& ask, Now now) { voter_.on_ask(from, ask, asker_, now); }
  // At least every 50 ms.
  void tick(Now now) {
    voter_.tick(now.steady);
    asker_.tick(now);
  }

 private:
  NotificationVoter voter_;
  NotificationAsker asker_;
};

}  // namespace merlin::cluster
