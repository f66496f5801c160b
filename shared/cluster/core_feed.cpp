#include "cluster/core_feed.hpp"

namespace merlin::cluster {
namespace {

constexpr std::size_t kMaxAgain = 100'000;
constexpr std::size_t kBytesABatch = 512 * 1024;
constexpr std::size_t kMostAwaited = 10'000;

// Contacts and the program have no host; whether the core has that contact it knows itself. What was told is between the daemons.
bool concerns_core(const wire::Register& content, const Inventory& inventory) {
  if (content.kind == wire::RegisterKind::told) return false;
  return content.object.host == 0 || inventory.knows(content.object);
}

}  // namespace

void CoreFeed::restart() {
  started_ = true;
  next_ = 0;
  in_flight_.reset();
  again_.clear();
}

void CoreFeed::core_lost(SteadyTime now) {
  stop();
  if (in_flight_) suspects_.core_lost_with(*in_flight_, now);
  in_flight_.reset();
}

void CoreFeed::again(const RegisterKey& key) {
  if (started_ && again_.size() < kMaxAgain) again_.push_back(key);
}

void CoreFeed::add(Row& row, const Inventory& inventory, wire::RowsToCore& batch) {
  if (!concerns_core(row.content, inventory) || suspects_.is_set_aside(key_of(row.content), row.content.version)) return;
  (row.live ? batch.live : batch.imposed).push_back(row.content);
  in_flight_->emplace_back(key_of(row.content), row.content.version);
}

// A suspect is a batch of its own.
bool CoreFeed::is_full(const Row& row, std::size_t bytes) const {
  if (in_flight_->empty()) return false;
  return in_flight_->size() >= kRowsABatch || bytes + row.content.value.size() > kBytesABatch || suspects_.suspects(key_of(row.content)) ||
         suspects_.suspects(in_flight_->front().first);
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
    if (row == nullptr) continue;
    row->live = false;
    bytes += row->content.value.size();
    add(*row, inventory, batch);
  }
  auto change = table_.after(next_);
  for (; change != table_.end() && !is_full(*change->second, bytes); ++change) {
    next_ = change->first;
    Row& row = *change->second;
    if (row.core_has) continue;
    if (silently) row.live = false;
    bytes += row.content.value.size();
    add(row, inventory, batch);
  }
  if (change == table_.end()) next_ = table_.head();
  if (in_flight_->empty()) {
    in_flight_.reset();
    return std::nullopt;
  }
  batch.batch = ++batch_;
  return batch;
}

void CoreFeed::on_confirmed(const wire::RowsConfirmed& confirmed) {
  if (!in_flight_ || confirmed.batch != batch_) return;
  for (const auto& [key, version] : *in_flight_) {
    suspects_.clear(key);
    Row* row = table_.find(key);
    if (row != nullptr && row->content.version == version) row->core_has = true;
  }
  in_flight_.reset();
}

std::vector<ObjectKey> CoreFeed::awaited() const {
  std::vector<ObjectKey> objects;
  const auto add = [&](const RegisterKey& key) {
    if (key.kind == wire::RegisterKind::check) objects.push_back(key.object);
  };
  if (in_flight_) {
    for (const auto& [key, version] : *in_flight_) add(key);
  }
  for (auto change = table_.after(next_); change != table_.end() && objects.size() < kMostAwaited; ++change) {
    if (!change->second->core_has) add(key_of(change->second->content));
  }
  return objects;
}

}  // namespace merlin::cluster
