#include "mon/oconf/push_commands.hpp"

#include <optional>

#include "shared/config/values.hpp"

namespace merlin::mon::oconf {
namespace {

enum class How { not_at_all, own_push, by_command };

How how(const std::string& value) {
  const auto yes_or_no = config::read_value({.type = config::ValueType::yes_no}, value);
  if (!yes_or_no) return How::by_command;
  return yes_or_no->yes() ? How::own_push : How::not_at_all;
}

Words shell(const std::string& line) { return {"/bin/sh", "-c", line}; }

}  // namespace

std::vector<Words> push_commands(const config::Config& config, const std::vector<std::string>& names, const Words& own) {
  std::vector<Words> commands;
  Words pushed = own;
  bool for_all = false;  // the command of daemon { } chooses its nodes itself, so it runs once
  const std::optional<std::string>& usual = config.daemon.object_config.push;
  for (const std::string& name : names) {
    const config::NodeConfig* node = config.find_node(name);
    const bool has_own = node != nullptr && node->object_config.push.has_value();
    const std::optional<std::string>& set = has_own ? node->object_config.push : usual;
    const How wanted = set ? how(*set) : How::own_push;
    if (wanted == How::own_push) pushed.push_back(name);
    if (wanted != How::by_command) continue;
    if (has_own) commands.push_back(shell(*set));
    for_all = for_all || !has_own;
  }
  if (pushed.size() > own.size()) commands.push_back(pushed);
  if (for_all) commands.push_back(shell(*usual));
  return commands;
}

}  // namespace merlin::mon::oconf
