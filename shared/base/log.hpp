// How code in shared/ logs messages for people. The program supplies the sink: spdlog in the daemon, the core's log in the module, a vector
// in the simulator.
#pragma once

#include <functional>
#include <string_view>

namespace merlin {

enum class LogLevel { debug, info, warning, error };

using LogSink = std::function<void(LogLevel, std::string_view line)>;

}  // namespace merlin
