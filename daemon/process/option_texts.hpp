// The options of merlind. Its help and its manual page are made from this table.
#pragma once

#include <array>
#include <string_view>

namespace merlin::daemon {

struct OptionText {
  const char* name;
  std::string_view value;  // empty: a flag
  const char* help;
};

inline constexpr OptionText kConfigOption{"--config", "FILE", "the merlin.conf to use; also $MERLIN_CONF"};
inline constexpr OptionText kForegroundOption{"--foreground", "", "stay in the foreground, and log to standard error as well"};
inline constexpr OptionText kInitOption{"--init", "", "create key and certificate if they are missing, print the fingerprint, and exit"};
inline constexpr OptionText kCheckOption{"--check", "", "check merlin.conf, print every mistake, and exit"};
inline constexpr OptionText kVersionOption{"--version", "", "print the version and exit"};

inline constexpr std::array kAllOptions{kConfigOption, kForegroundOption, kInitOption, kCheckOption, kVersionOption};

}  // namespace merlin::daemon
