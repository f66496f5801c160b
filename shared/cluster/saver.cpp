#include "cluster/saver.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "cluster/mutants.hpp"

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

void Saver::restored() {
  for (auto change = table_.after(0); change != table_.end(); ++change) change->second->stored = true;
  looked_at_ = collected_ = table_.head();
}

void Saver::lost() {
  for (auto change = table_.after(0); change != table_.end(); ++change) change->second->stored = false;
  looked_at_ = collected_ = 0;
  urgent_ = true;
}

void Saver::own(std::vector<wire::Register> rows, std::uint64_t batch, SteadyTime now) {
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

// Written already or not: what the disk never saw need not be taken from it.
bool Saver::done(const wire::ForwardedAck& ack) {
  if (std::erase_if(next_.kept, [&](const wire::ForwardedResult& result) { return same(result, ack); }) > 0) return true;
  next_.done.push_back(ack);
  return false;
}

void Saver::forget(std::vector<RegisterKey> keys) { next_.forgotten.insert(next_.forgotten.end(), keys.begin(), keys.end()); }

// A write may have a lesser version than what its own node wrote before: that of a core which was alone meanwhile.
bool Saver::is_outdone(const wire::Register& row) {
  const auto own = greatest_.find(key_of(row));
  if (own != greatest_.end() && order(row, own->second) < 0) return true;
  const Row* standing = table_.find(key_of(row));
  return standing != nullptr && order(row, standing->content) < 0;
}

void Saver::forget_own(const Own& own) {
  for (const wire::Register& row : own.rows) {
    const auto greatest = greatest_.find(key_of(row));
    if (greatest != greatest_.end() && order(row, greatest->second) == 0) greatest_.erase(greatest);
  }
}

const wire::Register* Saver::waiting(const RegisterKey& key) const {
  if (!greatest_.contains(key)) return nullptr;
  const wire::Register* newest = nullptr;
  for (const Own& entry : own_) {
    for (const wire::Register& row : entry.rows) {
      if (key_of(row) == key && (newest == nullptr || order(row, *newest) > 0)) newest = &row;
    }
  }
  return newest;
}

bool Saver::collect_own(SteadyTime now) {
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

void Saver::collect_table() {
  auto change = table_.after(collected_);
  for (; change != table_.end() && next_.rows.size() < kRowsASave; ++change) {
    collected_ = change->first;
    Row& row = *change->second;
    if (!std::exchange(row.stored, true) && !is_outdone(row.content)) next_.rows.push_back(row.content);
  }
  if (change == table_.end()) collected_ = table_.head();
}

std::optional<Save> Saver::next(SteadyTime now, bool events) {
  for (auto change = table_.after(looked_at_); change != table_.end(); ++change) {
    looked_at_ = change->first;
    const Row& row = *change->second;
    if (!row.stored && row.content.kind != wire::RegisterKind::check) urgent_ = true;
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
  next_.ticket = ++ticket_;
  std::vector<wire::ForwardedAck>& kept = under_way_[ticket_];
  for (const wire::ForwardedResult& result : next_.kept) kept.push_back({result.taker, result.taker_instance, result.number});
  return std::exchange(next_, {});
}

void Saver::release(Own& own, Released& released) {
  if (std::exchange(own.released, true)) return;
  std::vector<wire::Register>& rows = own.orphaned ? released.of_core_before : released.rows;
  rows.insert(rows.end(), own.rows.begin(), own.rows.end());
}

Saver::Released Saver::saved(std::uint64_t ticket, bool ok, SteadyTime now) {
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

Saver::Released Saver::overdue(SteadyTime now) {
  Released released;
  for (Own& entry : own_) {
    if (kMutant == Mutant::acknowledged_early && entry.batch != 0) released.safe_batches.push_back(std::exchange(entry.batch, 0));
    if (!entry.released && now - entry.since >= kSavePatience) release(entry, released);
  }
  // The oldest are dropped: every node has them in its table, only our disk does not.
  while (own_bytes_ > kMaxUnsafeBytes && !own_.empty() && own_.front().released) {
    own_bytes_ -= own_.front().bytes;
    forget_own(own_.front());
    own_.pop_front();
  }
  return released;
}

void Saver::core_lost() {
  for (Own& entry : own_) {
    entry.batch = 0;
    entry.orphaned = true;
  }
}

void Saver::shift(Millis late_by, SteadyTime now) {
  for (Own& entry : own_) entry.since = std::min(entry.since + late_by, now);
}

}  // namespace merlin::cluster
