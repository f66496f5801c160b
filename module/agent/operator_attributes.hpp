// Settings of hosts, services, contacts and the program that operators changed from the configuration.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "module/agent/log_limit.hpp"
#include "module/agent/objects.hpp"
#include "module/agent/operator_core.hpp"
#include "module/agent/register_writer.hpp"

namespace merlin::neb {

class OperatorAttributes {
 public:
  // All outlive this.
  OperatorAttributes(Core& log, OperatorCore& core, const Objects& objects, RegisterWriter& register_writer);

  std::optional<Subject> find(const ObjectKey& key) const;
  void changed(const Subject& subject, const std::vector<std::string>& names);
  void bring_in(const ObjectKey& key, const wire::AttributeRegister& content);
  void initial(const Subject& subject, std::vector<wire::Register>& rows) const;
  // Attributes of contacts and the program.
  void initial_rest(std::vector<wire::Register>& rows) const;

 private:
  ObjectKey key(const Subject& subject) const;
  std::optional<std::string> value_of(const Subject& subject, const std::string& name) const;

  Core& log_;
  OperatorCore& core_;
  const Objects& objects_;
  RegisterWriter& register_writer_;
  std::unordered_map<std::uint64_t, Index> contacts_;  // by the hash of the name
  LogLimit refused_;
  mutable std::set<std::string> too_long_;  // names already logged
};

}  // namespace merlin::neb
