#include "module/operator_commands.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>

namespace merlin::neb {
namespace {

constexpr std::string_view kServicesOfHost = "HOST_SVC_CHECKS";

std::string_view cut(std::string_view& rest) {
  const std::size_t end = rest.find(';');
  const std::string_view part = rest.substr(0, end);
  rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
  return part;
}

std::string upper(std::string_view text) {
  std::string all(text);
  std::transform(all.begin(), all.end(), all.begin(), [](unsigned char letter) { return static_cast<char>(std::toupper(letter)); });
  return all;
}

}  // namespace

// What a command begins with, and the object that this names.
struct OperatorCommands::Arguments {
  Arguments(const Objects& objects, CommandTarget target, std::string_view arguments) : rest(arguments) {
    name = cut(rest);
    if (target == CommandTarget::contact) return;
    ObjectKey key{host_key(name), 0};
    if (target == CommandTarget::service) key.service = service_key(name, cut(rest));
    object = objects.find(key);
  }

  std::string_view name;  // of the host or the contact
  Index object = no_object;
  std::string_view rest;
};

wire::Command OperatorCommands::forwarded(Index object, std::string line) const {
  const std::int64_t wall_ms = core_.now().wall.time_since_epoch().count();
  return {objects_.key(object), std::move(line), wall_ms, 0, wall_ms};
}

OperatorCommands::Done OperatorCommands::done(std::string_view name, std::string_view arguments) {
  const ExternalCommand command = find_command(name);
  if (command.kind != CommandClass::owner && command.kind != CommandClass::registered) return {};
  const Arguments named(objects_, command.target, arguments);
  if (command.kind == CommandClass::registered) return take_down(command, named), Done{};
  if (named.object == no_object) return {};
  if (command.target == CommandTarget::services_of_host) return {for_services(named.object, command.name, named), {}};
  if (!ownership_.owns(named.object)) {
    return {{forwarded(named.object, std::string(command.name) + ";" + std::string(arguments))}, {}};
  }
  if (command.name.starts_with("SCHEDULE_")) return {};  // its result brings the row
  return {{}, {named.object}};
}

void OperatorCommands::take_down(const ExternalCommand& command, const Arguments& arguments) {
  if (command.name.starts_with("REMOVE_")) {
    if (arguments.object != no_object) desk_.acknowledgement_removed(arguments.object);
    return;
  }
  std::string_view rest = arguments.rest;
  const std::vector<std::string> variable{"_" + upper(cut(rest))};
  if (command.target == CommandTarget::contact) return desk_.contact_attributes_changed(arguments.name, variable);
  if (arguments.object != no_object) desk_.attributes_changed({Subject::Kind::object, arguments.object}, variable);
}

// Services of one host may be run by different cores.
std::vector<wire::Command> OperatorCommands::for_services(Index host, std::string_view name, const Arguments& arguments) const {
  const std::string one = std::string(name.substr(0, name.size() - kServicesOfHost.size())) + "SVC_CHECK;" + std::string(arguments.name);
  std::vector<wire::Command> commands;
  for (Index service : objects_.services_of(host)) {
    if (ownership_.owns(service)) continue;
    commands.push_back(forwarded(service, one + ";" + std::string(core_.description(service)) + ";" + std::string(arguments.rest)));
  }
  return commands;
}

// A check that was asked for in vain for a whole interval has come by itself meanwhile, unless it was asked for a later time.
bool OperatorCommands::is_void(Index object, const wire::Command& command) const {
  std::string_view line = command.line;
  const ExternalCommand known = find_command(cut(line));
  if (!known.name.starts_with("SCHEDULE_")) return false;
  const Seconds interval = core_.schedule(object).interval;
  if (interval <= 0 || command.sent_ms - command.given_ms <= interval * 1000) return false;
  const Arguments named(objects_, known.target, line);
  Seconds asked_for = 0;
  std::from_chars(named.rest.data(), named.rest.data() + named.rest.size(), asked_for);
  return asked_for + interval < core_.now().wall.time_since_epoch().count() / 1000;
}

// No other command than those that are forwarded, whatever a node says.
bool OperatorCommands::run(const wire::Command& command) {
  const Index object = objects_.find(command.object);
  if (object == no_object || !ownership_.owns(object)) return false;
  const std::size_t name_end = command.line.find(';');
  if (name_end == std::string::npos) return true;
  if (find_command(std::string_view(command.line).substr(0, name_end)).kind != CommandClass::owner) return true;
  if (is_void(object, command)) {
    core_.log(LogLevel::info, "not carried out, since it was given longer than a check interval ago: " + command.line);
    return true;
  }
  core_.people().run_command(command.line);
  return true;
}

}  // namespace merlin::neb
