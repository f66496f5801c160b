// Where code in shared/ says what a person may want to read. The program gives the sink: spdlog in
// the daemon, the core's log in the module, a vector in the simulator.
#pragma once

#include <functional>
#include <string_view>

namespace merlin {

enum class LogLevel { debug, info, warning, error };

using LogSink = std::function<void(LogLevel, std::string_view line)>;

}  // namespace merlin
