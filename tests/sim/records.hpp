// What really happened in a run, by its true time: the judge's evidence.
#pragma once

#include "sim/check_log.hpp"
#include "sim/core_lives.hpp"
#include "sim/notification_log.hpp"
#include "sim/operator_log.hpp"
#include "sim/passive_log.hpp"

namespace merlin::sim {

struct Records {
  explicit Records(std::size_t objects) : checks(objects) {}

  CheckLog checks;
  NotificationLog notifications;
  PassiveLog passives;
  OperatorLog acts;
  CoreEnds ends;
};

}  // namespace merlin::sim
