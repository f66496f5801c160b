// What really happened in a run, by true time: the judges' evidence.
#pragma once

#include "tests/sim/alert_log.hpp"
#include "tests/sim/check_log.hpp"
#include "tests/sim/core_lives.hpp"
#include "tests/sim/notification_log.hpp"
#include "tests/sim/operator_log.hpp"
#include "tests/sim/passive_log.hpp"

namespace merlin::sim {

struct Records {
  explicit Records(std::size_t objects) : checks(objects) {}

  CheckLog checks;
  NotificationLog notifications;
  PassiveLog passives;
  AlertLog alerts;
  OperatorLog acts;
  CoreEnds ends;
};

}  // namespace merlin::sim
