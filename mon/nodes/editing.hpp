// Common parts of the commands that edit merlin.conf: rejections, and reloading merlind.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "mon/cli/command.hpp"
#include "shared/base/result.hpp"
#include "shared/config/edit_file.hpp"

namespace merlin::mon {

// merlin.conf before an edit.
struct Before {
  bool exists = false;
  std::optional<config::Config> config;  // only if it has no errors
  std::vector<Error> warnings;

  std::vector<std::string> names() const;  // of its nodes
};
Before look_before_edit(const Call& call);

// Checks that a node's block can contain every setting of the call, and that no key is given twice.
Result<> check_settings(const Call& call);

// Why an edit was refused: wrong usage if the arguments are at fault; otherwise a disk error, or a file that was invalid before.
Failure refusal(const Call& call, const Before& before, const config::EditResult& edit);

// Warnings of merlin.conf that this edit caused: settings without effect (yet).
std::vector<Error> new_warnings(const Before& before, const config::EditResult& edit);

// Makes merlind read merlin.conf again. A merlind that does not run is no failure, but is mentioned.
Outcome<int> reload_daemon(const Call& call, Console& console);

// The end of a written edit: prints `line` and new warnings, then makes merlind reload.
Outcome<int> finish_edit(const Call& call, Console& console, const Before& before, const config::EditResult& edit, const std::string& line);

}  // namespace merlin::mon
