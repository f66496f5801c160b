#include "shared/wire/rejects.hpp"

#include <utility>

namespace merlin::wire {

std::string_view word_of(RejectReason reason) {
  static constexpr std::array<std::string_view, kRejectReasons> kWords{
      "unreadable", "text_too_long", "line_break", "time", "duration", "number",  "count", "too_large",
      "term",       "clock",         "view_size",  "rank", "writer",   "content", "full",  "relayed"};
  return kWords[static_cast<std::size_t>(reason)];
}

void Rejects::add(RejectReason reason, std::string what, const ObjectKey& object, std::uint64_t count) {
  if (total_ == 0) {
    what_ = std::move(what);
    object_ = object;
  }
  counts_[static_cast<std::size_t>(reason)] += count;
  total_ += count;
}

void Rejects::add(const Rejects& more) {
  if (total_ == 0) {
    what_ = more.what_;
    object_ = more.object_;
  }
  for (std::size_t reason = 0; reason < kRejectReasons; ++reason) counts_[reason] += more.counts_[reason];
  total_ += more.total_;
}

}  // namespace merlin::wire
