#include "daemon/control/event_document.hpp"

#include <fmt/format.h>

#include <array>

namespace merlin::daemon {
namespace {

// In the order of their numbers.
constexpr std::array<std::string_view, 7> kKinds = {"alert",           "notification", "comment",  "downtime",
                                                    "acknowledgement", "flapping",     "attribute"};
constexpr std::array<std::string_view, 6> kActions = {"happened", "added", "removed", "started", "stopped", "ended"};
constexpr std::array<std::string_view, 10> kNotifications = {
    "problem",           "recovery",       "acknowledgement", "flapping start",     "flapping stop",
    "flapping disabled", "downtime start", "downtime end",    "downtime cancelled", "custom"};
constexpr std::array<std::string_view, 4> kServiceStates = {"OK", "WARNING", "CRITICAL", "UNKNOWN"};
constexpr std::array<std::string_view, 3> kHostStates = {"UP", "DOWN", "UNREACHABLE"};

template <std::size_t Size>
std::string_view word(const std::array<std::string_view, Size>& words, std::size_t place) {
  return place < Size ? words[place] : "?";
}

std::string_view state_word(const wire::Event& event) {
  const auto state = static_cast<std::size_t>(event.state);
  return event.service.empty() ? word(kHostStates, state) : word(kServiceStates, state);
}

Json text_or_null(const std::string& text) { return text.empty() ? Json(nullptr) : Json(text); }

bool has_state(wire::EventKind kind) {
  return kind == wire::EventKind::alert || kind == wire::EventKind::notification || kind == wire::EventKind::flapping;
}

Json event_document(const FoundEvent& found, const std::string& node) {
  const wire::Event& event = found.event;
  Json out;
  out["time_ms"] = event.time_ms;
  out["node"] = node;
  out["node_id"] = found.stream.node.hex();
  out["epoch"] = fmt::format("{:016x}", found.stream.epoch);
  out["number"] = found.number;
  out["type"] = word(kKinds, static_cast<std::size_t>(event.kind));
  out["action"] = word(kActions, static_cast<std::size_t>(event.action));
  out["host"] = text_or_null(event.host);
  out["service"] = text_or_null(event.service);
  out["state"] = has_state(event.kind) ? Json(state_word(event)) : Json(nullptr);
  out["state_type"] = event.kind == wire::EventKind::alert ? Json(event.hard ? "hard" : "soft") : Json(nullptr);
  out["attempt"] = event.kind == wire::EventKind::alert ? Json(event.attempt) : Json(nullptr);
  const bool tells = event.kind == wire::EventKind::notification;
  out["notification"] = tells ? Json(word(kNotifications, static_cast<std::size_t>(event.notification))) : Json(nullptr);
  out["notification_number"] = tells ? Json(event.attempt) : Json(nullptr);
  out["contacts"] = tells ? Json(event.contacts) : Json(nullptr);
  out["author"] = text_or_null(event.author);
  out["text"] = event.text;
  out["cause"] = text_or_null(event.cause);
  return out;
}

}  // namespace

std::optional<wire::EventKind> event_kind(std::string_view text) {
  for (std::size_t place = 0; place < kKinds.size(); ++place) {
    if (kKinds[place] == text) return static_cast<wire::EventKind>(place);
  }
  return std::nullopt;
}

std::string event_kinds() { return fmt::format("{}", fmt::join(kKinds, ", ")); }

Json events_document(const FoundEvents& found, const std::function<std::string(const NodeId&)>& node_name) {
  Json out;
  out["arrival"] = found.arrival;
  out["store"] = fmt::format("{:016x}", found.store);
  out["more"] = found.more;
  out["events"] = Json::array();
  for (const FoundEvent& event : found.events) out["events"].push_back(event_document(event, node_name(event.stream.node)));
  return out;
}

}  // namespace merlin::daemon
