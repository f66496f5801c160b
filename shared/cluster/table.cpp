#include "cluster/table.hpp"

#include <algorithm>
#include <numeric>
#include <string_view>

#include "base/hash.hpp"
#include "cluster/versions.hpp"

namespace merlin::cluster {
namespace {

// XOR of these over a bucket: equal sets of (key, rank, version) give equal digests. Numbers of 8 bytes, little-endian on
// every machine, and the writer's id.
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
  return hash64({bytes.data(), bytes.size()});
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

// Tombstones, and notifications of one event: nothing follows after them.
bool Table::is_past(const wire::Register& content) const {
  if (content.base_ms >= horizon_ms_) return false;
  switch (content.kind) {
    case wire::RegisterKind::comment:
    case wire::RegisterKind::downtime:
      return content.rank != 0;
    case wire::RegisterKind::told:
      return content.item != 0;
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
    erased.push_back(entry->first);
    entry = rows_.erase(entry);
  }
  return erased;
}

Table::Put Table::put(wire::Register content, const NodeId& from, bool live) {
  if (is_past(content)) return Put::older;
  const auto [found, fresh] = rows_.try_emplace(key_of(content));
  Row& row = found->second;
  std::uint64_t change = 0, stamp = content.version.hlc;
  if (!fresh) {
    const std::strong_ordering which = order(content, row.content);
    if (which == 0) return Put::same;
    if (which < 0) return Put::older;
    change = digest_toggle(row);
    stamp = std::max(stamp, row.content.version.hlc);
    changes_.erase(row.change);
  }
  note_writer(content);
  max_clock_ = std::max(max_clock_, std::min(content.version.hlc, kGreatestClock));
  row.content = std::move(content);
  row.from = from;
  row.live = live;
  row.core_has = row.stored = false;
  row.change = ++head_;
  changes_.emplace_hint(changes_.end(), row.change, &row);
  history_.changed(stamp, change ^ digest_toggle(row));
  return Put::newer;
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

void Table::core_lost() {
  // What the core before had is no news for the next.
  for (auto& [key, row] : rows_) {
    row.live = row.live && !row.core_has;
    row.core_has = false;
  }
}

}  // namespace merlin::cluster
