// What the commands that go to other nodes have in common: which nodes are meant, and how to log in there.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "config/config.hpp"
#include "mon/command.hpp"
#include "mon/ssh/connection.hpp"
#include "mon/ssh/interrupt.hpp"
#include "mon/ssh/job.hpp"

namespace merlin::mon {

// Options of every command that logs in somewhere.
std::span<const Option> login_options();

// The nodes that are meant: those named, with --all all, with --type those of these types, else all; each once, in the
// order of merlin.conf. Empty after an error was printed: an unknown name or type, or nobody is configured (then
// the exit status is `failed`, not wrong_usage).
struct Chosen {
  std::vector<config::NodeConfig> nodes;
  int status = all_well;
};
Chosen choose_nodes(const Call& call, const config::Config& config, Console& console);

// Of --timeout, --accept-new, --password-file and --user. Empty after an error was printed.
std::optional<ssh::LoginRules> login_rules(const Call& call, Console& console);

// What a command on another node printed.
struct Said {
  std::string out;
  std::string err;
};

// Logs in at nodes and runs commands there, for commands whose output is not for people. Any thread.
class Visitor {
 public:
  Visitor(ssh::LoginRules rules, const ssh::Interrupt& interrupt) : rules_(std::move(rules)), interrupt_(interrupt), asker_(interrupt) {}

  Result<ssh::Session> log_in(const config::NodeConfig& node);
  // `words` is a program with its arguments; it reads `input`. Error also where its status is not 0: what is then the
  // last line that it printed.
  Result<Said> run(const ssh::Session& session, const std::string& name, const std::vector<std::string>& words,
                   const std::string& input = "");
  const ssh::Interrupt& interrupt() const { return interrupt_; }

 private:
  ssh::LoginRules rules_;
  const ssh::Interrupt& interrupt_;
  ssh::Asker asker_;
};

}  // namespace merlin::mon
