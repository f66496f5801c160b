// One link to another daemon, from TLS on.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "base/ids.hpp"
#include "net/connection.hpp"

namespace merlin::daemon {

// Never used again for another link.
using LinkNumber = std::uint64_t;

struct PeerLink {
  enum class Stage {
    greeting,  // the hellos are under way
    up,        // agreed: this is the link to that node
    over,      // refused or replaced: only what is queued still goes out
  };

  LinkNumber number = 0;
  std::unique_ptr<net::Connection> connection;
  std::optional<std::string> connector;  // the block whose connector opened it; empty: it came in
  NodeId id;                             // inside the certificate
  std::string fingerprint;
  std::string address;
  std::string block;
  std::uint64_t instance = 0;  // of the other daemon, once it has said hello
  Stage stage = Stage::greeting;

  bool started_by_us() const { return connector.has_value(); }
};

}  // namespace merlin::daemon
