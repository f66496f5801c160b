// Maps certificates to blocks of merlin.conf and to node ids. Trust is in fingerprints: a block without one trusts no node. A fingerprint
// determines the node id permanently, because the id is in the certificate. So each known pair is kept on disk and known before the first
// link after a restart. Pure except for load() and save().
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/links/handshake.hpp"
#include "shared/base/ids.hpp"
#include "shared/base/result.hpp"
#include "shared/config/config.hpp"

namespace merlin::daemon {

// The format of fingerprints in net:: ("SHA256:" and digits), from the digits in merlin.conf's model.
std::string prefixed_fingerprint(std::string_view digits);

wire::NodeType wire_type(config::NodeType type);

class NodeBook {
 public:
  // The blocks that are in effect from now on. Certificates that no block names any more are forgotten.
  void set_config(const config::Config& config);

  // All take fingerprints with their prefix. Null: no block trusts it.
  const config::NodeConfig* block_of(std::string_view fingerprint) const;
  bool block_trusts(std::string_view block, std::string_view fingerprint) const;
  bool is_module(std::string_view fingerprint) const { return modules_.contains(fingerprint); }

  // A trusted certificate was seen. True: it was new.
  bool learn(const std::string& fingerprint, const NodeId& id);
  // The block's node: the last one learned; empty until then.
  NodeId id_of(std::string_view block) const;
  // The block of that node; null: none.
  const config::NodeConfig* block_of(const NodeId& id) const;

  // Everything that judge() needs about the owner of that certificate, except linked_as.
  Caller caller(const std::string& fingerprint, const NodeId& certificate_id) const;

  const std::vector<config::NodeConfig>& blocks() const { return blocks_; }

  // Lines "FINGERPRINT NODE-ID". If the file is missing or damaged, nothing else is lost.
  void load(const std::string& path);
  Result<> save(const std::string& path) const;
  // The same, without the file.
  void read(std::string_view lines);
  std::string text() const;

 private:
  struct Known {
    NodeId id;
    std::uint64_t when = 0;  // increases with each new pair
  };

  std::vector<config::NodeConfig> blocks_;
  std::map<std::string, std::size_t, std::less<>> by_fingerprint_;  // index into blocks_
  std::set<std::string, std::less<>> modules_;
  std::map<std::string, Known, std::less<>> known_;
  std::uint64_t learned_ = 0;
};

}  // namespace merlin::daemon
