// Common parts of the commands that log in to other nodes: choosing nodes, and logging in.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "mon/cli/command.hpp"
#include "mon/ssh/connection.hpp"
#include "mon/ssh/interrupt.hpp"
#include "shared/config/config.hpp"

namespace merlin::mon {

// The chosen nodes: those named, with --all all, with --type those of these types, else all; each once, in the
// order of merlin.conf. Without --self never empty. Failure: an unknown name or type, or no node is configured (then the
// exit status is `failed`, not kWrongUsage).
Outcome<std::vector<config::NodeConfig>> choose_nodes(const Call& call, const config::Config& config);

// From --timeout, --accept-new, --password-file and --user.
Result<ssh::LoginRules> login_rules(const Call& call);

// The output of a command on another node.
struct Said {
  std::string out;
  std::string err;
};

// Logs in to nodes and runs commands whose output mon evaluates. Any thread. Tests derive nodes that are not there from it.
class Visitor {
 public:
  Visitor(ssh::LoginRules rules, const ssh::Interrupt& interrupt) : rules_(std::move(rules)), interrupt_(interrupt), asker_(interrupt) {}
  virtual ~Visitor() = default;
  Visitor(const Visitor&) = delete;
  Visitor& operator=(const Visitor&) = delete;

  // `timeout`: less than that of the rules.
  virtual Result<ssh::Session> log_in(const config::NodeConfig& node, std::optional<Millis> timeout = std::nullopt);
  // `words` is a program with its arguments; it reads `input`. A status other than 0 is an error too, whose `what` is the
  // last line that the command printed.
  virtual Result<Said> run(const ssh::Session& session, const std::string& name, const std::vector<std::string>& words,
                           const std::string& input = "");
  const ssh::Interrupt& interrupt() const { return interrupt_; }

 private:
  ssh::LoginRules rules_;
  const ssh::Interrupt& interrupt_;
  ssh::Asker asker_;
};

}  // namespace merlin::mon
