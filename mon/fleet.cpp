#include "mon/fleet.hpp"

#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>

#include "config/problems.hpp"
#include "config/values.hpp"
#include "mon/site.hpp"
#include "mon/ssh/authentication.hpp"
#include "mon/ssh/quoting.hpp"

namespace merlin::mon {
namespace {

constexpr Option login[] = {
    {"--accept-new", "", "learn host keys that are not known yet; changed ones are always refused"},
    {"--password-file", "FILE", "its first line is the password; else a terminal is asked where no key is accepted"},
    {"--user", "NAME", "log in as this user, not as ssh_user says"},
};

constexpr int not_found_status = 127;  // of a shell

bool is_meant(const Call& call, const std::vector<config::NodeType>& types, const config::NodeConfig& node) {
  if (std::ranges::find(call.words, node.name) != call.words.end()) return true;
  if (call.has("--all")) return true;
  const bool of_type = std::ranges::find(types, node.type) != types.end();
  return call.has("--type") ? of_type : call.words.empty();
}

bool all_known(const Call& call, const config::Config& config, Console& console) {
  std::vector<std::string> names;
  for (const auto& node : config.nodes) names.push_back(node.name);
  bool known = true;
  for (const std::string& name : call.words) {
    if (config.find_node(name) != nullptr) continue;
    console.error(unknown_node(call, name, names));
    known = false;
  }
  return known;
}

bool user_is_a_name(const Call& call, Console& console) {
  const auto user = call.options.find("--user");
  if (user == call.options.end()) return true;
  const auto name = config::read_value({.type = config::ValueType::name}, user->second);
  const bool is_name = name.ok() && !user->second.starts_with('-');
  if (!is_name)
    console.error(
        {fmt::format("{} is no name of a user", config::quoted(user->second)), fmt::format("{}: --user", call.command->name), ""});
  return is_name;
}

// A file in memory that holds `text`, to be read from its start.
net::Fd as_file(const std::string& text) {
  net::Fd file(::memfd_create("input", MFD_CLOEXEC));
  std::string_view left = text;
  while (file && !left.empty()) {
    const ssize_t written = ::write(file.get(), left.data(), left.size());
    if (written <= 0) return {};
    left.remove_prefix(static_cast<std::size_t>(written));
  }
  ::lseek(file.get(), 0, SEEK_SET);
  return file;
}

std::string last_line(std::string_view text) {
  text = text.substr(0, text.find_last_not_of(" \t\r\n") + 1);
  std::string_view line = text.substr(text.rfind('\n') + 1);
  if (line.starts_with("mon: ")) line.remove_prefix(5);
  return std::string(line);
}

}  // namespace

std::span<const Option> login_options() { return login; }

Chosen choose_nodes(const Call& call, const config::Config& config, Console& console) {
  const auto types = wanted_types(call, console);
  if (!types || !all_known(call, config, console) || !user_is_a_name(call, console)) return {{}, wrong_usage};
  Chosen chosen;
  std::ranges::copy_if(config.nodes, std::back_inserter(chosen.nodes), [&](const auto& node) { return is_meant(call, *types, node); });
  if (!chosen.nodes.empty() || call.has("--self")) return chosen;
  console.error({call.has("--type") ? "no node of that type is configured" : "no nodes are configured", std::string(call.command->name),
                 "mon node add NAME type=peer"});
  return {{}, failed};
}

std::optional<ssh::LoginRules> login_rules(const Call& call, Console& console) {
  ssh::LoginRules rules;
  rules.timeout = call.timeout;
  rules.accept_new = call.has("--accept-new");
  if (call.has("--user")) rules.user = call.options.at("--user");
  if (!call.has("--password-file")) return rules;
  const auto password = ssh::read_password_file(call.options.at("--password-file"));
  if (!password) {
    console.error(password.error());
    return std::nullopt;
  }
  rules.password = *password;
  return rules;
}

Result<ssh::Session> Visitor::log_in(const config::NodeConfig& node) {
  return ssh::log_in(ssh::target_of(node), rules_, asker_, interrupt_);
}

Result<Said> Visitor::run(const ssh::Session& session, const std::string& name, const std::vector<std::string>& words,
                          const std::string& input) {
  const net::Fd file = as_file(input);
  if (!file) return Error{"no memory for what it shall read", name, ""};
  Said said;
  const ssh::Job job{ssh::command_line(words), file.get(),
                     [&said](ssh::Stream stream, std::string_view bytes) { (stream == ssh::Stream::out ? said.out : said.err) += bytes; }};
  const auto ended = ssh::run_there(session.get(), name, job, interrupt_);
  if (!ended) return ended.error();
  if (ended->status == 0) return said;
  if (ended->status == not_found_status)
    return Error{fmt::format("{} is not installed there", words.front()), name, "install Merlin there first"};
  const std::string line = last_line(said.err.empty() ? said.out : said.err);
  return Error{line.empty() ? fmt::format("{} ended with status {}", words.front(), ended->status) : line, name, ""};
}

}  // namespace merlin::mon
