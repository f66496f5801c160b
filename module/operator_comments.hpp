// Comments of persons and programs, between this core and the cluster.
#pragma once

#include <vector>

#include "module/objects.hpp"
#include "module/operator_items.hpp"
#include "module/operator_scribe.hpp"

namespace merlin::neb {

class OperatorComments {
 public:
  // All outlive this.
  OperatorComments(OperatorCore& core, const Objects& objects, OperatorScribe& scribe) : core_(core), objects_(objects), scribe_(scribe) {}

  // The core has it from its retention file.
  void found(const LocalComment& comment);
  // An operator made it, or deleted it; `own` is false while another's row is brought in.
  void added(const LocalComment& comment);
  void deleted(LocalId id, bool own);

  void bring_in(Index object, std::uint64_t item, const wire::CommentRegister& content);
  void initial(const LocalComment& comment, std::vector<wire::Register>& rows) const;

 private:
  std::uint64_t remember(const LocalComment& comment);
  cluster::RegisterKey key(Index object, std::uint64_t item) const { return {objects_.key(object), wire::RegisterKind::comment, item}; }

  OperatorCore& core_;
  const Objects& objects_;
  OperatorScribe& scribe_;
  ItemMap items_;
};

}  // namespace merlin::neb
