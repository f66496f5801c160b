// What mon reads from another node's mon. The first byte selects: 'm' a list of object files, 'p' a package of object files, 'v' a history
// of versions, 't' trees of a sync, 'c' their differences, 'd' a delivery of a sync, 'a' trusted certificates, 'h' host keys, 'n' a change
// of membership, 'o' its outcome. What is accepted leaves no place that the sender must not touch, and reads the same when it is sent on.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "mon/nodes/membership.hpp"
#include "mon/oconf/object_files.hpp"
#include "mon/oconf/package.hpp"
#include "mon/oconf/version.hpp"
#include "mon/sync/exchange.hpp"
#include "mon/trust/host_keys.hpp"
#include "mon/trust/trust.hpp"
#include "shared/base/assert.hpp"

namespace {

using namespace merlin;
using namespace merlin::mon;
using nlohmann::ordered_json;

ordered_json parse(std::string_view text) { return ordered_json::parse(text, nullptr, false); }

void manifest(std::string_view text) {
  const auto read = oconf::read_document(parse(text));
  if (!read) return;
  for (const oconf::ObjectFile& file : read->files)
    MERLIN_ASSERT(file.path.starts_with('/') && file.digest.size() == 64 && file.mode <= 0777);
  const auto again = oconf::read_document(oconf::document_of(*read));
  MERLIN_ASSERT(again.ok() && again->files == read->files && again->resources == read->resources);
  MERLIN_ASSERT(again->main.files == read->main.files && oconf::digest_of(*again) == oconf::digest_of(*read));
  MERLIN_ASSERT(oconf::difference(*read, *again).empty());
}

void package(std::string_view bytes) {
  const auto read = oconf::unpack(bytes);
  if (!read) return;
  std::size_t content = 0;
  for (const oconf::PackedFile& file : read->files) content += file.content.size();
  MERLIN_ASSERT(content < bytes.size() && oconf::is_push_id(read->id));
  const auto again = oconf::unpack(oconf::pack(*read));
  MERLIN_ASSERT(again.ok() && *again == *read);
}

void history(std::string_view text) {
  const ordered_json document = parse(text);
  const oconf::Lineage read = oconf::read_lineage(document);
  MERLIN_ASSERT(oconf::read_history(oconf::document_of(read.history)) == read.history);
  const oconf::Lineage ours = oconf::lineage_of(oconf::read_history(document), std::string(64, 'a'), "peer01", 1);
  const oconf::Lineage above = oconf::above(ours, read);
  MERLIN_ASSERT(above.history.size() <= oconf::kLongestHistory && above.history.back() == above.now);
  MERLIN_ASSERT(above.now.counter >= ours.now.counter);
}

void judge(const sync::Tree& tree) {
  MERLIN_ASSERT(sync::stays_inside(std::string_view(tree.dest).substr(1)));
  MERLIN_ASSERT(!tree.items.empty() && std::ranges::is_sorted(tree.items, {}, &sync::Item::path));
  for (const sync::Item& item : tree.items) MERLIN_ASSERT(item.mode <= 07777 && (item.path.empty() || sync::stays_inside(item.path)));
}

void trees(std::string_view text) {
  const auto read = sync::unpack_trees(text);
  if (!read) return;
  for (const sync::Tree& tree : *read) judge(tree);
  const auto again = sync::unpack_trees(sync::pack_trees(*read));
  MERLIN_ASSERT(again.ok() && sync::pack_trees(*again) == sync::pack_trees(*read));
}

void changes(std::string_view text) {
  const auto read = sync::unpack_changes(text, 2);
  if (!read) return;
  MERLIN_ASSERT(read->size() == 2);
  const auto again = sync::unpack_changes(sync::pack_changes(*read), 2);
  MERLIN_ASSERT(again.ok() && *again == *read);
}

void delivery(std::string_view bytes) {
  const auto read = sync::unpack(bytes);
  if (!read) return;
  MERLIN_ASSERT(read->changes.size() == read->trees.size() && read->contents.size() == read->trees.size());
  std::size_t content = 0;
  for (std::size_t i = 0; i < read->trees.size(); ++i) {
    judge(read->trees[i]);
    for (const auto& [path, file] : read->contents[i]) content += file.size();
  }
  MERLIN_ASSERT(content < bytes.size());
  const auto again = sync::unpack(sync::pack(*read));
  MERLIN_ASSERT(again.ok() && again->contents == read->contents && again->changes == read->changes && again->restart == read->restart);
  MERLIN_ASSERT(sync::pack_trees(again->trees) == sync::pack_trees(read->trees));
  const auto parts = sync::parts_of(read->trees, read->changes, 8);
  MERLIN_ASSERT(!parts.empty() && parts.back().size() == read->trees.size());
}

void certificates(std::string_view text) {
  const auto read = TrustSet::read(parse(text));
  if (!read) return;
  const auto again = TrustSet::read(read->document());
  MERLIN_ASSERT(again.ok() && *again == *read);
  TrustSet ours;
  ours.add(std::string(64, '1'), std::string(32, '1'), "peer01");
  ours.remove(std::string(64, '2'));
  TrustSet merged = ours, turned = *read;
  merged.merge(*read);
  turned.merge(ours);
  for (const auto& [fingerprint, entry] : ours.entries()) MERLIN_ASSERT(merged.entries().at(fingerprint).version >= entry.version);
  // Both ends agree, up to the names that fit.
  MERLIN_ASSERT(merged.entries().size() == turned.entries().size());
  for (const auto& [fingerprint, entry] : merged.entries()) {
    const Trusted& other = turned.entries().at(fingerprint);
    MERLIN_ASSERT(entry.version == other.version && entry.removed == other.removed && entry.names.size() <= 16);
  }
}

void host_keys(std::string_view text) {
  const auto read = read_host_keys(parse(text));
  if (!read) return;
  const auto again = read_host_keys(host_keys_document(*read));
  MERLIN_ASSERT(again.ok() && again->size() == read->size());
  for (std::size_t i = 0; i < read->size(); ++i) {
    MERLIN_ASSERT((*again)[i].name == (*read)[i].name && (*again)[i].ssh_port == (*read)[i].ssh_port);
    MERLIN_ASSERT(std::ranges::equal((*again)[i].keys, (*read)[i].keys, {}, &ssh::PublicKey::line, &ssh::PublicKey::line));
  }
}

void membership(std::string_view text) {
  const auto read = read_membership(parse(text));
  if (!read) return;
  const auto again = read_membership(membership_document(*read));
  MERLIN_ASSERT(again.ok() && again->remove == read->remove && again->add.size() == read->add.size());
  MERLIN_ASSERT(membership_document(*again) == membership_document(*read));
}

void outcome(std::string_view text) {
  const auto read = read_applied(parse(text));
  if (read) MERLIN_ASSERT(read_applied(applied_document(*read)).ok());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  constexpr std::pair<char, void (*)(std::string_view)> kKinds[] = {
      {'m', manifest}, {'p', package},      {'v', history},   {'t', trees},      {'c', changes},
      {'d', delivery}, {'a', certificates}, {'h', host_keys}, {'n', membership}, {'o', outcome}};
  for (const auto& [letter, read] : kKinds) {
    if (letter == static_cast<char>(data[0])) read({reinterpret_cast<const char*>(data) + 1, size - 1});
  }
  return 0;
}
