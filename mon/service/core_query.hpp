// What the module in the core on this machine reports about itself through the core's query handler, without merlind.
#pragma once

#include <optional>
#include <string>

namespace merlin::mon {

struct DisabledModule {
  std::string reason;
  std::string fix;
  bool starts_again = false;  // by itself
};
// Empty: it is not disabled, or the core does not answer.
std::optional<DisabledModule> disabled_module(const std::string& query_socket);

}  // namespace merlin::mon
