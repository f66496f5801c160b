// Counts rejected data from outside, and why it was rejected. Bounded, whatever is rejected.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "shared/base/ids.hpp"

namespace merlin::wire {

enum class RejectReason : std::uint8_t {
  // What no message may contain, see limits.hpp.
  unreadable,     // it cannot be decoded
  text_too_long,  // beyond its limit
  line_break,     // in a text of one line
  time,           // before 1970 or after the year 9999; a start after its end
  duration,       // longer than ten years
  number,         // out of its range, or no number
  count,          // too many entries in a list
  too_large,      // the message exceeds a frame
  // What no node of the cluster can have sent, see cluster/node/bounds.hpp.
  term,       // far above ours
  clock,      // far ahead of ours
  view_size,  // more nodes than a cluster has
  rank,       // not possible for this kind of register
  writer,     // cannot have written it
  content,    // contradicts the key of its register
  full,       // more than is accepted from one peer, or for one object
  relayed,    // in the name of a node whose own link works
};
inline constexpr std::size_t kRejectReasons = 16;

// As in the status and the log: "text_too_long".
std::string_view word_of(RejectReason reason);

class Rejects {
 public:
  // `what`: the field and its value, one line; `object`: the object, if there is one. Stored for the first rejection only.
  void add(RejectReason reason, std::string what, const ObjectKey& object = {}, std::uint64_t count = 1);
  void add(const Rejects& more);

  bool empty() const { return total_ == 0; }
  std::uint64_t total() const { return total_; }
  std::uint64_t count(RejectReason reason) const { return counts_[static_cast<std::size_t>(reason)]; }
  const std::string& what() const { return what_; }
  const ObjectKey& object() const { return object_; }

 private:
  std::array<std::uint64_t, kRejectReasons> counts_{};
  std::uint64_t total_ = 0;
  std::string what_;
  ObjectKey object_;
};

}  // namespace merlin::wire
