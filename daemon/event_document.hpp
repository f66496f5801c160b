// Events as JSON, keys as docs/control.md has them. Pure.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "status_document.hpp"
#include "store_query.hpp"

namespace merlin::daemon {

// "alert", "notification", …; none where it is no such word.
std::optional<wire::EventKind> event_kind(std::string_view word);
std::string event_kinds();  // all of them, with commas

Json events_document(const FoundEvents& found, const std::function<std::string(const NodeId&)>& node_name);

}  // namespace merlin::daemon
