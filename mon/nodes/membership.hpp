// A change of membership, as one node's mon sends it to another's: `mon node add` and `remove` with --everywhere. Pure.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "shared/base/result.hpp"
#include "shared/config/edit.hpp"

namespace merlin::mon {

// A peer to add.
struct NewPeer {
  std::string name;
  config::Settings settings;           // keys of its block, without address
  std::vector<std::string> addresses;  // that may work from the receiver, the likeliest first
  bool is_sender = false;              // the sender itself: the address that it logs in from is one more
};

struct Membership {
  std::vector<NewPeer> add;
  std::vector<std::string> remove;
};

nlohmann::ordered_json membership_document(const Membership& change);
// Error: it is no such document, or a name, a key or a value is invalid.
Result<Membership> read_membership(const nlohmann::ordered_json& document);

// What the receiver did, or would do, with one name.
struct Applied {
  std::string name;
  std::string outcome;  // "added", "present", "removed", "absent"
  std::string address;  // of an added one
  bool answers = true;  // an added one accepts connections there
};

nlohmann::ordered_json applied_document(const std::vector<Applied>& applied);
Result<std::vector<Applied>> read_applied(const nlohmann::ordered_json& document);

}  // namespace merlin::mon
