// Which link that has not presented a certificate yet is closed for a new one. Pure.
//
// Known hosts have places of their own, which strangers cannot take. Within its group a link has to share the places with those of the
// same source only, as long as there is room: a host of known ones; of strangers an IPv4 address, or a /64 of IPv6, which one machine can
// fill with addresses. Links that never sent a byte go first, then one at random: the oldest is the one whose handshake is almost complete,
// and many short-lived links would displace each link that needs a few round trips over a slow line.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "shared/net/address.hpp"

namespace merlin::net {

class Places {
 public:
  static constexpr std::size_t kMostTrusted = 256;

  using Number = std::uint64_t;

  struct Limits {
    std::size_t strangers = 64;
    std::size_t known = 64;
    std::size_t per_source = 8;
  };

  Places(const Limits& limits, std::uint32_t seed) : limits_(limits), random_(seed) {}

  // Hosts from which links are expected, as SocketAddress::host() writes them; instead of the previous ones.
  void set_known(std::set<std::string> hosts) { known_ = std::move(hosts); }
  // The link to close before one from this address is added; empty: there is a place.
  std::optional<Number> displaced_by(const SocketAddress& from, const std::function<bool(Number)>& is_silent);
  void add(Number number, const SocketAddress& from);
  void remove(Number number) { taken_.erase(number); }
  // It has presented a trusted certificate: from now on its host is known. The last kMostTrusted of these are.
  void trust(Number number);

 private:
  struct Source {
    bool is_known = false;
    std::string name;
    bool operator==(const Source&) const = default;
  };
  struct Taken {
    Source source;
    std::string host;
  };

  Source source_of(const SocketAddress& from) const;
  std::optional<Number> one_of(const std::vector<Number>& numbers);

  Limits limits_;
  std::mt19937 random_;
  std::set<std::string> known_;
  std::deque<std::string> trusted_;  // the newest last
  std::map<Number, Taken> taken_;
};

}  // namespace merlin::net
