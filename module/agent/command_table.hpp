// Every external command of Nagios 4.4, classified by its meaning for a cluster.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace merlin::neb {

enum class CommandClass : std::uint8_t {
  effect,      // the core reports its effects object by object, and these become registers
  registered,  // becomes a register too, but the core does not report it: made from the command itself
  owner,       // executed by the owner's core: forwarded to it
  result,      // a passive result: processed by the owner, forwarded as a result
  each,        // a list of commands, each of which is processed separately
  local,       // affects only this process, or every core refuses it; also any command that is not in the table
};

// The object that its first arguments name.
enum class CommandTarget : std::uint8_t { none, host, service, services_of_host, contact };

// Which of its arguments are times.
enum class CommandTimes : std::uint8_t {
  none,
  moment,    // one time
  downtime,  // start; end; fixed; trigger; duration
  interval,  // a number of the core's time units
};

struct ExternalCommand {
  std::string_view name;
  CommandClass kind = CommandClass::local;
  CommandTarget target = CommandTarget::none;
  CommandTimes times = CommandTimes::none;
  std::uint8_t before_times = 0;  // number of arguments before the first time
};

std::span<const ExternalCommand> external_commands();
// Upper or lower case, as in the core.
ExternalCommand find_command(std::string_view name);

}  // namespace merlin::neb
