#include "module/agent/operator_writes.hpp"

namespace merlin::neb {

void OperatorWrites::push(wire::Register row) {
  const auto known = by_key_.find(cluster::key_of(row));
  if (known != by_key_.end()) drop(known->second);
  bytes_ += cost(row);
  const auto entry = rows_.emplace_hint(rows_.end(), ++last_, std::move(row));
  by_key_[cluster::key_of(entry->second)] = entry;
  if (unsaid_ == rows_.end()) unsaid_ = entry;
  for (; bytes_ > kMaxBytes; ++dropped_) drop(rows_.begin());
}

std::vector<wire::Register> OperatorWrites::take(std::uint64_t batch, const NodeId& node) {
  std::vector<wire::Register> rows;
  std::size_t bytes = 0;
  for (; unsaid_ != rows_.end() && rows.size() < kRowsABatch && bytes < kBytesABatch; ++unsaid_) {
    wire::Register& row = unsaid_->second;
    if (row.version.writer.empty()) row.version.writer = node;
    said_[batch].push_back(unsaid_->first);
    bytes += row.value.size();
    rows.push_back(row);
  }
  return rows;
}

void OperatorWrites::safe(std::uint64_t batch) {
  const auto said = said_.extract(batch);
  if (said.empty()) return;
  for (std::uint64_t number : said.mapped()) {
    const auto entry = rows_.find(number);
    if (entry != rows_.end()) drop(entry);
  }
}

void OperatorWrites::outdone(const cluster::RegisterKey& key) {
  const auto known = by_key_.find(key);
  if (known != by_key_.end()) drop(known->second);
}

void OperatorWrites::say_again() {
  said_.clear();
  unsaid_ = rows_.begin();
}

std::vector<wire::Register> OperatorWrites::all() const {
  std::vector<wire::Register> rows;
  for (const auto& [number, row] : rows_) rows.push_back(row);
  return rows;
}

const wire::Register* OperatorWrites::find(const cluster::RegisterKey& key) const {
  const auto known = by_key_.find(key);
  return known == by_key_.end() ? nullptr : &known->second->second;
}

void OperatorWrites::drop(Rows::iterator entry) {
  bytes_ -= cost(entry->second);
  by_key_.erase(cluster::key_of(entry->second));
  if (unsaid_ == entry) ++unsaid_;
  rows_.erase(entry);
}

}  // namespace merlin::neb
