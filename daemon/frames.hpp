// Between frames on a link and the messages that cluster::Node takes and gives.
#pragma once

#include <optional>
#include <string>

#include "base/result.hpp"
#include "cluster/node.hpp"
#include "wire/frame.hpp"

namespace merlin::daemon {

// Ready to send. What is large and repetitive (rows, inventories, digests) is compressed.
std::string to_frame(const cluster::PeerMessage& message);
std::string to_frame(const cluster::ToCore& message);

// Empty: a type that this version does not know, to be skipped. Error: the payload is not that message.
Result<std::optional<cluster::PeerMessage>> peer_message(const wire::Frame& frame);
Result<std::optional<cluster::FromCore>> core_message(const wire::Frame& frame);

}  // namespace merlin::daemon
