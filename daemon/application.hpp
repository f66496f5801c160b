// merlind: the heart (cluster::Node) with everything that connects it to the world. One event loop, one thread.
#pragma once

#include <ev++.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "cluster/node.hpp"
#include "config/load.hpp"
#include "config_history.hpp"
#include "control_requests.hpp"
#include "control_socket.hpp"
#include "core_link.hpp"
#include "durable_file.hpp"
#include "logging.hpp"
#include "net/identity.hpp"
#include "node_book.hpp"
#include "node_settings.hpp"
#include "peer_links.hpp"
#include "refusals.hpp"
#include "store.hpp"
#include "ticker.hpp"

namespace merlin::daemon {

// How long claims stand when merlind is told to end: time enough for a restart (R8).
inline constexpr Millis kPlannedAway{10'000};

// Empty: all that the machine has, which is the default; no machine is at fault for having no IPv6.
std::vector<std::string> listen_addresses(const config::Config& config);

LogTargets log_targets(const config::Config& config, bool also_stderr);

class Application final : public ControlDuties {
 public:
  // `loaded` has a config. `log` must outlive it.
  Application(ev::loop_ref loop, std::string config_path, config::LoadResult loaded, net::Identity identity, net::TlsContext tls, Log& log);
  Application(Application&&) = delete;
  ~Application() override;

  // Opens sockets and starts the heart. Error: merlind cannot run.
  Result<> start();
  // Until a signal ends it.
  void run();

 private:
  // ControlDuties
  Json status() override;
  Json certs() override;
  Json version() override;
  Json owner(const std::string& host) override;
  Result<> order(const std::string& node, wire::OrderKind kind) override;
  ReloadOutcome reload() override;
  void find_events(EventQuery query, std::function<void(const FoundEvents&)> found) override;
  std::string node_name(const NodeId& id) override;

  void restore();
  void carry_out(cluster::Actions actions);
  void persist(const cluster::Durable& state);
  void try_to_save();
  void learned();
  void note_configuration(std::uint64_t digest);
  Result<> apply(const config::Config& before, const ConfigChanges& changes);
  Result<> move_sockets(const config::Config& before, const ConfigChanges& changes);
  void housekeeping() noexcept;
  void tell_watchdog() noexcept;
  void reopen_log();
  void on_hangup() noexcept;
  void on_reopen() noexcept;
  void on_end() noexcept;
  void ended_when_flushed() noexcept;

  OwnSide own_side() const;
  PeerEvents peer_events();
  CoreEvents core_events();
  StoreEvents store_events();
  Status status_now() const;

  ev::loop_ref loop_;
  std::string config_path_;
  config::Config config_;
  std::vector<config::NodeConfig> idle_nodes_;  // taken out of config_
  std::vector<Error> warnings_;
  std::vector<Error> config_errors_;  // of merlin.conf on disk, when it is not the one in effect
  net::CertificateInfo certificate_;
  Log& log_;
  Now started_;
  std::uint64_t instance_;

  DurableFile durable_file_;
  std::optional<cluster::Durable> unsaved_;
  std::string save_error_;
  Store store_;
  std::string book_path_;
  NodeBook book_;
  std::string config_history_path_;
  ConfigHistory config_history_;
  Refusals refusals_;
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
