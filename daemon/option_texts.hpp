// What merlind's command line takes: its help and its manual page are made from this.
#pragma once

#include <array>
#include <string_view>

namespace merlin::daemon {

struct OptionText {
  const char* name;
  std::string_view value;  // empty: a flag
  const char* help;
};

inline constexpr OptionText config_option{"--config", "FILE", "merlin.conf; also $MERLIN_CONF"};
inline constexpr OptionText foreground_option{"--foreground", "", "stay in the foreground and log to standard error too"};
inline constexpr OptionText init_option{"--init", "", "make key and certificate if there are none, print the fingerprint, exit"};
inline constexpr OptionText check_option{"--check", "", "say whether merlin.conf is right, exit"};
inline constexpr OptionText version_option{"--version", "", "print the version, exit"};

inline constexpr std::array all_options{config_option, foreground_option, init_option, check_option, version_option};

}  // namespace merlin::daemon
