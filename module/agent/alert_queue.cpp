#include "module/agent/alert_queue.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace merlin::neb {

void AlertQueue::add(Index object, wire::Register row) {
  bytes_ += row.value.size();
  waiting_.push_back({object, std::move(row), 0});
}

std::optional<Index> AlertQueue::drop_excess() {
  while (!waiting_.empty() && (waiting_.size() > kMost || bytes_ > kMostBytes)) {
    const Index object = waiting_.front().object;
    bytes_ -= waiting_.front().row.value.size();
    waiting_.pop_front();
    if (sent_ == 0) return ++dropped_, object;
    --sent_;
  }
  return std::nullopt;
}

wire::Register AlertQueue::take(std::uint64_t batch, const NodeId& node) {
  Entry& entry = waiting_[sent_++];
  entry.batch = batch;
  if (entry.row.version.writer.empty()) entry.row.version.writer = node;
  return entry.row;
}

void AlertQueue::safe(std::uint64_t batch) {
  const auto end = waiting_.begin() + static_cast<std::ptrdiff_t>(sent_);
  const auto first =
      std::lower_bound(waiting_.begin(), end, batch, [](const Entry& entry, std::uint64_t number) { return entry.batch < number; });
  auto last = first;
  for (; last != end && last->batch == batch; ++last) bytes_ -= last->row.value.size();
  sent_ -= static_cast<std::size_t>(last - first);
  waiting_.erase(first, last);
}

std::vector<wire::Register> AlertQueue::all() const {
  std::vector<wire::Register> rows;
  std::transform(waiting_.begin(), waiting_.end(), std::back_inserter(rows), [](const Entry& entry) { return entry.row; });
  return rows;
}

}  // namespace merlin::neb
