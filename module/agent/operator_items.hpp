// How the cluster identifies a comment, a downtime and an attribute: by a hash of its contents, so that each core finds its own
// number for it, even if its retention file has changed the numbers.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <unordered_map>

#include "module/agent/operator_core.hpp"
#include "shared/base/ids.hpp"

namespace merlin::neb {

// `ordinal` distinguishes exact duplicates on one object. Texts count as a core's retention file returns them: their first
// line without trailing blanks.
std::uint64_t comment_item(const ObjectKey& object, const wire::CommentRegister& content, std::uint32_t ordinal);
std::uint64_t downtime_item(const ObjectKey& object, const wire::DowntimeRegister& content, std::uint32_t ordinal);
std::uint64_t attribute_item(std::string_view name);

// Maps this core's numbers to the cluster's items and back.
class ItemMap {
 public:
  struct Place {
    Index object = kNoObject;
    std::uint64_t item = 0;
    bool operator==(const Place&) const = default;
  };

  void add(LocalId id, Index object, std::uint64_t item);
  void remove(LocalId id);
  std::optional<Place> find(LocalId id) const;
  LocalId find(Index object, std::uint64_t item) const;  // 0: the core has none
  std::size_t size() const { return places_.size(); }

  // The first item of `make(ordinal)` that the object does not have yet.
  template <class Make>
  std::uint64_t free_item(Index object, Make&& make) const {
    std::uint32_t ordinal = 0;
    while (find(object, make(ordinal)) != 0) ++ordinal;
    return make(ordinal);
  }

 private:
  struct Hash {
    std::size_t operator()(const Place& place) const noexcept { return place.item ^ (place.object * 0x9E3779B97F4A7C15ULL); }
  };

  std::unordered_map<LocalId, Place> places_;
  std::unordered_map<Place, LocalId, Hash> ids_;
};

}  // namespace merlin::neb
