#include "module/agent/operator_acknowledgements.hpp"

#include <utility>

#include "shared/cluster/state/versions.hpp"
#include "shared/wire/codec.hpp"

namespace merlin::neb {
namespace {

std::int64_t made_ms(const wire::AcknowledgementRegister& content) { return content.entry_s * 1000 + kAcknowledgedAfter_ms; }

}  // namespace

void OperatorAcknowledgements::found(const LocalComment& comment) {
  if (!core_.acknowledged(comment.object)) return;
  wire::AcknowledgementRegister content;
  content.set = true;
  content.sticky = core_.acknowledged_sticky(comment.object);
  content.persistent = comment.content.persistent;
  content.author = comment.content.author;
  content.text = comment.content.text;
  content.entry_s = comment.content.entry_s;
  Word& word = words_[comment.object];
  if (word.content.set && word.content.entry_s > content.entry_s) return;
  word = {content, cluster::hlc_of(WallTime(Millis(made_ms(content))))};
}

void OperatorAcknowledgements::begun(Index object, wire::AcknowledgementRegister content) {
  begun_ = Begun{object, std::move(content), register_writer_.next_version()};
}

std::optional<std::uint64_t> OperatorAcknowledgements::begun_now(Index object) const {
  if (!begun_ || begun_->object != object) return std::nullopt;
  return begun_->version.hlc;
}

void OperatorAcknowledgements::commented(const LocalComment& comment) {
  if (!begun_ || begun_->object != comment.object) return;
  Begun begun = *std::exchange(begun_, std::nullopt);
  begun.content.entry_s = comment.content.entry_s;
  register_writer_.write(key(comment.object), wire::encode(begun.content), begun.version);
  words_[comment.object] = {std::move(begun.content), begun.version.hlc};
}

void OperatorAcknowledgements::removed(Index object) {
  words_.erase(object);
  register_writer_.write(key(object), wire::encode(wire::AcknowledgementRegister{}));
}

void OperatorAcknowledgements::bring_in(Index object, const wire::Version& version, wire::AcknowledgementRegister content) {
  words_.erase(object);
  if (content.set) words_[object] = {std::move(content), version.hlc};
  judge(object);
}

bool OperatorAcknowledgements::holds(Index object, bool sticky, std::uint64_t clock) const {
  if (!core_.has_problem(object) || clock <= rows_.last_hard_ok(object)) return false;
  return sticky || clock > rows_.last_change(object);
}

bool OperatorAcknowledgements::is_in_effect(Index object, std::uint64_t clock) const {
  const auto word = words_.find(object);
  return word != words_.end() && word->second.clock == clock && holds(object, word->second);
}

bool OperatorAcknowledgements::covers(Index object, std::uint64_t clock) const {
  const auto word = words_.find(object);
  return word != words_.end() && holds(object, word->second) && holds(object, word->second.content.sticky, clock);
}

// An acknowledgement that is older than the object's last hard OK is dropped. One that arrives before its check row waits for that row.
void OperatorAcknowledgements::judge(Index object) {
  const auto word = words_.find(object);
  if (word != words_.end() && holds(object, word->second)) return core_.acknowledge(object, word->second.content.sticky);
  if (core_.acknowledged(object)) core_.remove_acknowledgement(object);
  if (word != words_.end() && word->second.clock <= rows_.last_hard_ok(object)) words_.erase(word);
}

void OperatorAcknowledgements::initial(Index object, std::vector<wire::Register>& rows) const {
  const auto word = words_.find(object);
  if (word == words_.end() || !core_.acknowledged(object)) return;
  rows.push_back(register_writer_.known(key(object), wire::encode(word->second.content), made_ms(word->second.content)));
}

}  // namespace merlin::neb
