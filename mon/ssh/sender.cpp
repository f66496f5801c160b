#include "mon/ssh/sender.hpp"

#include <cstdlib>

#include "shared/config/key_table.hpp"

namespace merlin::mon::ssh {

std::string sender_address() {
  const char* connection = std::getenv("SSH_CONNECTION");
  const std::string text = connection == nullptr ? "" : connection;
  const std::string address = text.substr(0, text.find(' '));
  return config::check_node_setting("address", address).ok() ? address : "";
}

}  // namespace merlin::mon::ssh
