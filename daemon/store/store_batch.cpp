#include "daemon/store/store_batch.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace merlin::daemon {
namespace {

constexpr std::size_t kEntryBytes = 64;  // overhead of a map entry

std::size_t size_of(const std::optional<wire::Register>& row) {
  return kEntryBytes + sizeof(StoreBatch::Rows::value_type) + (row ? row->value.size() : 0);
}

std::size_t size_of(const std::optional<wire::ForwardedResult>& forward) {
  std::size_t bytes = kEntryBytes + sizeof(StoreBatch::Forwards::value_type);
  if (!forward) return bytes;
  for (const wire::Command& command : forward->command) bytes += sizeof command + command.line.size();
  return bytes + forward->result.output.size();
}

bool is_check(const cluster::RegisterKey& key) { return key.kind == wire::RegisterKind::check; }

}  // namespace

void StoreBatch::add(cluster::Save save, std::size_t max_bytes) {
  tickets_.push_back(
      {save.ticket, std::any_of(save.rows.begin(), save.rows.end(), [](const auto& row) { return is_check(cluster::key_of(row)); })});
  add_events(save);
  std::uint64_t lost = 0;
  for (wire::Register& row : save.rows) {
    const cluster::RegisterKey key = cluster::key_of(row);
    if (!put_row(key, std::move(row), max_bytes)) ++lost;
  }
  for (const cluster::RegisterKey& key : save.forgotten) {
    if (!put_row(key, std::nullopt, max_bytes)) ++lost;
  }
  for (wire::ForwardedResult& kept : save.kept) {
    const ForwardKey key{kept.taker, kept.taker_instance, kept.number};
    if (!put_forward(key, std::move(kept), max_bytes)) ++lost;
  }
  for (const wire::ForwardedAck& done : save.done) {
    if (!put_forward({done.taker, done.taker_instance, done.number}, std::nullopt, max_bytes)) ++lost;
  }
  left_out_ += lost;
  if (lost > 0) tickets_.back().whole = false;
}

// Limited by the code that saves: only so many Saves of limited size are pending at a time.
void StoreBatch::add_events(cluster::Save& save) {
  if (save.without_events) {
    without_events_ = true;
    events_.clear();
  }
  std::move(save.events.begin(), save.events.end(), std::back_inserter(events_));
}

bool StoreBatch::put_row(const cluster::RegisterKey& key, std::optional<wire::Register> content, std::size_t max_bytes) {
  const std::size_t bytes = size_of(content);
  if (const auto found = rows_.find(key); found != rows_.end()) {
    bytes_ = bytes_ - size_of(found->second) + bytes;
    found->second = std::move(content);
    return true;
  }
  if (bytes_ + bytes > max_bytes && (is_check(key) || !has_room(bytes, max_bytes))) return false;
  rows_.emplace(key, std::move(content));
  bytes_ += bytes;
  if (is_check(key)) ++checks_;
  return true;
}

bool StoreBatch::put_forward(const ForwardKey& key, std::optional<wire::ForwardedResult> content, std::size_t max_bytes) {
  const std::size_t bytes = size_of(content);
  if (const auto found = forwards_.find(key); found != forwards_.end()) {
    bytes_ = bytes_ - size_of(found->second) + bytes;
    found->second = std::move(content);
    return true;
  }
  if (!has_room(bytes, max_bytes)) return false;
  forwards_.emplace(key, std::move(content));
  bytes_ += bytes;
  return true;
}

bool StoreBatch::has_room(std::size_t bytes, std::size_t max_bytes) {
  if (bytes_ + bytes <= max_bytes) return true;
  if (checks_ > 0) drop_checks();
  return bytes_ + bytes <= max_bytes;
}

void StoreBatch::drop_checks() {
  std::erase_if(rows_, [this](const auto& row) {
    if (!is_check(row.first)) return false;
    bytes_ -= size_of(row.second);
    ++left_out_;
    return true;
  });
  checks_ = 0;
  for (Ticket& ticket : tickets_) {
    if (ticket.has_checks) ticket.whole = false;
  }
}

void StoreBatch::put_below(StoreBatch older) {
  for (auto& [key, content] : older.rows_) {
    const std::size_t bytes = size_of(content);
    if (!rows_.try_emplace(key, std::move(content)).second) continue;
    bytes_ += bytes;
    if (is_check(key)) ++checks_;
  }
  for (auto& [key, content] : older.forwards_) {
    const std::size_t bytes = size_of(content);
    if (forwards_.try_emplace(key, std::move(content)).second) bytes_ += bytes;
  }
  if (without_events_) return;
  without_events_ = older.without_events_;
  std::erase_if(older.events_, [](const cluster::EventRun& run) { return !run.events.empty(); });
  events_.insert(events_.begin(), older.events_.begin(), older.events_.end());
}

}  // namespace merlin::daemon
