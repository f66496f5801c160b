#include "daemon/control/control_requests.hpp"

#include <algorithm>
#include <utility>

#include "daemon/control/event_document.hpp"
#include "shared/wire/limits.hpp"

namespace merlin::daemon {
namespace {

Json error_of(std::string what, std::string fix) { return error_document({{std::move(what), "", std::move(fix)}}); }

// The text of a key; empty if it is missing or not a text.
std::string text_at(const Json& request, const char* key) {
  const auto found = request.find(key);
  return found != request.end() && found->is_string() ? found->get<std::string>() : std::string();
}

// Absent members are empty.
Result<wire::Order> drain_order(const Json& request) {
  wire::Order order;
  if (const auto reason = request.find("reason"); reason != request.end()) {
    if (!reason->is_string()) return Error{"\"reason\" is not a text", "", ""};
    order.reason = reason->get<std::string>();
  }
  if (const auto until = request.find("until"); until != request.end()) {
    constexpr std::int64_t kMost = wire::kEndOfTime_s;
    if (!until->is_number_integer() || until->get<std::int64_t>() <= 0 || until->get<std::int64_t>() >= kMost)
      return Error{"\"until\" is not a time", "", "seconds since 1970"};
    order.until_ms = until->get<std::int64_t>() * 1000;
  }
  return order;
}

Json ordered(const Json& request, const Result<wire::Order>& order, ControlDuties& duties) {
  if (!order) return error_document({order.error()});
  const Result<> done = duties.order(text_at(request, "node"), *order);
  return done ? Json{{"ok", true}} : error_document({done.error()});
}

Json forgotten(const Json& request, ControlDuties& duties) {
  const std::string host = text_at(request, "host");
  if (host.empty()) return error_of("\"host\" is missing", "add the name of the host");
  const Result<> done = duties.forget(host, text_at(request, "service"));
  return done ? Json{{"ok", true}} : error_document({done.error()});
}

Json reloaded(ControlDuties& duties) {
  const ReloadOutcome outcome = duties.reload();
  if (!outcome.errors.empty()) return error_document(outcome.errors);
  Json answer{{"ok", true}, {"changes", outcome.changes}, {"warnings", Json::array()}};
  for (const Error& warning : outcome.warnings) answer["warnings"].push_back(warning.text());
  return answer;
}

Json answer_owner(const Json& request, ControlDuties& duties) {
  const std::string host = text_at(request, "host");
  return host.empty() ? error_of("\"host\" is missing", "add the name of the host") : duties.owner(host);
}

Json answer(const Json& request, bool may_change, ControlDuties& duties) {
  if (!request.is_object()) return error_of("the request is not a JSON object", R"(send {"command":"status"} on one line)");
  const std::string command = text_at(request, "command");
  if (command == "status") return duties.status();
  if (command == "certs") return duties.certs();
  if (command == "version") return duties.version();
  if (command == "owner") return answer_owner(request, duties);
  const bool is_order = command == "reload" || command == "drain" || command == "undrain" || command == "forget";
  if (!is_order) return error_of("unknown command", "one of status, owner, events, drain, undrain, forget, reload, certs, version");
  if (!may_change) return error_of("only root and merlind's own user may use this command", "run it as root");
  if (command == "reload") return reloaded(duties);
  if (command == "forget") return forgotten(request, duties);
  if (command == "drain") return ordered(request, drain_order(request), duties);
  return ordered(request, wire::Order{.kind = wire::OrderKind::undrain}, duties);
}

std::int64_t number_at(const Json& request, const char* key, std::int64_t otherwise) {
  const auto found = request.find(key);
  return found != request.end() && found->is_number_integer() ? found->get<std::int64_t>() : otherwise;
}

Result<EventQuery> query_of(const Json& request) {
  EventQuery query;
  if (request.contains("host")) query.host = text_at(request, "host");
  if (request.contains("service")) query.service = text_at(request, "service");
  if (request.contains("type")) {
    query.kind = event_kind(text_at(request, "type"));
    if (!query.kind) return Error{"unknown type", "", "one of " + event_kinds()};
  }
  query.since_ms = number_at(request, "since_ms", INT64_MIN);
  if (request.contains("after"))
    query.after_arrival = static_cast<std::uint64_t>(std::max<std::int64_t>(0, number_at(request, "after", 0)));
  const std::int64_t limit = number_at(request, "limit", static_cast<std::int64_t>(kMostEvents));
  query.limit = static_cast<std::size_t>(std::clamp<std::int64_t>(limit, 1, static_cast<std::int64_t>(kMostEvents)));
  return query;
}

void answer_events(const Json& request, ControlDuties& duties, std::function<void(std::string)> reply) {
  Result<EventQuery> query = query_of(request);
  if (!query) return reply(one_line(error_document({query.error()})));
  duties.find_events(std::move(*query), [&duties, reply = std::move(reply)](const FoundEvents& found) {
    if (found.error) return reply(one_line(error_document({*found.error})));
    reply(one_line(events_document(found, [&](const NodeId& id) { return duties.node_name(id); })));
  });
}

}  // namespace

void answer_request(const std::string& request, bool may_change, ControlDuties& duties, std::function<void(std::string)> reply) {
  const Json document = Json::parse(request, nullptr, false);
  if (document.is_object() && text_at(document, "command") == "events") return answer_events(document, duties, std::move(reply));
  reply(one_line(answer(document, may_change, duties)));
}

}  // namespace merlin::daemon
