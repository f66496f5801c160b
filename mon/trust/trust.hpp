// The certificates trusted in the cluster, as one node introduces them to another (R10). Pure.
//
// An entry is one certificate, identified by its fingerprint. Entries of two sets are merged one by one: the greater version wins,
// at equal versions the removed one. Each change of an entry increments its version, so that a removal is
// final until a node that knows of the removal trusts the certificate again.
#pragma once

#include <cstdint>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "shared/base/result.hpp"
#include "shared/config/config.hpp"

namespace merlin::mon {

inline constexpr std::size_t kMostTrusted = 10'000;  // entries of one set

struct Trusted {
  std::string node_id;          // 32 hex digits; empty: unknown
  std::set<std::string> names;  // the node's own name, and the names that others use for it
  std::uint64_t version = 1;
  bool removed = false;

  bool operator==(const Trusted&) const = default;
};

class TrustSet {
 public:
  // By fingerprint: 64 lower-case hex digits, as in NodeConfig.
  const std::map<std::string, Trusted>& entries() const { return entries_; }
  bool has_removed(const std::string& fingerprint) const;

  // Trusts the certificate from now on. Changes nothing if it is already trusted by that id and name.
  void add(const std::string& fingerprint, const std::string& node_id, const std::string& name);
  void remove(const std::string& fingerprint);
  void merge(const TrustSet& other);
  // Merges a set from a node that has just fetched the certificates `vouched` from their own nodes: those are trusted again,
  // even if they were removed here before.
  void merge(const TrustSet& other, const std::set<std::string>& vouched);

  nlohmann::ordered_json document() const;
  static Result<TrustSet> read(const nlohmann::ordered_json& document);

  bool operator==(const TrustSet&) const = default;

 private:
  std::map<std::string, Trusted> entries_;
};

// What a block of merlin.conf must contain then.
struct BlockTrust {
  std::string name;  // of the block
  std::vector<std::string> fingerprints;
  bool operator==(const BlockTrust&) const = default;
};

// The block to which a certificate belongs by its names; null: none, or more than one.
const config::NodeConfig* block_of(const config::Config& config, const Trusted& trusted);

// The blocks whose fingerprints change: removed ones are deleted; a trusted one is added to the one block with one of its names,
// else to the one block whose first label ("peer02" of "peer02.example.com") is that of one of its names. It is not
// added if two blocks match, if another block has it, or beside a trusted certificate of another node id.
std::vector<BlockTrust> blocks_to_change(const config::Config& config, const TrustSet& set, std::string_view own_fingerprint);

}  // namespace merlin::mon
