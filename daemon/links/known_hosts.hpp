// The IP addresses of the configured nodes, from which links are expected. Belongs to the loop's thread.
#pragma once

#include <ev++.h>

#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "shared/config/config.hpp"
#include "shared/net/resolver.hpp"

namespace merlin::daemon {

class KnownHosts {
 public:
  // Names are resolved again after this time, because addresses change.
  static constexpr Millis kRefresh{60'000};

  using Changed = std::function<void(const std::set<std::string>& hosts)>;

  // `changed` receives all of them. Loop and resolver must outlive it.
  KnownHosts(ev::loop_ref loop, net::Resolver& resolver, Changed changed);
  KnownHosts(KnownHosts&&) = delete;

  void set_nodes(const std::vector<config::NodeConfig>& nodes);

 private:
  void resolve_all();
  void resolved(const std::string& name, const Result<net::Addresses>& addresses);

  net::Resolver& resolver_;
  Changed changed_;
  std::map<std::string, std::set<std::string>> hosts_;   // by configured address; those of the last answer that was none
  std::map<std::string, net::Resolver::Query> queries_;  // likewise
  ev::timer timer_;
};

}  // namespace merlin::daemon
