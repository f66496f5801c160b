// Every external command that Nagios 4.4 knows, by what it means for a cluster.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace merlin::neb {

enum class CommandClass : std::uint8_t {
  effect,      // the core tells of what it does, object by object, and that is what becomes registers
  registered,  // becomes a register too, but the core does not tell: taken from the command itself
  owner,       // carried out by the core that runs the object: forwarded to it
  result,      // a passive result: processed by the owner, forwarded as a result
  each,        // a list of commands, each of which is seen by itself
  local,       // of this process alone, or refused by every core; also what is not in the table
};

// What its arguments begin with.
enum class CommandTarget : std::uint8_t { none, host, service, services_of_host, contact };

struct ExternalCommand {
  std::string_view name;
  CommandClass kind = CommandClass::local;
  CommandTarget target = CommandTarget::none;
};

std::span<const ExternalCommand> external_commands();
// Upper or lower case, as the core takes it.
ExternalCommand find_command(std::string_view name);

}  // namespace merlin::neb
