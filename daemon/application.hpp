// merlind: connects cluster::Node, which makes all decisions, to the outside. One event loop, one thread.
#pragma once

#include <ev++.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "daemon/control/control_requests.hpp"
#include "daemon/control/control_socket.hpp"
#include "daemon/links/core_link.hpp"
#include "daemon/links/peer_links.hpp"
#include "daemon/links/refusals.hpp"
#include "daemon/links/rejected_data.hpp"
#include "daemon/node_book.hpp"
#include "daemon/node_settings.hpp"
#include "daemon/process/logging.hpp"
#include "daemon/process/ticker.hpp"
#include "daemon/store/config_history.hpp"
#include "daemon/store/durable_file.hpp"
#include "daemon/store/store.hpp"
#include "shared/base/result.hpp"
#include "shared/base/state_paths.hpp"
#include "shared/cluster/node/node.hpp"
#include "shared/config/load.hpp"
#include "shared/net/identity.hpp"

namespace merlin::daemon {

// How long claims remain valid when merlind is stopped: long enough for a restart (R8).
inline constexpr Millis kPlannedAway{10'000};

// Empty: all addresses of the machine, which is the default; it is no error if the machine has no IPv6.
std::vector<std::string> listen_addresses(const config::Config& config);

LogTargets log_targets(const config::Config& config, bool also_stderr);

class Application final : public ControlDuties {
 public:
  // `loaded` has a config. `log` must outlive it.
  Application(ev::loop_ref loop, std::string config_path, config::LoadResult loaded, net::Identity identity, net::TlsContext tls, Log& log);
  Application(Application&&) = delete;
  ~Application() override;

  // Opens sockets and starts the node. Error: merlind cannot run.
  Result<> start();
  // Runs until a signal ends it.
  void run();

 private:
  // ControlDuties
  Json status() override;
  Json certs() override;
  Json version() override;
  Json owner(const std::string& host) override;
  Result<> order(const std::string& node, const wire::Order& order) override;
  Result<> forget(const std::string& host, const std::string& service) override;
  ReloadOutcome reload() override;
  void find_events(EventQuery query, std::function<void(const FoundEvents&)> found) override;
  std::string node_name(const NodeId& id) override;

  void restore();
  void carry_out(cluster::Actions actions);
  std::string host_name(const ObjectKey& object) const;
  void note_rejected(const DataSource& source, const wire::Rejects& rejects);
  void persist(const cluster::Durable& state);
  void try_to_save();
  void learned();
  void note_configuration(std::uint64_t digest);
  ReloadOutcome reject(std::vector<Error> errors);
  void apply(const config::Config& before, const config::Changes& changes);
  Result<> move_sockets(const config::Config& next, const config::Changes& changes);
  void housekeeping() noexcept;
  void tell_watchdog() noexcept;
  void reopen_log();
  void on_hangup() noexcept;
  void on_reopen() noexcept;
  void on_end() noexcept;
  void ended_when_flushed() noexcept;

  OwnSide own_side() const;
  CoreLink::Patience core_patience() const { return {config_.core_timeout, config_.busy_limit}; }
  PeerEvents peer_events();
  CoreEvents core_events();
  StoreEvents store_events();
  Status status_now() const;

  ev::loop_ref loop_;
  std::string config_path_;
  config::Config config_;
  std::vector<config::NodeConfig> idle_nodes_;  // taken out of config_
  std::vector<Error> warnings_;
  std::vector<Error> config_errors_;  // errors in merlin.conf on disk, if it is not the one in effect
  net::CertificateInfo certificate_;
  Log& log_;
  Now started_;
  std::uint64_t instance_;

  StatePaths paths_;
  DurableFile durable_file_;
  std::optional<cluster::Durable> unsaved_;
  std::string save_error_;
  Store store_;
  NodeBook book_;
  ConfigHistory config_history_;
  Refusals refusals_;
  RejectedData rejected_;
  PeerLinks peers_;
  CoreLink core_;
  ControlSocket control_;
  Ticker ticker_;
  std::optional<cluster::Node> node_;

  ev::timer housekeeping_;
  ev::timer watchdog_;
  ev::timer flush_;
  ev::sig hangup_;
  ev::sig reopen_;
  ev::sig terminate_;
  ev::sig interrupt_;
  bool ending_ = false;
  SteadyTime flush_until_{};
};

}  // namespace merlin::daemon
