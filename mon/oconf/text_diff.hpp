// The difference between two texts, as `diff -u` shows it.
#pragma once

#include <string>
#include <string_view>

#include "mon/ssh/interrupt.hpp"
#include "shared/base/result.hpp"

namespace merlin::mon::oconf {

// The name of a file that is missing on one side.
inline constexpr std::string_view kNoFile = "/dev/null";

struct NamedText {
  std::string name;  // "peer02:/etc/nagios4/conf.d/hosts.cfg", or kNoFile
  std::string_view text;
};

// Empty if both texts are the same. Lines are without control characters except tab. Error: diff cannot be run.
Result<std::string> unified_diff(const NamedText& before, const NamedText& after, const ssh::Interrupt& interrupt);

}  // namespace merlin::mon::oconf
