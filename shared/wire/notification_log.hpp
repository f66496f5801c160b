// The lines that a core logs for one notification, one for each contact and command. They are written to the logs of other nodes' cores,
// so a line of any other kind is not accepted.
#pragma once

#include <string>
#include <vector>

namespace merlin::wire {

inline constexpr const char* kHostNotificationLine = "HOST NOTIFICATION: ";
inline constexpr const char* kServiceNotificationLine = "SERVICE NOTIFICATION: ";

// Adds the line without its line break, and with spaces for control characters. The first may be cut to fit. False: it is not a
// notification's, or there is no room for it.
bool add_to_log(std::vector<std::string>& log, std::string line);

// Keeps the lines that add_to_log() adds. False: it has dropped or cut lines.
bool fit_log(std::vector<std::string>& log);

}  // namespace merlin::wire
