// Common parts of drain and undrain: the order, and following its progress.
#pragma once

#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "mon/cli/command.hpp"
#include "shared/base/result.hpp"

namespace merlin::mon {

inline constexpr Millis kPollInterval{300};

// The progress of a move according to one status document.
struct Progress {
  bool done = false;
  std::string text;              // "120 hosts left"
  std::optional<Error> failure;  // it cannot succeed, so waiting is useless
};
using Judge = std::function<Progress(const nlohmann::ordered_json& status)>;

// Of `mon node drain`: no checks left, and every host has another owner. Of `undrain`: ready, with its share.
// `must_end`: the order names an end, which a merlind of an older version does not know.
Judge drain_judge(std::string name, bool must_end = false);
Judge share_judge(std::string name);

// Sends merlind the request, such as {"command": "drain"}, for the chosen node; returns its name.
Outcome<std::string> give_order(const Call& call, nlohmann::ordered_json request);

// Prints that the order was sent, for a call that does not wait.
int say_ordered(const Call& call, Console& console, const std::string& name, const std::string& order);

// Asks for the status until the judge reports the end or the time is up; shows the progress on a terminal. Returns the judge's last text.
Result<std::string> wait_for_move(const Call& call, Console& console, const std::string& name, const Judge& judge);
// Likewise; prints the outcome.
Outcome<int> follow(const Call& call, Console& console, const std::string& name, const Judge& judge);

}  // namespace merlin::mon
