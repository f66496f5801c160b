// The disk under a daemon's store: what was written when the daemon was told so is there after its death, the rest is not.
#pragma once

#include <map>
#include <tuple>

#include "cluster/node.hpp"

namespace merlin::sim {

class Disk {
 public:
  void write(const cluster::Save& save) {
    for (const wire::Register& row : save.rows) rows_[cluster::key_of(row)] = row;
    for (const cluster::RegisterKey& key : save.forgotten) rows_.erase(key);
    for (const wire::ForwardedResult& kept : save.kept) kept_[{kept.taker, kept.taker_instance, kept.number}] = kept;
    for (const wire::ForwardedAck& done : save.done) kept_.erase({done.taker, done.taker_instance, done.number});
  }
  cluster::Stored read() const {
    cluster::Stored stored;
    for (const auto& [key, row] : rows_) stored.rows.push_back(row);
    for (const auto& [key, kept] : kept_) stored.kept.push_back(kept);
    return stored;
  }

 private:
  std::map<cluster::RegisterKey, wire::Register> rows_;
  std::map<std::tuple<NodeId, std::uint64_t, std::uint64_t>, wire::ForwardedResult> kept_;
};

}  // namespace merlin::sim
