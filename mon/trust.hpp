// Which certificates are trusted in the cluster: what one node tells another when it introduces them (R10). Pure.
//
// An entry is one certificate, by its fingerprint. Entries of two sets merge one by one: the greater version stands,
// of two equal ones the removed. Who changes an entry gives it the version after the one it had, so that a removal is
// final until somebody who saw it trusts the certificate anew.
#pragma once

#include <cstdint>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "config/config.hpp"

namespace merlin::mon {

inline constexpr std::size_t most_trusted = 10'000;  // entries of one set

struct Trusted {
  std::string node_id;          // 32 hex digits; empty: not known
  std::set<std::string> names;  // what its node calls itself, and what others call it
  std::uint64_t version = 1;
  bool removed = false;

  bool operator==(const Trusted&) const = default;
};

class TrustSet {
 public:
  // By fingerprint: 64 lower-case hex digits, as in NodeConfig.
  const std::map<std::string, Trusted>& entries() const { return entries_; }
  bool has_removed(const std::string& fingerprint) const;

  // It is trusted from now on. Nothing changes where it is, and by that id and name.
  void add(const std::string& fingerprint, const std::string& node_id, const std::string& name);
  void remove(const std::string& fingerprint);
  void merge(const TrustSet& other);
  // Likewise, from a node that has itself just seen the certificates `vouched` at their nodes: those are trusted anew,
  // whatever was removed here before.
  void merge(const TrustSet& other, const std::set<std::string>& vouched);

  nlohmann::ordered_json document() const;
  static Result<TrustSet> read(const nlohmann::ordered_json& document);

  bool operator==(const TrustSet&) const = default;

 private:
  std::map<std::string, Trusted> entries_;
};

// What the blocks of merlin.conf must say then.
struct BlockTrust {
  std::string name;  // of the block
  std::vector<std::string> fingerprints;
  bool operator==(const BlockTrust&) const = default;
};

// The blocks whose fingerprints change: removed ones go; a trusted one goes to the one block that has a name of it,
// else to the one block whose first label ("peer02" of "peer02.example.com") is that of a name of it. It is not
// written where two blocks match, where another block has it, or beside a trusted certificate of another node id.
std::vector<BlockTrust> blocks_to_change(const config::Config& config, const TrustSet& set, std::string_view own_fingerprint);

}  // namespace merlin::mon
