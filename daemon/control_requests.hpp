// What the control socket may be asked (docs/control.md): text in, text out.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "status_document.hpp"
#include "store_query.hpp"
#include "wire/messages.hpp"

namespace merlin::daemon {

struct ReloadOutcome {
  std::vector<std::string> changes;
  std::vector<Error> warnings;
  std::vector<Error> errors;  // not empty: nothing has changed
};

// Who carries the requests out.
class ControlDuties {
 public:
  virtual ~ControlDuties() = default;
  virtual Json status() = 0;
  virtual Json certs() = 0;
  virtual Json version() = 0;
  virtual Json owner(const std::string& host) = 0;
  // An empty name: this node. Error: no such node, or it cannot be told.
  virtual Result<> order(const std::string& node, wire::OrderKind kind) = 0;
  virtual ReloadOutcome reload() = 0;
  // `found` is called later, from the loop.
  virtual void find_events(EventQuery query, std::function<void(const FoundEvents&)> found) = 0;
  virtual std::string node_name(const NodeId& id) = 0;
};

inline constexpr std::size_t kMostEvents = 10'000;  // in one answer

// One request, whatever it is, to one answer, which may come later. `may_change`: the caller may give orders too.
void answer_request(const std::string& request, bool may_change, ControlDuties& duties, std::function<void(std::string)> reply);

}  // namespace merlin::daemon
