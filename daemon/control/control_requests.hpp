// The requests of the control socket (docs/control.md): text in, text out.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "daemon/control/status_document.hpp"
#include "daemon/store/store_query.hpp"
#include "shared/base/result.hpp"
#include "shared/wire/messages.hpp"

namespace merlin::daemon {

struct ReloadOutcome {
  std::vector<std::string> changes;
  std::vector<Error> warnings;
  std::vector<Error> errors;  // if not empty, nothing has changed
};

// Executes the requests.
class ControlDuties {
 public:
  virtual ~ControlDuties() = default;
  virtual Json status() = 0;
  virtual Json certs() = 0;
  virtual Json version() = 0;
  virtual Json owner(const std::string& host) = 0;
  // An empty name: this node. Error: there is no such node, it cannot be reached, or the order is not valid.
  virtual Result<> order(const std::string& node, const wire::Order& order) = 0;
  // An empty service: the host itself. Error: no core that this node hears has it configured.
  virtual Result<> forget(const std::string& host, const std::string& service) = 0;
  virtual ReloadOutcome reload() = 0;
  // `found` is called later from the loop.
  virtual void find_events(EventQuery query, std::function<void(const FoundEvents&)> found) = 0;
  virtual std::string node_name(const NodeId& id) = 0;
};

inline constexpr std::size_t kMostEvents = 10'000;  // per answer

// Answers one request of any kind, at once or later. `may_change`: the caller may also give orders.
void answer_request(const std::string& request, bool may_change, ControlDuties& duties, std::function<void(std::string)> reply);

}  // namespace merlin::daemon
