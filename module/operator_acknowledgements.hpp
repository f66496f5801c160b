// Acknowledgements, between this core and the cluster (R5): one holds while it is set and younger than the last hard OK, and
// unless it is sticky than the last state change.
#pragma once

#include <optional>
#include <unordered_map>
#include <vector>

#include "module/core/operator_core.hpp"
#include "module/objects.hpp"
#include "module/operator_scribe.hpp"
#include "module/row_table.hpp"

namespace merlin::neb {

class OperatorAcknowledgements {
 public:
  // All outlive this.
  OperatorAcknowledgements(OperatorCore& core, const Objects& objects, const RowTable& rows, OperatorScribe& scribe)
      : core_(core), objects_(objects), rows_(rows), scribe_(scribe) {}

  // The core has its comment from its retention file.
  void found(const LocalComment& comment);
  // The core is about to set it: its comment follows in the same breath, and says when it was made.
  void begun(Index object, wire::AcknowledgementRegister content);
  void commented(const LocalComment& comment);
  void removed(Index object);

  void bring_in(Index object, const wire::Version& version, wire::AcknowledgementRegister content);
  // The object's check register is another.
  void judge(Index object);
  void initial(Index object, std::vector<wire::Register>& rows) const;

 private:
  struct Word {
    wire::AcknowledgementRegister content;
    std::uint64_t clock = 0;
  };

  bool holds(Index object, const Word& word) const;
  cluster::RegisterKey key(Index object) const { return {objects_.key(object), wire::RegisterKind::acknowledgement, 0}; }

  OperatorCore& core_;
  const Objects& objects_;
  const RowTable& rows_;
  OperatorScribe& scribe_;
  std::unordered_map<Index, Word> words_;  // the last one that set it
  std::optional<std::pair<Index, wire::AcknowledgementRegister>> begun_;
};

}  // namespace merlin::neb
