// What operators set apart from the configuration, of hosts, services, contacts and the program.
#pragma once

#include <string>
#include <unordered_map>
#include <vector>

#include "module/core/operator_core.hpp"
#include "module/log_limit.hpp"
#include "module/objects.hpp"
#include "module/operator_scribe.hpp"

namespace merlin::neb {

class OperatorAttributes {
 public:
  // All outlive this.
  OperatorAttributes(Core& log, OperatorCore& core, const Objects& objects, OperatorScribe& scribe);

  std::optional<Subject> find(const ObjectKey& key) const;
  void changed(const Subject& subject, const std::vector<std::string>& names);
  void bring_in(const ObjectKey& key, const wire::AttributeRegister& content);
  void initial(const Subject& subject, std::vector<wire::Register>& rows) const;
  // Of contacts and the program.
  void initial_rest(std::vector<wire::Register>& rows) const;

 private:
  ObjectKey key(const Subject& subject) const;

  Core& log_;
  OperatorCore& core_;
  const Objects& objects_;
  OperatorScribe& scribe_;
  std::unordered_map<std::uint64_t, Index> contacts_;  // by the hash of the name
  LogLimit refused_;
};

}  // namespace merlin::neb
