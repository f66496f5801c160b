// Facts about the link to another node, for people. Plain values, without an event loop.
#pragma once

#include <string>

namespace merlin::daemon {

// Why a node cannot be reached.
enum class Trouble {
  none,           // it can, or it connects to us
  not_listening,  // its machine answers, but its merlind does not listen
  network,        // no answer, no route, an unknown name, or no merlind at the other end
};

// The facts that `status` shows about the link to a block's node.
struct PeerFacts {
  bool linked = false;
  std::string address;           // the other end of the link, or the address that we try
  std::string version;           // of its merlind, from its last hello
  std::string trouble;           // why it cannot be reached; empty while linked
  Trouble kind = Trouble::none;  // of that
  std::string mismatch;          // the two files disagree about the relation
  bool goodbye = false;          // its last message announced its stop
};

}  // namespace merlin::daemon
