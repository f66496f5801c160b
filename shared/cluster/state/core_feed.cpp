#include "shared/cluster/state/core_feed.hpp"

namespace merlin::cluster {
namespace {

constexpr std::size_t kMaxAgain = 100'000;
constexpr std::size_t kBytesABatch = 512 * 1024;
constexpr std::size_t kMostAwaited = 10'000;

// Rows of contacts and of the program have no host; the core itself knows whether it has the contact. Notification records are for
// daemons only.
bool concerns_core(const wire::Register& content, const Inventory& inventory) {
  if (content.kind == wire::RegisterKind::notification || content.kind == wire::RegisterKind::forgotten) return false;
  return content.object.host == 0 || inventory.knows(content.object);
}

}  // namespace

void CoreFeed::restart(bool without_operators) {
  without_operators_ = without_operators;
  started_ = true;
  next_ = 0;
  in_flight_.reset();
  again_.clear();
}

void CoreFeed::stop() {
  started_ = false;
  for (auto change = table_.after(0); change != table_.end(); ++change) {
    Row& row = *change->second;
    row.live = row.live && !row.core_has;
    row.core_has.is_set_ = false;
  }
}

void CoreFeed::core_lost(SteadyTime now) {
  stop();
  if (in_flight_) suspects_.core_lost_with(*in_flight_, now);
  in_flight_.reset();
}

void CoreFeed::again(const RegisterKey& key) {
  if (started_ && again_.size() < kMaxAgain) again_.push_back(key);
}

void CoreFeed::add(const Row& row, const Inventory& inventory, wire::RowsToCore& batch) {
  if (!concerns_core(row.content, inventory) || suspects_.is_set_aside(key_of(row.content), row.content.version)) return;
  if (without_operators_ && row.content.kind != wire::RegisterKind::check) return;
  (row.live ? batch.live : batch.imposed).push_back(row.content);
  in_flight_->push_back({key_of(row.content), row.content.version, row.change});
}

// A suspected row is sent in a batch of its own.
bool CoreFeed::is_full(const Row& row, std::size_t bytes) const {
  if (in_flight_->empty()) return false;
  return in_flight_->size() >= kRowsABatch || bytes + row.content.value.size() > kBytesABatch || suspects_.suspects(key_of(row.content)) ||
         suspects_.suspects(in_flight_->front().key);
}

std::optional<wire::RowsToCore> CoreFeed::next(const Inventory& inventory, bool silently) {
  if (!started_ || in_flight_) return std::nullopt;
  wire::RowsToCore batch;
  in_flight_.emplace();
  std::size_t bytes = 0;
  while (!again_.empty()) {
    Row* row = table_.find(again_.front());
    if (row != nullptr && is_full(*row, bytes)) break;
    again_.pop_front();
    // A change that the core has not received yet follows below as news.
    if (row == nullptr || (row->change > next_ && !row->core_has)) continue;
    row->live = false;
    bytes += row->content.value.size();
    add(*row, inventory, batch);
  }
  TableNews news = table_.news_after(next_);
  for (; !news.done() && !is_full(news.row(), bytes); news.next()) {
    next_ = news.change();
    Row* row = news.current();
    // A replaced alert is sent as news or not at all.
    if (news.row().core_has || (row == nullptr && silently)) continue;
    if (row != nullptr && silently) row->live = false;
    bytes += news.row().content.value.size();
    add(news.row(), inventory, batch);
  }
  if (news.done()) next_ = table_.head();
  if (in_flight_->empty()) {
    in_flight_.reset();
    return std::nullopt;
  }
  batch.batch = ++batch_;
  return batch;
}

void CoreFeed::on_confirmed(const wire::RowsConfirmed& confirmed) {
  if (!in_flight_ || confirmed.batch != batch_) return;
  for (const RowSuspects::Sent& sent : *in_flight_) {
    suspects_.clear(sent.key);
    Row* row = table_.find(sent.key);
    if (row != nullptr && row->change == sent.change) note_held(*row);
  }
  in_flight_.reset();
}

std::vector<ObjectKey> CoreFeed::awaited() const {
  std::vector<ObjectKey> objects;
  const auto add = [&](const RegisterKey& key) {
    if (key.kind == wire::RegisterKind::check) objects.push_back(key.object);
  };
  if (in_flight_) {
    for (const RowSuspects::Sent& sent : *in_flight_) add(sent.key);
  }
  for (auto change = table_.after(next_); change != table_.end() && objects.size() < kMostAwaited; ++change) {
    if (!change->second->core_has) add(key_of(change->second->content));
  }
  return objects;
}

}  // namespace merlin::cluster
