// Application: what the control socket may ask, and the reading of merlin.conf while running.
#include <fmt/format.h>
#include <unistd.h>

#include "application.hpp"
#include "clocks.hpp"
#include "near_hosts.hpp"
#include "wire/frame.hpp"

namespace merlin::daemon {

Status Application::status_now() const {
  const Now now = read_clocks();
  Status status(config_);
  status.view = node_->view(now);
  status.now = now.wall;
  status.self = certificate_.node_id;
  status.fingerprint = certificate_.fingerprint;
  for (const config::NodeConfig& block : config_.nodes) {
    status.facts[block.name] = peers_.facts(block);
    status.ids[block.name] = book_.id_of(block.name);
  }
  status.idle_nodes = idle_nodes_;
  status.refused = refusals_.peers();
  status.refused_counts = refusals_.counts();
  if (peers_.descriptor_pauses() > 0) status.refused_counts["no_descriptor"] = peers_.descriptor_pauses();
  status.unauthenticated = peers_.unauthenticated();
  status.warnings = warnings_;
  status.config_errors = config_errors_;
  if (!save_error_.empty())
    status.troubles.push_back({"the state cannot be saved: " + save_error_, "", "make room on the disk, or mend its rights"});
  if (!log_.failure().empty())
    status.troubles.push_back(
        {"the log cannot be written: " + log_.failure(), "", "make room on its disk, and the log file writable for merlind"});
  status.store = store_.status(now.steady);
  status.version = MERLIN_VERSION;
  status.pid = ::getpid();
  status.uptime = now.steady - started_.steady;
  return status;
}

Json Application::status() { return status_document(status_now()); }

Json Application::certs() { return certs_document(status_now(), config_.daemon.tls_dir + "/cert.pem"); }

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

Result<> Application::order(const std::string& node, wire::OrderKind kind) {
  const Now now = read_clocks();
  if (node.empty() || node == config_.node_name) {
    carry_out(kind == wire::OrderKind::drain ? node_->drain(now) : node_->undrain(now));
    return Ok{};
  }
  for (const config::NodeConfig& idle : idle_nodes_) {
    if (idle.name == node)
      return Error{fmt::format("{} blocks are not in effect yet: {} runs nothing for us", type_name(idle.type), node), idle.where.text, ""};
  }
  if (config_.find_node(node) == nullptr) return Error{"there is no node " + node, "merlin.conf", "mon node list names them"};
  const NodeId id = book_.id_of(node);
  if (id.empty() || !peers_.is_linked(id)) return Error{node + " is not linked with this node", "", "run the command there"};
  carry_out(node_->order(id, kind, now));
  return Ok{};
}

void Application::find_events(EventQuery query, std::function<void(const FoundEvents&)> found) {
  store_.find(std::move(query), std::move(found));
}

// A node that is no more has but its id.
std::string Application::node_name(const NodeId& id) {
  if (id == certificate_.node_id) return config_.node_name;
  for (const config::NodeConfig& node : config_.nodes) {
    if (book_.id_of(node.name) == id) return node.name;
  }
  return id.short_hex();
}

ReloadOutcome Application::reload() {
  config::LoadResult loaded = config::load_file(config_path_);
  if (!loaded.ok()) {
    config_errors_ = loaded.errors;
    for (const Error& error : loaded.errors) log_.error(error.text());
    log_.error("merlin.conf is wrong: the last good configuration stays in effect");
    return {{}, {}, std::move(loaded.errors)};
  }
  std::vector<config::NodeConfig> idle_nodes = take_idle_nodes(*loaded.config);
  const config::Config before = std::exchange(config_, std::move(*loaded.config));
  warnings_ = std::move(loaded.warnings);
  config_errors_.clear();
  const ConfigChanges changes = config_changes(before, config_);
  if (const Result<> applied = apply(before, changes); !applied) {
    config_errors_ = {applied.error()};
    log_.error(applied.error().text());
    return {{}, {}, config_errors_};
  }
  idle_nodes_ = std::move(idle_nodes);
  for (const std::string& line : changes.lines) log_.info("merlin.conf: " + line);
  if (changes.lines.empty()) log_.info("merlin.conf was read again: nothing has changed");
  return {changes.lines, warnings_, {}};
}

// What can fail comes first: then nothing is changed but the sockets, and those go back to their old places.
Result<> Application::apply(const config::Config& before, const ConfigChanges& changes) {
  if (const Result<> moved = move_sockets(before, changes); !moved) {
    config_ = before;
    return moved.error();
  }
  if (changes.log) reopen_log();
  book_.set_config(config_);
  for (const config::NodeConfig& node : before.nodes) {
    if (config_.find_node(node.name) == nullptr) refusals_.forget_block(node.name);
  }
  for (const config::NodeConfig& node : config_.nodes) {
    for (const std::string& digits : node.fingerprints) refusals_.forget_certificate(prefixed_fingerprint(digits));
  }
  core_.set_self(own_side());
  core_.keep_only([this](const std::string& fingerprint) { return book_.is_module(fingerprint); });
  peers_.apply(own_side(), changes.identity);
  ticker_.set_beat(config_.pulse_interval);
  store_.keep_events(config_.daemon.backlog_max_age, config_.daemon.backlog_max_size);
  carry_out(node_->set_settings(node_settings(config_, book_, certificate_.node_id), read_clocks()));
  return Ok{};
}

Result<> Application::move_sockets(const config::Config& before, const ConfigChanges& changes) {
  if (changes.ipc_socket) {
    if (auto moved = core_.listen(config_.ipc_socket); !moved) return moved.error();
  }
  if (changes.control_socket) {
    if (auto moved = control_.listen(config_.daemon.control_socket); !moved) {
      if (changes.ipc_socket) static_cast<void>(core_.listen(before.ipc_socket));
      return moved.error();
    }
  }
  if (!changes.listening) return Ok{};
  auto moved = peers_.listen(listen_addresses(config_), config_.port);
  if (moved) return Ok{};
  if (changes.ipc_socket) static_cast<void>(core_.listen(before.ipc_socket));
  if (changes.control_socket) static_cast<void>(control_.listen(before.daemon.control_socket));
  return moved.error();
}

}  // namespace merlin::daemon
