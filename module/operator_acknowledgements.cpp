#include "module/operator_acknowledgements.hpp"

#include "cluster/versions.hpp"
#include "wire/codec.hpp"

namespace merlin::neb {
namespace {

// The core knows the second only: it was made behind all else of that second, since the problem was there.
std::int64_t made_ms(const wire::AcknowledgementRegister& content) { return content.entry_s * 1000 + 999; }

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

void OperatorAcknowledgements::begun(Index object, wire::AcknowledgementRegister content) { begun_ = {object, std::move(content)}; }

void OperatorAcknowledgements::commented(const LocalComment& comment) {
  if (!begun_ || begun_->first != comment.object) return;
  wire::AcknowledgementRegister content = std::move(begun_->second);
  begun_.reset();
  content.entry_s = comment.content.entry_s;
  const wire::Version version = scribe_.write(key(comment.object), wire::encode(content));
  words_[comment.object] = {std::move(content), version.hlc};
}

void OperatorAcknowledgements::removed(Index object) {
  words_.erase(object);
  scribe_.write(key(object), wire::encode(wire::AcknowledgementRegister{}));
}

void OperatorAcknowledgements::bring_in(Index object, const wire::Version& version, wire::AcknowledgementRegister content) {
  words_.erase(object);
  if (content.set) words_[object] = {std::move(content), version.hlc};
  judge(object);
}

bool OperatorAcknowledgements::holds(Index object, const Word& word) const {
  if (!core_.has_problem(object) || word.clock <= rows_.last_hard_ok(object)) return false;
  return word.content.sticky || word.clock > rows_.last_change(object);
}

// One that is younger than what is known here of its object waits for the check row that it is about.
void OperatorAcknowledgements::judge(Index object) {
  const auto word = words_.find(object);
  if (word != words_.end() && holds(object, word->second)) return core_.acknowledge(object, word->second.content);
  if (core_.acknowledged(object)) core_.remove_acknowledgement(object);
  if (word != words_.end() && word->second.clock <= rows_.last_hard_ok(object)) words_.erase(word);
}

void OperatorAcknowledgements::initial(Index object, std::vector<wire::Register>& rows) const {
  const auto word = words_.find(object);
  if (word == words_.end() || !core_.acknowledged(object)) return;
  rows.push_back(scribe_.known(key(object), wire::encode(word->second.content), made_ms(word->second.content)));
}

}  // namespace merlin::neb
