// Comments of operators, programs and acknowledgements, synchronised between this core and the cluster. A comment of an acknowledgement
// that is not persistent ("transient") is shown only while the acknowledgement is in effect. Each core deletes it by itself when the
// acknowledgement ends. That is not replicated: the owner's state may show that the acknowledgement is still in effect.
#pragma once

#include <map>
#include <unordered_map>
#include <vector>

#include "module/agent/objects.hpp"
#include "module/agent/operator_acknowledgements.hpp"
#include "module/agent/operator_items.hpp"
#include "module/agent/register_writer.hpp"
#include "module/agent/row_table.hpp"

namespace merlin::neb {

class OperatorComments {
 public:
  // All outlive this.
  OperatorComments(OperatorCore& core, const Objects& objects, const RowTable& rows, const OperatorAcknowledgements& acknowledgements,
                   RegisterWriter& register_writer)
      : core_(core), objects_(objects), rows_(rows), acknowledgements_(acknowledgements), register_writer_(register_writer) {}

  enum class By { row, core, person };

  // The core has it from its retention file.
  void found(const LocalComment& comment);
  // An operator or a program made it.
  void added(const LocalComment& comment);
  void deleted(LocalId id, By by);

  void bring_in(Index object, std::uint64_t item, const wire::Version& version, const wire::CommentRegister& content);
  // The object's acknowledgement, or the state that it depends on, changed: shows or hides its transient comments.
  void judge(Index object);
  void initial(const LocalComment& comment, std::vector<wire::Register>& rows) const;

 private:
  struct Transient {
    wire::CommentRegister content;
    std::uint64_t clock = 0;
  };
  using TransientItems = std::map<std::uint64_t, Transient>;

  std::uint64_t remember(const LocalComment& comment);
  void forget_transient(Index object, std::uint64_t item);
  void delete_past(Index object);
  void write_deletion(Index object, std::uint64_t item);
  void show(Index object, std::uint64_t item, const wire::CommentRegister& content);
  void hide(Index object, std::uint64_t item);
  cluster::RegisterKey key(Index object, std::uint64_t item) const { return {objects_.key(object), wire::RegisterKind::comment, item}; }

  OperatorCore& core_;
  const Objects& objects_;
  const RowTable& rows_;
  const OperatorAcknowledgements& acknowledgements_;
  RegisterWriter& register_writer_;
  ItemMap items_;
  std::unordered_map<Index, TransientItems> transient_;  // shown or not
};

}  // namespace merlin::neb
