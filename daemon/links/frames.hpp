// Converts between frames on a link and the messages of cluster::Node.
#pragma once

#include <optional>
#include <string>

#include "shared/base/result.hpp"
#include "shared/cluster/interface/messages.hpp"
#include "shared/wire/frame.hpp"
#include "shared/wire/rejects.hpp"

namespace merlin::daemon {

// A frame ready to send. Large and repetitive contents (rows, inventories, digests) are compressed. Empty: it is larger than a frame and
// cannot be sent.
Result<std::string> to_frame(const cluster::PeerMessage& message);
Result<std::string> to_frame(const cluster::ToCore& message);

// The received message, validated (shared/wire/validate.hpp). Empty: a type unknown to this version, or a rejected message; `rejects`
// counts it, and parts removed from an accepted message. Error: the payload is not that message.
Result<std::optional<cluster::PeerMessage>> peer_message(const wire::Frame& frame, wire::Rejects& rejects);
Result<std::optional<cluster::FromCore>> core_message(const wire::Frame& frame, wire::Rejects& rejects);

}  // namespace merlin::daemon
