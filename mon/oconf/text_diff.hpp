// The difference between two texts, as `diff -u` shows it. Pure.
#pragma once

#include <string>
#include <string_view>

namespace merlin::mon::oconf {

struct NamedText {
  std::string name;  // "peer02:/etc/nagios4/conf.d/hosts.cfg", or "/dev/null" if there is no such file
  std::string_view text;
};

// Empty if both texts are the same. Lines are without control characters except tab. Texts that differ in more than
// `kMostEdits` lines are shown as one removed and one added block.
inline constexpr std::size_t kMostEdits = 2000;
std::string unified_diff(const NamedText& before, const NamedText& after);

}  // namespace merlin::mon::oconf
