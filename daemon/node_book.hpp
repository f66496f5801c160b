// Which certificate is which block of merlin.conf, and which node id. Trust is in fingerprints: a block without one
// trusts nobody. A fingerprint fixes the node id for ever, because the id is inside the certificate; so what was
// learned once is kept on disk and known before the first link after a restart. Pure but for load() and save().
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.hpp"
#include "base/result.hpp"
#include "config/config.hpp"
#include "handshake.hpp"

namespace merlin::daemon {

// As net:: writes fingerprints ("SHA256:" and digits), of digits as merlin.conf's model has them.
std::string prefixed_fingerprint(std::string_view digits);

wire::NodeType wire_type(config::NodeType type);

class NodeBook {
 public:
  // The blocks that hold from now on. What was learned of certificates that none of them names is forgotten.
  void set_config(const config::Config& config);

  // All take fingerprints with their prefix. Null: no block trusts it.
  const config::NodeConfig* block_of(std::string_view fingerprint) const;
  bool block_trusts(std::string_view block, std::string_view fingerprint) const;
  bool is_module(std::string_view fingerprint) const { return modules_.contains(fingerprint); }

  // A trusted certificate was seen. True: that was news.
  bool learn(const std::string& fingerprint, const NodeId& id);
  // The block's node: the one last learned; empty until then.
  NodeId id_of(std::string_view block) const;
  // The block that stands for that node; null: none.
  const config::NodeConfig* block_of(const NodeId& id) const;

  // Everything judge() wants to know of who shows that certificate, but linked_as.
  Caller caller(const std::string& fingerprint, const NodeId& certificate_id) const;

  const std::vector<config::NodeConfig>& blocks() const { return blocks_; }

  // "FINGERPRINT NODE-ID" lines. A file that is missing or damaged only costs what it would have told.
  void load(const std::string& path);
  Result<> save(const std::string& path) const;

 private:
  struct Known {
    NodeId id;
    std::uint64_t when = 0;  // counts up with each learning
  };

  std::vector<config::NodeConfig> blocks_;
  std::map<std::string, std::size_t, std::less<>> by_fingerprint_;  // to blocks_
  std::set<std::string, std::less<>> modules_;
  std::map<std::string, Known, std::less<>> known_;
  std::uint64_t learned_ = 0;
};

}  // namespace merlin::daemon
