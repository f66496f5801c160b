// The core's events that the module needs, as bits of event_broker_options in the core's main file.
#pragma once

#include <array>
#include <string>

namespace merlin {

struct BrokerOption {
  unsigned long bit;
  const char* what;
};
inline constexpr std::array kNeededBrokerOptions{
    BrokerOption{1, "program state (1)"},
    BrokerOption{4, "service checks (4)"},
    BrokerOption{8, "host checks (8)"},
    BrokerOption{16, "event handlers (16)"},
    BrokerOption{64, "notifications (64)"},
    BrokerOption{256, "comments (256)"},
    BrokerOption{512, "downtimes (512)"},
    BrokerOption{8192, "adaptive changes (8192)"},
    BrokerOption{16384, "external commands (16384)"},
    BrokerOption{32768, "retention (32768)"},
    BrokerOption{65536, "acknowledgements (65536)"},
    BrokerOption{131072, "state changes (131072)"},
};

// For example "comments (256), downtimes (512)". Empty: nothing is missing.
inline std::string missing_broker_options(unsigned long options) {
  std::string missing;
  for (const BrokerOption& option : kNeededBrokerOptions) {
    if ((options & option.bit) == 0) missing += (missing.empty() ? "" : ", ") + std::string(option.what);
  }
  return missing;
}

}  // namespace merlin
