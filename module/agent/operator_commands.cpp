#include "module/agent/operator_commands.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cstdlib>

#include "module/agent/command_times.hpp"
#include "shared/wire/limits.hpp"
#include "shared/wire/text.hpp"

namespace merlin::neb {
namespace {

constexpr std::size_t kLoggedBytes = 300;
constexpr std::int64_t kClockSlack_s = 5;
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

// The first arguments of a command, and the object that they name.
struct OperatorCommands::Arguments {
  Arguments(const Objects& objects, CommandTarget target, std::string_view arguments) : rest(arguments) {
    name = cut(rest);
    if (target == CommandTarget::contact) return;
    ObjectKey key{host_key(name), 0};
    if (target == CommandTarget::service) key.service = service_key(name, cut(rest));
    object = objects.find(key);
  }

  std::string_view name;  // of the host or the contact
  Index object = kNoObject;
  std::string_view rest;
};

wire::Command OperatorCommands::forwarded(Index object, std::string line) const {
  const std::int64_t wall_ms = core_.now().wall.time_since_epoch().count();
  // A command of such a length ends with a free text, which may be cut.
  wire::cut(line, wire::kMaxCommandBytes);
  wire::clean_line(line);
  return {objects_.key(object), std::move(line), wall_ms, 0, wall_ms};
}

OperatorCommands::Done OperatorCommands::done(std::string_view name, std::string_view arguments) {
  const ExternalCommand command = find_command(name);
  if (command.kind != CommandClass::owner && command.kind != CommandClass::registered) return {};
  const Arguments named(objects_, command.target, arguments);
  if (command.kind == CommandClass::registered) return take_down(command, named), Done{};
  if (named.object == kNoObject) return {};
  if (command.target == CommandTarget::services_of_host) return {for_services(named.object, command.name, named), {}};
  if (!ownership_.owns(named.object)) {
    return {{forwarded(named.object, std::string(command.name) + ";" + std::string(arguments))}, {}};
  }
  if (command.name.starts_with("SCHEDULE_")) return {};  // the check's result will write the row
  return {{}, {named.object}};
}

void OperatorCommands::take_down(const ExternalCommand& command, const Arguments& arguments) {
  if (command.name.starts_with("REMOVE_")) {
    if (arguments.object != kNoObject) operators_.acknowledgement_removed(arguments.object);
    return;
  }
  std::string_view rest = arguments.rest;
  const std::vector<std::string> variable{"_" + upper(cut(rest))};
  if (command.target == CommandTarget::contact) return operators_.contact_attributes_changed(arguments.name, variable);
  if (arguments.object != kNoObject) operators_.attributes_changed({Subject::Kind::object, arguments.object}, variable);
}

// The services of one host may have different owners.
std::vector<wire::Command> OperatorCommands::for_services(Index host, std::string_view name, const Arguments& arguments) const {
  const std::string one = std::string(name.substr(0, name.size() - kServicesOfHost.size())) + "SVC_CHECK;" + std::string(arguments.name);
  std::vector<wire::Command> commands;
  for (Index service : objects_.services_of(host)) {
    if (ownership_.owns(service) || !objects_.is_shared(service)) continue;
    commands.push_back(forwarded(service, one + ";" + std::string(core_.description(service)) + ";" + std::string(arguments.rest)));
  }
  return commands;
}

// A scheduled check that could not be executed for a whole interval has run regularly meanwhile, unless it was requested for later.
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

// The requested time of a check is by the clock of the node that received the command. If that clock is ahead, the owner's core
// would not check the object until then.
std::string OperatorCommands::by_our_clock(const wire::Command& command) const {
  const std::string& line = command.line;
  const std::size_t name_end = line.find(';');
  const ExternalCommand known = find_command(std::string_view(line).substr(0, name_end));
  const std::int64_t behind_s = core_.now().wall.time_since_epoch().count() / 1000 - command.sent_ms / 1000;
  if (command.sent_ms <= 0 || known.times != CommandTimes::moment || name_end == std::string::npos || std::abs(behind_s) <= kClockSlack_s)
    return line;
  std::size_t begin = name_end + 1;
  for (int before = known.before_times; before > 0 && begin != std::string::npos; --before) {
    begin = line.find(';', begin);
    if (begin != std::string::npos) ++begin;
  }
  if (begin == std::string::npos) return line;
  const std::size_t end = std::min(line.find(';', begin), line.size());
  std::int64_t asked_for = 0;
  const auto read = std::from_chars(line.data() + begin, line.data() + end, asked_for);
  // The core refuses an invalid time by itself.
  if (read.ec != std::errc{} || asked_for < 0 || asked_for >= wire::kEndOfTime_s) return line;
  const std::int64_t ours = std::clamp<std::int64_t>(asked_for + behind_s, 0, wire::kEndOfTime_s - 1);
  return line.substr(0, begin) + std::to_string(ours) + line.substr(end);
}

// Executes only commands of the class that is forwarded, whatever a node sends.
bool OperatorCommands::run(const wire::Command& forwarded) {
  wire::Command command = forwarded;
  command.line = by_our_clock(forwarded);
  const Index object = objects_.find(command.object);
  if (object == kNoObject || !ownership_.owns(object)) return false;
  const std::size_t name_end = command.line.find(';');
  if (name_end == std::string::npos) return true;
  if (find_command(std::string_view(command.line).substr(0, name_end)).kind != CommandClass::owner) return true;
  const std::string_view line = command.line;
  const Seconds now = core_.now().wall.time_since_epoch().count() / 1000;
  if (const auto wrong = wrong_time(line.substr(0, name_end), line.substr(name_end + 1), now)) {
    core_.log(LogLevel::warning, "not executed: " + *wrong + ": " + command.line.substr(0, kLoggedBytes));
    return true;
  }
  if (is_void(object, command)) {
    core_.log(LogLevel::info, "not executed, because it is older than a check interval: " + command.line);
    return true;
  }
  core_.operators().run_command(command.line);
  return true;
}

}  // namespace merlin::neb
