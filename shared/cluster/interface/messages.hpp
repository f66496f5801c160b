// The messages of cluster::Node: from and to other daemons, from and to the module. The only place that lists them.
#pragma once

#include <cstdint>
#include <variant>

#include "shared/wire/messages.hpp"

namespace merlin::cluster {

// Messages between daemons once a link is up.
using PeerMessage =
    std::variant<wire::Heartbeat, wire::NodeInfo, wire::Claims, wire::Ask, wire::Want, wire::Yield, wire::Inventory, wire::Order,
                 wire::Rows, wire::RowsAck, wire::Follow, wire::Digests, wire::Differing, wire::SyncDone, wire::ForwardedResult,
                 wire::ForwardedAck, wire::NotifyAsk, wire::NotifyReply, wire::NotifyVoid, wire::NotifyTell, wire::Recheck,
                 wire::EventMarks, wire::EventsAsk, wire::Events, wire::Relayed, wire::Goodbye>;

// Messages from the module, and to it.
using FromCore = std::variant<wire::Inventory, wire::CoreHeartbeat, wire::CoreBusy, wire::CoreAway, wire::CoreRows, wire::CoreResults,
                              wire::CoreClaims, wire::RowsConfirmed, wire::ResultsTaken, wire::NotifyRequest, wire::NotifyDone>;
using ToCore = std::variant<wire::CoreWelcome, wire::Epoch, wire::RowsToCore, wire::ResultsToCore, wire::DaemonAway, wire::RowsSafe,
                            wire::NotifyVerdict, wire::NotificationLog, wire::Recheck>;

// The order of sending on a link: a synchronisation never delays a heartbeat.
enum class Priority : std::uint8_t { heartbeat = 0, control = 1, live = 2, bulk = 3 };

}  // namespace merlin::cluster
