#include "control_requests.hpp"

namespace merlin::daemon {
namespace {

Json error_of(std::string what, std::string fix) { return error_document({{std::move(what), "", std::move(fix)}}); }

// The text behind a key; empty where it is missing or no text.
std::string text_at(const Json& request, const char* key) {
  const auto found = request.find(key);
  return found != request.end() && found->is_string() ? found->get<std::string>() : std::string();
}

Json ordered(const Json& request, wire::OrderKind kind, ControlDuties& duties) {
  const Result<> done = duties.order(text_at(request, "node"), kind);
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
  return host.empty() ? error_of("\"host\" is missing", "name the host") : duties.owner(host);
}

Json answer(const Json& request, bool may_change, ControlDuties& duties) {
  if (!request.is_object()) return error_of("this is no JSON object", R"(send {"command":"status"} on one line)");
  const std::string command = text_at(request, "command");
  if (command == "status") return duties.status();
  if (command == "certs") return duties.certs();
  if (command == "version") return duties.version();
  if (command == "owner") return answer_owner(request, duties);
  const bool is_order = command == "reload" || command == "drain" || command == "undrain";
  if (!is_order) return error_of("unknown command", "one of status, owner, drain, undrain, reload, certs, version");
  if (!may_change) return error_of("only root and merlind's own user may change something", "run it as root");
  if (command == "reload") return reloaded(duties);
  return ordered(request, command == "drain" ? wire::OrderKind::drain : wire::OrderKind::undrain, duties);
}

}  // namespace

std::string answer_request(const std::string& request, bool may_change, ControlDuties& duties) {
  return one_line(answer(Json::parse(request, nullptr, false), may_change, duties));
}

}  // namespace merlin::daemon
