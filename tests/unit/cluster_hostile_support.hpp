// A node with a core, and rows and records from nodes that it must not trust.
#pragma once

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <limits>
#include <variant>

#include "shared/cluster/node/bounds.hpp"
#include "shared/cluster/node/unknown_objects.hpp"
#include "shared/cluster/notification/facts.hpp"
#include "shared/cluster/state/versions.hpp"
#include "shared/wire/codec.hpp"
#include "tests/unit/cluster_node_support.hpp"

namespace hostile_test {

using namespace merlin;
using namespace merlin::cluster;

inline const ObjectKey kWeb{host_key("web"), 0};
inline constexpr std::uint64_t kFar = std::uint64_t{1} << 63;

inline std::uint64_t stamp(int now) { return hlc_of(now_at(now).wall); }

inline wire::Register row(const wire::Version& version, int state = 0, wire::RegisterKind kind = wire::RegisterKind::check) {
  wire::Register content;
  content.object = kWeb;
  content.kind = kind;
  content.version = version;
  wire::CheckRegister check;
  check.current_state = state;
  check.state_type = 1;
  if (kind == wire::RegisterKind::check) content.value = wire::encode(check);
  return content;
}

inline wire::Register record(wire::Notification notification, bool sent, const NodeId& holder, const wire::Version& version) {
  const RegisterKey key = record_key(notification);
  return {key.object,
          key.kind,
          version,
          0,
          wire::encode(wire::NotificationRecord{notification, holder, sent, 1, 0}),
          key.item,
          record_rank(notification, sent)};
}

// The node owns the host "web"; the peer is the hostile one.
struct Hostile : WithCore {
  Hostile() { node.receive_core(wire::CoreClaims{1, false, {kWeb.host}, {}, {}}, now_at(now)); }

  void sends(wire::Register content) {
    take(node.receive(kPeer, wire::Rows{77, ++upto, wire::RowStream::live, {std::move(content)}}, now_at(now)));
  }
  std::size_t rows() const { return node.view(now_at(now)).rows; }
  std::uint64_t term() const { return node.view(now_at(now)).term; }
  std::uint64_t refused(wire::RejectReason reason) const { return rejects.count(reason); }
  Actions writes(int state, std::uint64_t of_term) {
    return node.receive_core(wire::CoreRows{{row({of_term, 1, stamp(now), kSelf}, state)}, 1, wire::CoreRowsKind::write, 1}, now_at(now));
  }
  void pass(int milliseconds) {
    for (const int until = now + milliseconds; now < until; now += 50) take(heartbeat());
  }
  // The core follows its epochs and confirms its rows.
  void take(const Actions& actions) {
    for (const Action& action : actions) {
      if (const auto* rejected = std::get_if<Rejected>(&action); rejected != nullptr && rejected->from == kPeer)
        rejects.add(rejected->rejects);
      const auto* said = std::get_if<SendToCore>(&action);
      if (said == nullptr) continue;
      if (const auto* epoch = std::get_if<wire::Epoch>(&said->message)) core_term = epoch->term;
      if (const auto* recheck = std::get_if<wire::Recheck>(&said->message)) rechecked = recheck->object;
      if (const auto* rows = std::get_if<wire::RowsToCore>(&said->message))
        take(node.receive_core(wire::RowsConfirmed{rows->batch}, now_at(now)));
    }
  }

  std::uint64_t upto = 0;
  std::uint64_t core_term = 0;
  ObjectKey rechecked;
  wire::Rejects rejects;
};

}  // namespace hostile_test
