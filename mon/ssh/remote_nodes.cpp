#include "mon/ssh/remote_nodes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iostream>

#include "mon/cli/last_line.hpp"
#include "mon/cli/limits.hpp"
#include "mon/cli/local_node.hpp"
#include "mon/cli/memory_file.hpp"
#include "mon/ssh/authentication.hpp"
#include "mon/ssh/job.hpp"
#include "mon/ssh/quoting.hpp"
#include "shared/config/problems.hpp"
#include "shared/config/values.hpp"

namespace merlin::mon {
namespace {

constexpr int kNotFoundStatus = 127;  // the shell's status

bool is_meant(const Call& call, const std::vector<config::NodeType>& types, const config::NodeConfig& node) {
  if (std::ranges::find(call.words, node.name) != call.words.end()) return true;
  if (call.has("--all")) return true;
  const bool of_type = std::ranges::find(types, node.type) != types.end();
  return call.has("--type") ? of_type : call.words.empty();
}

Result<> check_user(const Call& call) {
  const auto user = call.options.find("--user");
  if (user == call.options.end()) return Ok{};
  const auto name = config::read_value({.type = config::ValueType::name}, user->second);
  if (name.ok() && !user->second.starts_with('-')) return Ok{};
  return Error{fmt::format("{} is not a user name", config::quoted(user->second)), fmt::format("{}: --user", call.command->name), ""};
}

// What a command may answer, and how long it may work before it does.
struct Reply {
  std::string_view command;  // without "mon"
  std::size_t bytes;
  Millis silence;
};

constexpr Millis kPrompt = std::chrono::seconds(30);
constexpr Millis kReading = std::chrono::minutes(5);      // all files are read, or addresses are tried
constexpr Millis kCoreAtWork = std::chrono::minutes(15);  // a core checks its configuration or restarts, or a command of the operator runs
constexpr Millis kLongestTransfer = std::chrono::hours(2);  // of the largest answer, over a slow link
constexpr Reply kOtherReply{"", limits::kDocument, kPrompt};

constexpr std::array kReplies{
    Reply{"log give", limits::kLogPart, kReading},     Reply{"log show", limits::kLogLines, kReading},
    Reply{"node apply", limits::kDocument, kReading},  Reply{"oconf activate", limits::kLines, kCoreAtWork},
    Reply{"oconf files", limits::kFileList, kReading}, Reply{"oconf pack", limits::kFiles, kReading},
    Reply{"oconf stage", limits::kLines, kCoreAtWork}, Reply{"oconf undo", limits::kLines, kCoreAtWork},
    Reply{"restart", limits::kLines, kCoreAtWork},     Reply{"sync compare", limits::kFileList, kReading},
    Reply{"sync put", limits::kLines, kCoreAtWork},
};

ssh::Job::Limits limits_of(const std::vector<std::string>& words, Millis timeout) {
  const std::string command = fmt::format("{} ", fmt::join(words.begin() + 1, words.end(), " "));
  const auto found = std::ranges::find_if(kReplies, [&](const Reply& one) { return command.starts_with(fmt::format("{} ", one.command)); });
  const Reply& answer = found == kReplies.end() ? kOtherReply : *found;
  return {answer.bytes, answer.silence + timeout, std::max(kLongestTransfer, answer.silence + timeout)};
}

}  // namespace

Outcome<std::vector<config::NodeConfig>> choose_nodes(const Call& call, const config::Config& config) {
  const auto types = wanted_types(call);
  if (!types) return types.failure();
  if (const auto known = check_names(call, call.words, config); !known) return known.failure();
  if (const auto user = check_user(call); !user) return usage(user.error());
  std::vector<config::NodeConfig> chosen;
  std::ranges::copy_if(config.nodes, std::back_inserter(chosen), [&](const auto& node) { return is_meant(call, *types, node); });
  if (!chosen.empty() || call.has("--self")) return chosen;
  return Error{call.has("--type") ? "no node of that type is configured" : "no nodes are configured", std::string(call.command->name),
               "mon node add NAME type=peer"};
}

Result<ssh::LoginRules> login_rules(const Call& call) {
  ssh::LoginRules rules;
  rules.timeout = call.timeout;
  rules.accept_new = call.has("--accept-new");
  rules.note = [](const std::string& line) { std::cerr << "mon: " + plain(line) + "\n"; };
  if (call.has("--user")) rules.user = call.options.at("--user");
  if (!call.has("--password-file")) return rules;
  const auto password = ssh::read_password_file(call.options.at("--password-file"));
  if (!password) return password.error();
  rules.password = *password;
  return rules;
}

Result<ssh::Session> Visitor::log_in(const config::NodeConfig& node, std::optional<Millis> timeout) {
  ssh::LoginRules rules = rules_;
  rules.timeout = timeout.value_or(rules_.timeout);
  return ssh::log_in(ssh::target_of(node), rules, asker_, interrupt_);
}

Result<Said> Visitor::run(const ssh::Session& session, const std::string& name, const std::vector<std::string>& words,
                          const std::string& input) {
  const net::Fd file = memory_file(input);
  if (!file) return Error{"no memory for its input", name, ""};
  Said said;
  const ssh::Job job{ssh::command_line(words), file.get(),
                     [&said](ssh::Stream stream, std::string_view bytes) { (stream == ssh::Stream::out ? said.out : said.err) += bytes; },
                     limits_of(words, rules_.timeout)};
  const auto ended = ssh::run_there(session.get(), name, job, interrupt_);
  if (!ended) return ended.error();
  if (ended->status == 0) return said;
  if (ended->status == kNotFoundStatus)
    return Error{fmt::format("{} is not installed there", words.front()), name, "install Merlin there first"};
  const std::string line = last_line(said.err.empty() ? said.out : said.err);
  return Error{line.empty() ? fmt::format("{} ended with status {}", words.front(), ended->status) : line, name, ""};
}

}  // namespace merlin::mon
