#include "mon/cli/options.hpp"

#include <algorithm>
#include <iterator>

namespace merlin::mon::options {

std::vector<Option> with_login(std::vector<Option> own) {
  std::ranges::copy(kLogin, std::back_inserter(own));
  return own;
}

Command for_nodes(Command command) {
  if (command.arguments.empty()) command.arguments = "[NAME…] [--all] [--type=TYPE,…]";
  command.max_words = Command::kMany;
  command.options.insert(command.options.begin(), {kAll, kType});
  command.options.push_back(kJson);
  command.options = with_login(std::move(command.options));
  return command;
}

}  // namespace merlin::mon::options
