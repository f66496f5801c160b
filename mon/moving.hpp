// What drain and undrain have in common: the order, and following its progress.
#pragma once

#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "base/result.hpp"
#include "mon/command.hpp"

namespace merlin::mon {

inline constexpr Millis poll_interval{300};

// What one status document says of a move.
struct Progress {
  bool done = false;
  std::string text;              // "120 hosts left"
  std::optional<Error> failure;  // it cannot end well: no use in waiting
};
using Judge = std::function<Progress(const nlohmann::ordered_json& status)>;

// The name of the node that is meant, once merlind has taken the order `verb` for it. Error printed: the
// exit status.
struct Ordered {
  std::string name;
  int status = all_well;  // anything else: there was no order
};
Ordered give_order(const Call& call, Console& console, const std::string& verb);

// Prints that the order was given, for who does not wait.
int say_ordered(const Call& call, Console& console, const std::string& name, const std::string& order);

// Asks for the status until the judge is content or the time is up. Prints the outcome.
int follow(const Call& call, Console& console, const std::string& name, const Judge& judge);

}  // namespace merlin::mon
