// What the commands that edit merlin.conf have in common: refusals, and telling merlind.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "config/edit_file.hpp"
#include "mon/command.hpp"

namespace merlin::mon {

// merlin.conf before an edit.
struct Before {
  bool exists = false;
  std::optional<config::Config> config;  // only when it has no errors
  std::vector<Error> warnings;

  std::vector<std::string> names() const;  // of its nodes
};
Before look_before_edit(const Call& call);

// Key and value of every setting of the call are such as a node's block may hold, and no key stands twice.
Result<> check_settings(const Call& call);

// Prints why an edit was refused. The exit status: wrong_usage where the arguments are at fault, failed
// where the disk is, or a file that was wrong before.
int refuse_edit(const Call& call, Console& console, const Before& before, const config::EditResult& edit);

// Prints what this edit made merlin.conf say that has no effect (yet).
void print_new_warnings(Console& console, const Before& before, const config::EditResult& edit);

// Has merlind read merlin.conf again. A merlind that does not run is said, and no failure.
int tell_daemon(const Call& call, Console& console);

}  // namespace merlin::mon
