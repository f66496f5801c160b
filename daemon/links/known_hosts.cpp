#include "daemon/links/known_hosts.hpp"

namespace merlin::daemon {

KnownHosts::KnownHosts(ev::loop_ref loop, net::Resolver& resolver, Changed changed)
    : resolver_(resolver), changed_(std::move(changed)), timer_(loop) {
  timer_.set<KnownHosts, &KnownHosts::resolve_all>(this);
  constexpr double kSeconds = static_cast<double>(kRefresh.count()) / 1000;
  timer_.start(kSeconds, kSeconds);
}

void KnownHosts::set_nodes(const std::vector<config::NodeConfig>& nodes) {
  std::map<std::string, std::set<std::string>> hosts;
  for (const config::NodeConfig& node : nodes) hosts[node.address] = hosts_[node.address];
  hosts_ = std::move(hosts);
  resolve_all();
}

// A query that has no answer yet is replaced.
void KnownHosts::resolve_all() {
  queries_.clear();
  for (const auto& [name, hosts] : hosts_) {
    queries_[name] =
        resolver_.resolve({name, net::kDefaultPort}, [this, name = name](const Result<net::Addresses>& answer) { resolved(name, answer); });
  }
}

void KnownHosts::resolved(const std::string& name, const Result<net::Addresses>& addresses) {
  const auto found = hosts_.find(name);
  if (found == hosts_.end() || !addresses) return;
  found->second.clear();
  for (const net::SocketAddress& address : *addresses) found->second.insert(address.host());
  std::set<std::string> all;
  for (const auto& [one, hosts] : hosts_) all.insert(hosts.begin(), hosts.end());
  changed_(all);
}

}  // namespace merlin::daemon
