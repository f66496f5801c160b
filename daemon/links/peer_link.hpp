// One link to another daemon, after TLS.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "shared/base/ids.hpp"
#include "shared/net/connection.hpp"

namespace merlin::daemon {

// Never reused for another link.
using LinkNumber = std::uint64_t;

struct PeerLink {
  enum class Stage {
    greeting,  // the hellos are being exchanged
    up,        // agreed: this is the link to that node
    over,      // refused or replaced: only queued data is still sent
  };

  LinkNumber number = 0;
  std::unique_ptr<net::Connection> connection;
  std::optional<std::string> connector;  // the block whose connector opened it; empty: an incoming link
  NodeId id;                             // in the certificate
  std::string fingerprint;
  std::string address;
  std::string block;
  std::uint64_t instance = 0;  // of the other daemon, after its hello
  Stage stage = Stage::greeting;

  bool started_by_us() const { return connector.has_value(); }
};

}  // namespace merlin::daemon
