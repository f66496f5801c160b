#include "module/nagios4/variables.hpp"

#include <algorithm>
#include <cctype>
#include <string>
#include <utility>

namespace merlin::neb {
namespace {

std::string cut(std::string& rest) {
  const std::size_t end = rest.find(';');
  std::string part = rest.substr(0, end);
  rest.erase(0, end == std::string::npos ? end : end + 1);
  return part;
}

customvariablesmember* variables_of(int command, std::string& arguments) {
  const std::string name = cut(arguments);
  if (command == CMD_CHANGE_CUSTOM_HOST_VAR) {
    const auto* found = find_host(name.c_str());
    return found != nullptr ? found->custom_variables : nullptr;
  }
  if (command == CMD_CHANGE_CUSTOM_SVC_VAR) {
    const auto* found = find_service(name.c_str(), cut(arguments).c_str());
    return found != nullptr ? found->custom_variables : nullptr;
  }
  const auto* found = find_contact(name.c_str());
  return found != nullptr ? found->custom_variables : nullptr;
}

bool sets_variable(int command) {
  return command == CMD_CHANGE_CUSTOM_HOST_VAR || command == CMD_CHANGE_CUSTOM_SVC_VAR || command == CMD_CHANGE_CUSTOM_CONTACT_VAR;
}

}  // namespace

void VariableCommand::begins(const nebstruct_external_command_data& data) {
  watched_ = sets_variable(data.command_type);
  variable_ = nullptr;
  if (!watched_) return;
  std::string arguments = data.command_args != nullptr ? data.command_args : "";
  auto* found = variables_of(data.command_type, arguments);
  std::string name = cut(arguments);
  std::transform(name.begin(), name.end(), name.begin(), [](unsigned char letter) { return static_cast<char>(std::toupper(letter)); });
  while (found != nullptr && name != found->variable_name) found = found->next;
  variable_ = found;
  if (found != nullptr) was_modified_ = std::exchange(found->has_been_modified, FALSE);
}

bool VariableCommand::ends() {
  if (!std::exchange(watched_, false)) return true;
  if (variable_ == nullptr) return false;
  const bool done = variable_->has_been_modified != FALSE;
  if (!done) variable_->has_been_modified = was_modified_;
  return done;
}

}  // namespace merlin::neb
