#include "shared/cluster/durability/store_writer.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "shared/cluster/interface/mutants.hpp"

namespace merlin::cluster {
namespace {

std::size_t size_of(const std::vector<wire::Register>& rows) {
  std::size_t bytes = 0;
  for (const wire::Register& row : rows) bytes += sizeof row + row.value.size();
  return bytes;
}

bool same(const wire::ForwardedResult& result, const wire::ForwardedAck& ack) {
  return result.taker == ack.taker && result.taker_instance == ack.taker_instance && result.number == ack.number;
}

}  // namespace

void StoreWriter::restored() {
  for (auto change = table_.after(0); change != table_.end(); ++change) change->second->stored.is_set_ = true;
  looked_at_ = collected_ = table_.head();
}

void StoreWriter::lost() {
  for (auto change = table_.after(0); change != table_.end(); ++change) change->second->stored.is_set_ = false;
  looked_at_ = collected_ = 0;
  urgent_ = true;
}

void StoreWriter::own(std::vector<wire::Register> rows, std::uint64_t batch, SteadyTime now) {
  Own entry;
  entry.rows = std::move(rows);
  entry.batch = batch;
  entry.since = entry.not_before = now;
  entry.bytes = size_of(entry.rows);
  own_bytes_ += entry.bytes;
  for (const wire::Register& row : entry.rows) {
    wire::Register bare{row.object, row.kind, row.version, row.base_ms, {}, row.item, row.rank};
    const auto [greatest, fresh] = greatest_.try_emplace(key_of(row), bare);
    if (!fresh && order(bare, greatest->second) > 0) greatest->second = std::move(bare);
  }
  own_.push_back(std::move(entry));
}

// A result that was not handed to the store yet need not be removed from it.
bool StoreWriter::done(const wire::ForwardedAck& ack) {
  if (std::erase_if(next_.kept, [&](const wire::ForwardedResult& result) { return same(result, ack); }) > 0) return true;
  next_.done.push_back(ack);
  return false;
}

void StoreWriter::forget(std::vector<RegisterKey> keys) { next_.forgotten.insert(next_.forgotten.end(), keys.begin(), keys.end()); }

// A row may have a smaller version than an earlier one of the same node: a core that was isolated meanwhile wrote it.
bool StoreWriter::is_outdone(const wire::Register& row) {
  const auto own = greatest_.find(key_of(row));
  if (own != greatest_.end() && order(row, own->second) < 0) return true;
  const Row* current = table_.find(key_of(row));
  return current != nullptr && order(row, current->content) < 0;
}

void StoreWriter::forget_own(const Own& own) {
  for (const wire::Register& row : own.rows) {
    const auto greatest = greatest_.find(key_of(row));
    if (greatest != greatest_.end() && order(row, greatest->second) == 0) greatest_.erase(greatest);
  }
}

const wire::Register* StoreWriter::waiting(const RegisterKey& key) const {
  if (!greatest_.contains(key)) return nullptr;
  const wire::Register* newest = nullptr;
  for (const Own& entry : own_) {
    for (const wire::Register& row : entry.rows) {
      if (key_of(row) == key && (newest == nullptr || order(row, *newest) > 0)) newest = &row;
    }
  }
  return newest;
}

std::set<ObjectKey> StoreWriter::withheld() const {
  std::set<ObjectKey> objects;
  for (const Own& entry : own_) {
    if (entry.released) continue;
    for (const wire::Register& row : entry.rows) objects.insert(row.object);
  }
  return objects;
}

bool StoreWriter::collect_own(SteadyTime now) {
  bool any = false;
  for (Own& entry : own_) {
    if (entry.ticket != 0 || now < entry.not_before) continue;
    entry.ticket = ticket_ + 1;
    std::copy_if(entry.rows.begin(), entry.rows.end(), std::back_inserter(next_.rows),
                 [&](const wire::Register& row) { return !is_outdone(row); });
    any = true;
  }
  return any;
}

void StoreWriter::collect_table() {
  auto change = table_.after(collected_);
  for (; change != table_.end() && next_.rows.size() < kRowsASave; ++change) {
    collected_ = change->first;
    Row& row = *change->second;
    if (!std::exchange(row.stored.is_set_, true) && !is_outdone(row.content)) next_.rows.push_back(row.content);
  }
  if (change == table_.end()) collected_ = table_.head();
}

std::optional<Save> StoreWriter::next(SteadyTime now, bool events) {
  for (auto change = table_.after(looked_at_); change != table_.end(); ++change) {
    looked_at_ = change->first;
    const Row& row = *change->second;
    // An alert of our own core is written together with its event.
    const bool has_event = row.content.alert && row.from.empty();
    if (!row.stored && (row.content.kind != wire::RegisterKind::check || has_event)) urgent_ = true;
  }
  if (under_way_.size() >= kSavesUnderWay) return std::nullopt;
  const bool own = collect_own(now);
  if (urgent_ || now - saved_at_ >= kSaveEvery) {
    collect_table();
    urgent_ = collected_ < table_.head();
    saved_at_ = now;
  }
  const bool other = events || !next_.kept.empty() || !next_.done.empty() || !next_.forgotten.empty();
  if (!own && !other && next_.rows.empty()) return std::nullopt;
  // A register that is written again must not be removed.
  if (!next_.forgotten.empty()) {
    std::set<RegisterKey> written;
    for (const wire::Register& row : next_.rows) written.insert(key_of(row));
    std::erase_if(next_.forgotten, [&](const RegisterKey& key) { return written.contains(key); });
  }
  next_.ticket = ++ticket_;
  std::vector<wire::ForwardedAck>& kept = under_way_[ticket_];
  for (const wire::ForwardedResult& result : next_.kept) kept.push_back({result.taker, result.taker_instance, result.number});
  return std::exchange(next_, {});
}

void StoreWriter::release(Own& own, Released& released) {
  if (std::exchange(own.released, true)) return;
  std::vector<wire::Register>& rows = own.orphaned ? released.of_core_before : released.rows;
  rows.insert(rows.end(), own.rows.begin(), own.rows.end());
}

StoreWriter::Released StoreWriter::saved(std::uint64_t ticket, bool ok, SteadyTime now) {
  if (kMutant == Mutant::write_errors_ignored) ok = true;
  Released released;
  released.on_disk = ok;
  const auto kept = under_way_.extract(ticket);
  if (ok && !kept.empty()) released.safe_results = kept.mapped();
  for (Own& entry : own_) {
    if (entry.ticket != ticket) continue;
    release(entry, released);
    entry.ticket = 0;
    entry.not_before = now + kSaveAgainAfter;
    if (!ok) continue;
    if (entry.batch != 0) released.safe_batches.push_back(entry.batch);
    own_bytes_ -= entry.bytes;
    forget_own(entry);
    entry.rows.clear();
  }
  std::erase_if(own_, [](const Own& entry) { return entry.rows.empty(); });
  return released;
}

StoreWriter::Released StoreWriter::overdue(SteadyTime now) {
  Released released;
  for (Own& entry : own_) {
    if (kMutant == Mutant::acknowledged_early && entry.batch != 0) released.safe_batches.push_back(std::exchange(entry.batch, 0));
    if (!entry.released && now - entry.since >= kSavePatience) release(entry, released);
  }
  // Drop the oldest: every node has these rows in its table, only our disk lacks them.
  while (own_bytes_ > kMaxUnsafeBytes && !own_.empty() && own_.front().released) {
    own_bytes_ -= own_.front().bytes;
    forget_own(own_.front());
    own_.pop_front();
  }
  return released;
}

void StoreWriter::core_lost() {
  for (Own& entry : own_) {
    entry.batch = 0;
    entry.orphaned = true;
  }
}

void StoreWriter::shift(Millis late_by, SteadyTime now) {
  for (Own& entry : own_) entry.since = std::min(entry.since + late_by, now);
}

}  // namespace merlin::cluster
