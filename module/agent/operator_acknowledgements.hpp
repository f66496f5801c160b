// Acknowledgements, between this core and the cluster (R5): one is in effect while it is set and younger than the last hard OK and,
// unless it is sticky, than the last state change.
#pragma once

#include <optional>
#include <unordered_map>
#include <vector>

#include "module/agent/objects.hpp"
#include "module/agent/operator_core.hpp"
#include "module/agent/register_writer.hpp"
#include "module/agent/row_table.hpp"

namespace merlin::neb {

// The core stores only the second of an acknowledgement. It is later than everything else of that second, because the problem existed.
inline constexpr std::int64_t kAcknowledgedAfter_ms = 999;

class OperatorAcknowledgements {
 public:
  // All outlive this.
  OperatorAcknowledgements(OperatorCore& core, const Objects& objects, const RowTable& rows, RegisterWriter& register_writer)
      : core_(core), objects_(objects), rows_(rows), register_writer_(register_writer) {}

  // The core has this comment of an acknowledgement from its retention file. The comment itself is a separate item (operator_comments.hpp).
  void found(const LocalComment& comment);
  // The core is about to notify of it and to set it. Its comment follows in the same call and contains the time.
  void begun(Index object, wire::AcknowledgementRegister content);
  // Until then: the clock of its version.
  std::optional<std::uint64_t> begun_now(Index object) const;
  void commented(const LocalComment& comment);
  void removed(Index object);

  void bring_in(Index object, const wire::Version& version, wire::AcknowledgementRegister content);
  // The object's check register has changed.
  void judge(Index object);
  // Whether the acknowledgement of that clock is in effect.
  bool is_in_effect(Index object, std::uint64_t clock) const;
  // Whether a comment made at `clock` belongs to the acknowledgement that is in effect.
  bool covers(Index object, std::uint64_t clock) const;
  void initial(Index object, std::vector<wire::Register>& rows) const;

 private:
  struct Word {
    wire::AcknowledgementRegister content;
    std::uint64_t clock = 0;
  };

  struct Begun {
    Index object = kNoObject;
    wire::AcknowledgementRegister content;
    wire::Version version;
  };

  bool holds(Index object, bool sticky, std::uint64_t clock) const;
  bool holds(Index object, const Word& word) const { return holds(object, word.content.sticky, word.clock); }
  cluster::RegisterKey key(Index object) const { return {objects_.key(object), wire::RegisterKind::acknowledgement, 0}; }

  OperatorCore& core_;
  const Objects& objects_;
  const RowTable& rows_;
  RegisterWriter& register_writer_;
  std::unordered_map<Index, Word> words_;  // the last one that was set
  std::optional<Begun> begun_;
};

}  // namespace merlin::neb
