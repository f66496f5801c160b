#include "module/operator_scribe.hpp"

#include <algorithm>

#include "cluster/versions.hpp"

namespace merlin::neb {

wire::Register OperatorScribe::content(const cluster::RegisterKey& key, std::string value) {
  wire::Register row;
  row.object = key.object;
  row.kind = key.kind;
  row.item = key.item;
  row.value = std::move(value);
  return row;
}

wire::Version OperatorScribe::write(const cluster::RegisterKey& key, std::string value, bool deleted) {
  wire::Register row = content(key, std::move(value));
  row.version = ownership_.side().next_version(core_.now().wall);
  row.rank = deleted ? 1 : 0;
  row.base_ms = now_ms();
  const wire::Version version = row.version;
  writes_.push(std::move(row));
  pulse_.wake();
  return version;
}

wire::Register OperatorScribe::known(const cluster::RegisterKey& key, std::string value, std::int64_t made_ms) const {
  wire::Register row = content(key, std::move(value));
  row.version = {0, 0, std::max<std::uint64_t>(1, cluster::hlc_of(WallTime(Millis(made_ms)))), ownership_.side().node_id()};
  row.base_ms = now_ms();
  return row;
}

}  // namespace merlin::neb
