// Application: requests of the control socket, and reloading merlin.conf.
#include <fmt/format.h>
#include <unistd.h>

#include "daemon/application.hpp"
#include "daemon/control/drain.hpp"
#include "daemon/control/near_hosts.hpp"
#include "daemon/process/clocks.hpp"
#include "shared/cluster/ownership/inventory.hpp"
#include "shared/wire/frame.hpp"

namespace merlin::daemon {

Status Application::status_now() const {
  const Now now = read_clocks();
  Status status(config_);
  status.view = node_->view(now);
  status.now = now.wall;
  status.self = certificate_.node_id;
  status.fingerprint = certificate_.fingerprint;
  status.valid_until = certificate_.not_after;
  for (const config::NodeConfig& block : config_.nodes) {
    status.facts[block.name] = peers_.facts(block);
    status.ids[block.name] = book_.id_of(block.name);
  }
  status.idle_nodes = idle_nodes_;
  status.refused = refusals_.peers();
  status.refused_counts = refusals_.counts();
  status.rejected = rejected_.sources();
  if (peers_.descriptor_pauses() > 0) status.refused_counts[RefusalReason::no_descriptor] = peers_.descriptor_pauses();
  status.unauthenticated = peers_.unauthenticated();
  status.warnings = warnings_;
  status.config_errors = config_errors_;
  if (!save_error_.empty())
    status.troubles.push_back({"the state cannot be saved: " + save_error_, "", "make room on the disk, or correct its permissions"});
  if (!log_.failure().empty())
    status.troubles.push_back(
        {"the log cannot be written: " + log_.failure(), "", "make room on its disk, and make the log file writable for merlind"});
  status.store = store_.status(now.steady);
  status.version = MERLIN_VERSION;
  status.pid = ::getpid();
  status.uptime = now.steady - started_.steady;
  return status;
}

Json Application::status() { return status_document(status_now()); }

Json Application::certs() { return certs_document(status_now(), TlsPaths(config_.daemon.tls_dir).certificate()); }

Json Application::version() {
  return {{"version", MERLIN_VERSION},
          {"protocol", {wire::kOldestProtocolVersion, wire::kProtocolVersion}},
          {"node_id", certificate_.node_id.hex()},
          {"name", config_.node_name},
          {"pid", ::getpid()}};
}

Json Application::owner(const std::string& host) {
  const cluster::OwnerView view = node_->owner(host, read_clocks());
  Json document = owner_document(host, view);
  if (view.known) return document;
  const auto nearest = near_hosts(node_->inventory().get(), host);
  if (!nearest.empty()) document["nearest"] = nearest;
  return document;
}

Result<> Application::order(const std::string& node, const wire::Order& order) {
  const Now now = read_clocks();
  if (auto valid = check_order(order, now.wall); !valid) return valid;
  if (node.empty() || node == config_.node_name) {
    carry_out(node_->order(certificate_.node_id, order, now));
    return Ok{};
  }
  for (const config::NodeConfig& idle : idle_nodes_) {
    if (idle.name == node)
      return Error{fmt::format("{} blocks are not in effect yet: {} runs no checks for us", type_name(idle.type), node), idle.where.text,
                   ""};
  }
  if (config_.find_node(node) == nullptr) return Error{"there is no node " + node, "merlin.conf", "mon node list shows the names"};
  const NodeId id = book_.id_of(node);
  if (id.empty() || !peers_.is_linked(id)) return Error{node + " is not linked with this node", "", "run the command there"};
  carry_out(node_->order(id, order, now));
  return Ok{};
}

Result<> Application::forget(const std::string& host, const std::string& service) {
  const auto inventory = node_->inventory();
  if (!inventory) return Error{"no core is connected here: its objects are not known", "", "mon start, or run the command on another node"};
  const cluster::KnownHost* known = inventory->find(host_key(host));
  if (known == nullptr) {
    const auto nearest = near_hosts(inventory.get(), host);
    return Error{
        fmt::format("the core here has no host {} configured", host), "",
        nearest.empty() ? "write the name as in the core's configuration" : fmt::format("did you mean {}?", fmt::join(nearest, ", "))};
  }
  const ObjectKey object{host_key(host), service.empty() ? 0 : service_key(host, service)};
  if (!inventory->knows(object))
    return Error{fmt::format("{} has no service {}", host, service), "", "write the description as in the core's configuration"};
  carry_out(node_->forget(object, read_clocks()));
  return Ok{};
}

void Application::find_events(EventQuery query, std::function<void(const FoundEvents&)> found) {
  store_.find(std::move(query), std::move(found));
}

// A removed node is known by its id only.
std::string Application::node_name(const NodeId& id) {
  if (id == certificate_.node_id) return config_.node_name;
  for (const config::NodeConfig& node : config_.nodes) {
    if (book_.id_of(node.name) == id) return node.name;
  }
  return id.short_hex();
}

ReloadOutcome Application::reject(std::vector<Error> errors) {
  for (const Error& error : errors) log_.error(error.text());
  log_.error("merlin.conf cannot be applied: the last valid configuration stays in effect");
  config_errors_ = std::move(errors);
  return {{}, {}, config_errors_};
}

// A transaction: the steps that can fail come first, and a failure undoes them. Until they have succeeded, nothing of the new file is
// in effect, and only its errors are reported.
ReloadOutcome Application::reload() {
  config::LoadResult loaded = config::load_file(config_path_);
  if (!loaded.ok()) return reject(std::move(loaded.errors));
  config::Config next = std::move(*loaded.config);
  std::vector<config::NodeConfig> idle_nodes = take_idle_nodes(next);
  const ConfigChanges changes = config_changes(config_, next);
  if (const Result<> moved = move_sockets(next, changes.settings); !moved) return reject({moved.error()});

  const config::Config before = std::exchange(config_, std::move(next));
  idle_nodes_ = std::move(idle_nodes);
  warnings_ = std::move(loaded.warnings);
  config_errors_.clear();
  apply(before, changes.settings);
  for (const std::string& line : changes.lines) log_.info("merlin.conf: " + line);
  if (changes.lines.empty()) log_.info("merlin.conf was read again: no changes");
  return {changes.lines, warnings_, {}};
}

void Application::apply(const config::Config& before, const config::Changes& changes) {
  if (changes.has(config::Effect::log)) reopen_log();
  book_.set_config(config_);
  for (const config::NodeConfig& node : before.nodes) {
    if (config_.find_node(node.name) == nullptr) refusals_.forget_block(node.name);
  }
  for (const config::NodeConfig& node : config_.nodes) {
    for (const std::string& digits : node.fingerprints) refusals_.forget_certificate(prefixed_fingerprint(digits));
  }
  core_.apply(own_side(), core_patience());
  core_.keep_only([this](const std::string& fingerprint) { return book_.is_module(fingerprint); });
  peers_.apply(own_side(), changes.has(config::Effect::links));
  ticker_.set_heartbeat(config_.pulse_interval);
  store_.keep_events(config_.daemon.backlog_max_age, config_.daemon.backlog_max_size);
  carry_out(node_->set_settings(node_settings(config_, book_, certificate_.node_id), read_clocks()));
}

// Moves all sockets to their addresses in `next`, or none.
Result<> Application::move_sockets(const config::Config& next, const config::Changes& changes) {
  const bool moves_core = changes.has(config::Effect::ipc_socket);
  const bool moves_control = changes.has(config::Effect::control_socket);
  if (moves_core) {
    if (auto moved = core_.listen(next.ipc_socket); !moved) return moved.error();
  }
  if (moves_control) {
    if (auto moved = control_.listen(next.daemon.control_socket); !moved) {
      if (moves_core) static_cast<void>(core_.listen(config_.ipc_socket));
      return moved.error();
    }
  }
  if (!changes.has(config::Effect::listening)) return Ok{};
  auto moved = peers_.listen(listen_addresses(next), next.port);
  if (moved) return Ok{};
  if (moves_core) static_cast<void>(core_.listen(config_.ipc_socket));
  if (moves_control) static_cast<void>(control_.listen(config_.daemon.control_socket));
  return moved.error();
}

}  // namespace merlin::daemon
