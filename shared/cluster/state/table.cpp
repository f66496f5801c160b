#include "shared/cluster/state/table.hpp"

#include <algorithm>
#include <numeric>
#include <string_view>
#include <utility>

#include "shared/base/hash.hpp"
#include "shared/cluster/state/versions.hpp"

namespace merlin::cluster {
namespace {

// Nobody has given it a version: a core read it from its retention file and dated it. Two starts of that core can so give two
// contents one version, and the nodes can hold either. The content decides between them.
bool is_retained(const wire::Register& content) {
  return content.version.term == 0 && content.version.side == 0 && content.kind != wire::RegisterKind::notification;
}

std::strong_ordering order_in_table(const wire::Register& a, const wire::Register& b) {
  const std::strong_ordering which = order(a, b);
  return which == 0 && is_retained(a) ? a.value <=> b.value : which;
}

// A bucket's digest is the XOR of these, so equal sets of (key, rank, version) have equal digests. The input is numbers of 8 bytes,
// little-endian on every machine, and the writer's id.
std::uint64_t digest_of(const wire::Register& content) {
  const std::array<std::uint64_t, 8> numbers{content.object.host,  content.object.service, static_cast<std::uint64_t>(content.kind),
                                             content.item,         content.rank,           content.version.term,
                                             content.version.side, content.version.hlc};
  std::array<char, numbers.size() * 8 + sizeof content.version.writer.bytes> bytes{};
  auto end = bytes.begin();
  for (std::uint64_t number : numbers) {
    for (int byte = 0; byte < 8; ++byte, number >>= 8) *end++ = static_cast<char>(number & 0xff);
  }
  const std::string_view writer = content.version.writer.view();
  std::copy(writer.begin(), writer.end(), end);
  const std::uint64_t digest = hash64({bytes.data(), bytes.size()});
  return is_retained(content) ? hash64(content.value, digest) : digest;
}

}  // namespace

std::uint32_t Table::bucket_of(const RegisterKey& key) {
  const std::uint64_t mixed = (key.object.host ^ (key.object.service * 0x9E3779B97F4A7C15ULL) ^ key.item) * 0xBF58476D1CE4E5B9ULL;
  return static_cast<std::uint32_t>(mixed >> 52);
}

std::uint64_t Table::digest_toggle(const Row& row) {
  const std::uint64_t digest = digest_of(row.content);
  buckets_[bucket_of(key_of(row.content))] ^= digest;
  digest_ ^= digest;
  return digest;
}

std::optional<std::uint64_t> Table::digest_at(std::uint64_t second) const {
  if (second == 0) return digest_;
  const std::optional<std::uint64_t> changes = history_.changes_after(second);
  return changes ? std::optional(digest_ ^ *changes) : std::nullopt;
}

// Tombstones and notifications of single events: nothing replaces them later.
bool Table::is_past(const wire::Register& content) const {
  if (content.base_ms >= horizon_ms_) return false;
  switch (content.kind) {
    case wire::RegisterKind::comment:
    case wire::RegisterKind::downtime:
      return content.rank != 0;
    case wire::RegisterKind::notification:
      return content.item != 0;
    case wire::RegisterKind::forgotten:
      return true;
    default:
      return false;
  }
}

std::vector<RegisterKey> Table::erase_past() {
  std::vector<RegisterKey> erased;
  for (auto entry = rows_.begin(); entry != rows_.end();) {
    const Row& row = entry->second;
    if (!is_past(row.content)) {
      ++entry;
      continue;
    }
    digest_toggle(row);
    changes_.erase(row.change);
    note_gone(row);
    erased.push_back(entry->first);
    entry = rows_.erase(entry);
  }
  return erased;
}

Table::Put Table::put(wire::Register content, const NodeId& from, bool live) {
  if (is_past(content) || is_forgotten(content)) return Put::older;
  const auto [found, fresh] = rows_.try_emplace(key_of(content));
  Row& row = found->second;
  std::uint64_t change = 0, stamp = content.version.hlc;
  if (!fresh) {
    const std::strong_ordering which = order_in_table(content, row.content);
    if (which == 0) return Put::same;
    if (which < 0) return Put::older;
    change = digest_toggle(row);
    stamp = std::max(stamp, row.content.version.hlc);
    changes_.erase(row.change);
  }
  if (content.item != 0) {
    Items& items = items_[content.object];
    items.count += fresh ? 1 : 0;
    items.bytes = items.bytes + content.value.size() - row.content.value.size();
  }
  value_bytes_ = value_bytes_ + content.value.size() - row.content.value.size();
  note_writer(content);
  max_clock_ = std::max(max_clock_, std::min(content.version.hlc, kGreatestClock));
  if (!fresh && row.live && row.content.alert && row.content.kind == wire::RegisterKind::check) keep_replaced(row);
  row.content = std::move(content);
  row.from = from;
  row.live = live;
  row.core_has = {};
  row.stored = {};
  row.change = ++head_;
  changes_.emplace_hint(changes_.end(), row.change, &row);
  history_.changed(stamp, change ^ digest_toggle(row));
  if (row.content.kind == wire::RegisterKind::notification) records_[row.content.object].insert(row.content.item);
  if (row.content.kind == wire::RegisterKind::forgotten) erase_forgotten(wire::Register(row.content));
  return Put::newer;
}

void Table::keep_replaced(Row& row) {
  replaced_bytes_ += row.content.value.size();
  replaced_.insert_or_assign(row.change, std::move(row));
  while (replaced_.size() > kMaxReplacedAlerts || replaced_bytes_ > kMaxReplacedAlertBytes) {
    erase_replaced(replaced_.begin());
    ++dropped_alerts_;
  }
}

void Table::erase_replaced(std::map<std::uint64_t, Row>::iterator entry) {
  replaced_bytes_ -= entry->second.content.value.size();
  replaced_.erase(entry);
}

void Table::forget_replaced(std::uint64_t own_sent, std::uint64_t given_to_core) {
  if (replaced_.empty() || std::exchange(forgot_replaced_, {own_sent, given_to_core}) == std::pair(own_sent, given_to_core)) return;
  for (auto entry = replaced_.begin(); entry != replaced_.end();) {
    const auto next = std::next(entry);
    if (entry->first <= (entry->second.from.empty() ? own_sent : given_to_core)) erase_replaced(entry);
    entry = next;
  }
}

const wire::Version* Table::forgotten(const ObjectKey& object) const {
  const auto found = rows_.find({object, wire::RegisterKind::forgotten, 0});
  return found == rows_.end() ? nullptr : &found->second.content.version;
}

// A record that a voter noted for a grant has no version of its own, so it is not compared.
bool Table::is_forgotten(const wire::Register& content) const {
  if (!any_forgotten_) return false;
  if (content.kind != wire::RegisterKind::check && content.kind != wire::RegisterKind::notification) return false;
  const bool is_of_grant = content.kind == wire::RegisterKind::notification && content.version.hlc == 0;
  const wire::Version* since = is_of_grant ? nullptr : forgotten(content.object);
  return since != nullptr && content.version < *since;
}

void Table::erase(const RegisterKey& key) {
  const auto found = rows_.find(key);
  if (found == rows_.end()) return;
  const std::uint64_t stamp = found->second.content.version.hlc;
  history_.changed(std::max(stamp, max_clock_), digest_toggle(found->second));
  changes_.erase(found->second.change);
  note_gone(found->second);
  rows_.erase(found);
  erased_.push_back(key);
}

void Table::note_gone(const Row& row) {
  const RegisterKey key = key_of(row.content);
  value_bytes_ -= row.content.value.size();
  if (const auto items = key.item == 0 ? items_.end() : items_.find(key.object); items != items_.end()) {
    items->second.bytes -= row.content.value.size();
    if (--items->second.count == 0) items_.erase(items);
  }
  const auto records = key.kind == wire::RegisterKind::notification ? records_.find(key.object) : records_.end();
  if (records == records_.end()) return;
  records->second.erase(key.item);
  if (records->second.empty()) records_.erase(records);
}

Table::Items Table::items(const ObjectKey& object) const {
  const auto found = items_.find(object);
  return found == items_.end() ? Items{} : found->second;
}

void Table::erase_forgotten(const wire::Register& forgotten) {
  any_forgotten_ = true;
  forgotten_.push_back(forgotten.object);
  const auto erase_older = [&](const RegisterKey& key) {
    const Row* row = find(key);
    if (row != nullptr && row->content.version < forgotten.version) erase(key);
  };
  erase_older({forgotten.object, wire::RegisterKind::check, 0});
  const auto records = records_.find(forgotten.object);
  if (records == records_.end()) return;
  for (const std::uint64_t item : std::set<std::uint64_t>(records->second)) {
    erase_older({forgotten.object, wire::RegisterKind::notification, item});
  }
}

void Table::note_writer(const wire::Register& content) {
  if (content.kind != wire::RegisterKind::check) return;
  const auto found = newest_.find(content.version.writer);
  if (found != newest_.end()) {
    found->second = std::max(found->second, content.version.hlc);
  } else if (newest_.size() < kMaxWriters) {
    newest_.emplace(content.version.writer, content.version.hlc);
  }
}

std::uint64_t Table::newest_of(const NodeId& writer) const {
  const auto found = newest_.find(writer);
  return found == newest_.end() ? 0 : found->second;
}

Row* Table::find(const RegisterKey& key) {
  const auto found = rows_.find(key);
  return found == rows_.end() ? nullptr : &found->second;
}

std::vector<std::uint32_t> Table::differing(const std::vector<std::uint64_t>& digests) const {
  std::vector<std::uint32_t> buckets;
  if (digests.size() != kBuckets) {
    buckets.resize(kBuckets);
    std::iota(buckets.begin(), buckets.end(), 0U);
    return buckets;
  }
  for (std::uint32_t bucket = 0; bucket < kBuckets; ++bucket) {
    if (digests[bucket] != buckets_[bucket]) buckets.push_back(bucket);
  }
  return buckets;
}

}  // namespace merlin::cluster
