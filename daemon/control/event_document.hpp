// Events as JSON, keys as docs/control.md has them. Pure.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "daemon/control/status_document.hpp"
#include "daemon/store/store_query.hpp"

namespace merlin::daemon {

// "alert", "notification", and so on; empty for an unknown word.
std::optional<wire::EventKind> event_kind(std::string_view word);
std::string event_kinds();  // all kinds, separated by commas

Json events_document(const FoundEvents& found, const std::function<std::string(const NodeId&)>& node_name);

}  // namespace merlin::daemon
