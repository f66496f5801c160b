#include "module/agent/register_writer.hpp"

#include <algorithm>

#include "shared/cluster/state/versions.hpp"
#include "shared/wire/validate.hpp"

namespace merlin::neb {

wire::Register RegisterWriter::content(const cluster::RegisterKey& key, std::string value) {
  wire::Register row;
  row.object = key.object;
  row.kind = key.kind;
  row.item = key.item;
  row.value = std::move(value);
  return row;
}

wire::Version RegisterWriter::write(const cluster::RegisterKey& key, std::string value, bool deleted) {
  const wire::Version version = next_version();
  write(key, std::move(value), version, deleted);
  return version;
}

void RegisterWriter::write(const cluster::RegisterKey& key, std::string value, const wire::Version& version, bool deleted) {
  wire::Register row = content(key, std::move(value));
  row.version = version;
  row.rank = deleted ? 1 : 0;
  row.base_ms = now_ms();
  // A register that no other node would accept is not replicated.
  wire::Rejects rejects;
  if (is_shared(key.object) && wire::validate(row, rejects)) writes_.push(std::move(row));
  driver_.wake();
}

wire::Register RegisterWriter::known(const cluster::RegisterKey& key, std::string value, std::int64_t made_ms) const {
  wire::Register row = content(key, std::move(value));
  row.version = {0, 0, std::max<std::uint64_t>(1, cluster::hlc_of(WallTime(Millis(made_ms)))), ownership_.side().node_id()};
  row.base_ms = now_ms();
  return row;
}

}  // namespace merlin::neb
