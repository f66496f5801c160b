// What operators do at a core, and what they did at others: registers, as the module makes them (R5, R6).
#include <algorithm>

#include "base/hash.hpp"
#include "sim/core.hpp"
#include "wire/codec.hpp"

namespace merlin::sim {
namespace {

using wire::RegisterKind;

bool is_deletable(RegisterKind kind) { return kind == RegisterKind::comment || kind == RegisterKind::downtime; }

std::string value_of(RegisterKind kind, const std::string& text, std::int64_t now_s) {
  switch (kind) {
    case RegisterKind::comment: {
      wire::CommentRegister comment;
      comment.author = "operator";
      comment.text = text;
      comment.entry_s = now_s;
      return wire::encode(comment);
    }
    case RegisterKind::downtime: {
      wire::DowntimeRegister downtime;
      downtime.comment = text;
      downtime.start_s = now_s;
      downtime.end_s = now_s + 3600;
      downtime.fixed = true;
      return wire::encode(downtime);
    }
    case RegisterKind::acknowledgement: {
      wire::AcknowledgementRegister acknowledgement;
      acknowledgement.set = true;
      acknowledgement.text = text;
      return wire::encode(acknowledgement);
    }
    default:
      return wire::encode(wire::AttributeRegister{"attribute", text});
  }
}

std::string deleted(const wire::Register& row) {
  if (row.kind == RegisterKind::comment) {
    wire::CommentRegister comment;
    comment.deleted = true;
    return wire::encode(comment);
  }
  wire::DowntimeRegister downtime;
  downtime.deleted = true;
  return wire::encode(downtime);
}

}  // namespace

void SimCore::act(const ActPlan& plan) {
  const ObjectKey& object = plan_.objects[plan.object].key;
  const std::string text = "act " + std::to_string(records_.acts.next());
  switch (plan.act) {
    case Act::remove:
      return remove_item(plan.draw);
    case Act::comment:
      return write({object, RegisterKind::comment, hash64(text)}, value_of(RegisterKind::comment, text, wall_ms() / 1000), 0);
    case Act::downtime:
      return write({object, RegisterKind::downtime, hash64(text)}, value_of(RegisterKind::downtime, text, wall_ms() / 1000), 0);
    case Act::acknowledge:
      return write({object, RegisterKind::acknowledgement, 0}, value_of(RegisterKind::acknowledgement, text, 0), 0);
    case Act::attribute:
      return write({object, RegisterKind::attribute, hash64("attribute")}, value_of(RegisterKind::attribute, text, 0), 0);
  }
}

void SimCore::remove_item(std::uint64_t draw) {
  std::vector<cluster::RegisterKey> there;
  for (const auto& [key, row] : items_) {
    if (is_deletable(key.kind) && row.rank == 0) there.push_back(key);
  }
  if (there.empty()) return;
  const cluster::RegisterKey key = there[draw % there.size()];
  write(key, deleted(items_[key]), 1);
}

void SimCore::write(const cluster::RegisterKey& key, std::string value, std::uint64_t rank) {
  wire::Register row{key.object, key.kind, side_.next_version(outside_.now().wall), wall_ms(), std::move(value), key.item, rank};
  outside_.tell("its operator writes act " + std::to_string(records_.acts.next()) + (rank != 0 ? ", a deletion" : ""));
  replaced(key);
  acts_.push_back(records_.acts.did({life_, outside_.true_time(), row, false, false}));
  items_[key] = row;
  writes_.push(std::move(row));
  say_writes();
}

// What was not yet safe of this register need not become so.
void SimCore::replaced(const cluster::RegisterKey& key) {
  std::erase_if(acts_, [&](std::size_t number) {
    const bool same = cluster::key_of(records_.acts.acts()[number].row) == key;
    if (same) records_.acts.replaced(number);
    return same;
  });
}

void SimCore::say_writes() {
  while (linked_ && !writes_.all_said()) {
    const std::uint64_t batch = ++batches_;
    outside_.to_daemon(wire::CoreRows{writes_.take(batch, side_.node_id()), side_.epoch(), wire::CoreRowsKind::write, batch});
  }
}

void SimCore::writes_safe(std::uint64_t batch) {
  writes_.safe(batch);
  std::erase_if(acts_, [&](std::size_t number) {
    const bool waits = writes_.find(cluster::key_of(records_.acts.acts()[number].row)) != nullptr;
    if (!waits) records_.acts.safe(number);
    return !waits;
  });
}

void SimCore::bring_in_item(const wire::Register& row) {
  side_.observe(row.version);
  const cluster::RegisterKey key = cluster::key_of(row);
  if (const wire::Register* ours = writes_.find(key)) {
    const auto standing = cluster::order(*ours, row);
    if (standing > 0) return;
    if (standing < 0) {
      writes_.outdone(key);
      replaced(key);
    }
  }
  if (knows(row.object)) items_[key] = row;
}

// What the core holds, without versions: it enters where nobody knows better.
std::vector<wire::Register> SimCore::initial_items() const {
  std::vector<wire::Register> rows;
  for (const auto& [key, row] : items_) {
    if (row.rank != 0) continue;
    rows.push_back(row);
    rows.back().version = {0, 0, std::max<std::uint64_t>(1, cluster::hlc_of(WallTime{Millis{row.base_ms}})), side_.node_id()};
  }
  return rows;
}

}  // namespace merlin::sim
