// Numbers with units for people.
#pragma once

#include <cstdint>
#include <string>

namespace merlin::mon {

std::string age_text(double ms);       // "now" below 2 s, "12s", "5m", "3h", "2d"
std::string latency_text(double ms);   // "0.4ms", "12ms", "1.5s"
std::string offset_text(double ms);    // "+3ms", "-1.5s", "0ms"
std::string share_text(double share);  // 0.333 is "33%", anything above 0 is at least "<1%"

}  // namespace merlin::mon
