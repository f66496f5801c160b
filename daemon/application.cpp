#include "daemon/application.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <csignal>

#include "daemon/process/clocks.hpp"
#include "daemon/process/random_number.hpp"
#include "daemon/process/service_manager.hpp"
#include "shared/cluster/ownership/inventory.hpp"

namespace merlin::daemon {
namespace {

constexpr double kHousekeepingSeconds = 1.0;
constexpr double kFlushStepSeconds = 0.02;

}  // namespace

std::vector<std::string> listen_addresses(const config::Config& config) {
  return config.listen_addresses == config::Config{}.listen_addresses ? std::vector<std::string>{} : config.listen_addresses;
}

LogTargets log_targets(const config::Config& config, bool also_stderr) {
  return {config.log_level, config.log_file, config.use_syslog, also_stderr};
}

Application::Application(ev::loop_ref loop, std::string config_path, config::LoadResult loaded, net::Identity identity, net::TlsContext tls,
                         Log& log)
    : loop_(loop),
      config_path_(std::move(config_path)),
      config_(std::move(*loaded.config)),
      idle_nodes_(take_idle_nodes(config_)),
      warnings_(std::move(loaded.warnings)),
      certificate_(identity.certificate),
      log_(log),
      started_(read_clocks()),
      instance_(random_number()),
      paths_(config_.daemon.state_dir),
      durable_file_(paths_.state()),
      store_(loop, {paths_.store(), machine_id()}, store_events()),
      peers_(loop, own_side(), std::move(tls), book_, refusals_, log, peer_events()),
      core_(loop, own_side(), core_patience(), refusals_, log, core_events()),
      control_(loop,
               [this](const std::string& request, const net::PeerCredentials& from, ControlSocket::Reply reply) {
                 answer_request(request, from.uid == 0 || from.uid == ::geteuid(), *this, std::move(reply));
               }),
      ticker_(loop, config_.pulse_interval,
              [this](Now now, Millis late_by) {
                carry_out(node_->tick(now, late_by));
                core_.answer_heartbeat();
              }),
      housekeeping_(loop),
      watchdog_(loop),
      flush_(loop),
      hangup_(loop),
      reopen_(loop),
      terminate_(loop),
      interrupt_(loop) {
  book_.set_config(config_);
  book_.load(paths_.known_nodes());
  config_history_.load(paths_.config_history());
  housekeeping_.set<Application, &Application::housekeeping>(this);
  watchdog_.set<Application, &Application::tell_watchdog>(this);
  flush_.set<Application, &Application::ended_when_flushed>(this);
  hangup_.set<Application, &Application::on_hangup>(this);
  reopen_.set<Application, &Application::on_reopen>(this);
  terminate_.set<Application, &Application::on_end>(this);
  interrupt_.set<Application, &Application::on_end>(this);
}

Application::~Application() = default;

OwnSide Application::own_side() const { return {certificate_.node_id, config_.node_name, config_.cluster, instance_, MERLIN_VERSION}; }

PeerEvents Application::peer_events() {
  PeerEvents events;
  events.on_learned = [this] { learned(); };
  events.on_up = [this](const NodeId& id) { carry_out(node_->link_up(id, read_clocks())); };
  events.on_down = [this](const NodeId& id, bool by_peer) {
    if (!ending_) carry_out(node_->link_down(id, by_peer, read_clocks()));
  };
  events.on_message = [this](const NodeId& id, cluster::PeerMessage message) {
    if (!ending_) carry_out(node_->receive(id, std::move(message), read_clocks()));
  };
  events.on_rejected = [this](const NodeId& id, const wire::Rejects& rejects) { note_rejected({DataSource::Kind::peer, id}, rejects); };
  events.on_unreachable = [this](const NodeId& id) { carry_out(node_->unreachable(id, read_clocks())); };
  events.on_module = [this](std::unique_ptr<net::Connection> connection) {
    const std::string who = connection->peer().address;
    core_.adopt(std::move(connection), who);
  };
  events.inventory_digest = [this] {
    const auto inventory = node_->inventory();
    return inventory ? inventory->digest() : 0;
  };
  return events;
}

CoreEvents Application::core_events() {
  CoreEvents events;
  events.on_up = [this](const wire::CoreHello& hello) { carry_out(node_->core_connected(hello, read_clocks())); };
  events.on_down = [this] {
    if (!ending_) carry_out(node_->core_disconnected(read_clocks()));
  };
  events.on_message = [this](cluster::FromCore message) {
    if (ending_) return;
    if (const auto* inventory = std::get_if<wire::Inventory>(&message)) note_configuration(inventory->config_digest);
    carry_out(node_->receive_core(std::move(message), read_clocks()));
  };
  events.on_rejected = [this](const wire::Rejects& rejects) { note_rejected({DataSource::Kind::module, {}}, rejects); };
  return events;
}

StoreEvents Application::store_events() {
  StoreEvents events;
  events.on_saved = [this](std::uint64_t ticket, bool ok) {
    if (!ending_) carry_out(node_->saved(ticket, ok, read_clocks()));
  };
  events.on_line = [this](LogLevel level, const std::string& line) { log_.write(level, line); };
  events.on_lost = [this] {
    if (!ending_) carry_out(node_->store_lost(read_clocks()));
  };
  events.on_read = [this](cluster::EventsRead read) {
    if (!ending_) carry_out(node_->events_read(std::move(read), read_clocks()));
  };
  events.on_kept = [this](const std::vector<wire::EventMark>& streams) {
    if (!ending_) carry_out(node_->events_kept(streams, read_clocks()));
  };
  return events;
}

Result<> Application::start() {
  const Now now = read_clocks();
  const RestoredState restored = durable_file_.load(now.wall);
  using Condition = RestoredState::Condition;
  if (restored.condition == Condition::missing) log_.info("no saved state in " + durable_file_.path() + ": starting with a new one");
  if (restored.condition == Condition::damaged || restored.condition == Condition::unreadable) {
    log_.error(fmt::format("{} cannot be used ({}): continuing from the clock; earlier writes of this node stay older than new ones",
                           durable_file_.path(), restored.detail));
  }
  node_.emplace(node_settings(config_, book_, certificate_.node_id), restored.state, instance_, random_number(), now);
  node_->set_config_history(config_history_.before_the_last());
  restore();

  if (auto listening = peers_.listen(listen_addresses(config_), config_.port); !listening) return listening.error();
  if (auto listening = core_.listen(config_.ipc_socket); !listening) return listening.error();
  if (auto listening = control_.listen(config_.daemon.control_socket); !listening) return listening.error();
  for (const Error& warning : warnings_) log_.warning(warning.text());
  log_.info(fmt::format("merlind {} is node {} ({}) of cluster {}, certificate {}", MERLIN_VERSION, config_.node_name,
                        certificate_.node_id.hex(), config_.cluster, certificate_.fingerprint));
  carry_out(node_->start(now));
  peers_.apply(own_side(), false);
  return Ok{};
}

void Application::restore() {
  const Now before = read_clocks();
  store_.keep_events(config_.daemon.backlog_max_age, config_.daemon.backlog_max_size);
  cluster::Stored stored = store_.open();
  const Now now = read_clocks();
  const StoreStatus status = store_.status(now.steady);
  if (status.state == StoreStatus::State::well) {
    log_.info(fmt::format("the store {} contains {} rows and {} forwarded results, read in {} ms", status.path, stored.rows.size(),
                          stored.kept.size(), (now.steady - before.steady).count()));
  }
  note_rejected({DataSource::Kind::store, {}}, store_.rejected());
  node_->restore(std::move(stored), now);
}

void Application::run() {
  std::signal(SIGPIPE, SIG_IGN);
  hangup_.start(SIGHUP);
  reopen_.start(SIGUSR1);
  terminate_.start(SIGTERM);
  interrupt_.start(SIGINT);
  housekeeping_.start(kHousekeepingSeconds, kHousekeepingSeconds);
  if (const auto period = service_manager::watchdog_period()) {
    const double seconds = std::chrono::duration<double>(*period).count();
    watchdog_.start(seconds, seconds);
  }
  ticker_.start();
  service_manager::ready("running");
  loop_.run();
  log_.info("merlind stops");
}

void Application::carry_out(cluster::Actions actions) {
  for (cluster::Action& action : actions) {
    if (auto* to_peer = std::get_if<cluster::SendToPeer>(&action)) {
      peers_.send(to_peer->to, to_peer->priority, to_peer->message);
    } else if (auto* to_core = std::get_if<cluster::SendToCore>(&action)) {
      core_.send(to_core->message);
    } else if (auto* persisted = std::get_if<cluster::Persist>(&action)) {
      persist(persisted->state);
    } else if (auto* save = std::get_if<cluster::Save>(&action)) {
      store_.save(std::move(*save));
    } else if (auto* read = std::get_if<cluster::ReadEvents>(&action)) {
      store_.read(*read);
    } else if (auto* rejected = std::get_if<cluster::Rejected>(&action)) {
      note_rejected({DataSource::Kind::peer, rejected->from}, rejected->rejects);
    } else if (auto* line = std::get_if<cluster::Log>(&action)) {
      log_.write(line->level, line->line);
    }
  }
}

// The name as our core has it; empty if it has none.
std::string Application::host_name(const ObjectKey& object) const {
  const auto inventory = node_->inventory();
  const cluster::KnownHost* host = inventory ? inventory->find(object.host) : nullptr;
  return host == nullptr ? std::string() : host->name;
}

void Application::note_rejected(const DataSource& source, const wire::Rejects& rejects) {
  const auto since_last_line = rejected_.note(source, rejects, host_name(rejects.object()), read_clocks());
  if (!since_last_line) return;
  const std::string name = source.kind == DataSource::Kind::module  ? "the module"
                           : source.kind == DataSource::Kind::store ? "the store"
                                                                    : node_name(source.node);
  log_.warning(rejected_line(name, rejected_.sources().at(source), *since_last_line));
}

// A disk that cannot be written delays nothing: monitoring continues, the problem is reported, and writing is tried again.
void Application::persist(const cluster::Durable& state) {
  unsaved_ = state;
  try_to_save();
}

void Application::try_to_save() {
  if (!unsaved_) return;
  const Result<> saved = durable_file_.save(*unsaved_);
  if (saved) {
    unsaved_.reset();
    save_error_.clear();
    return;
  }
  save_error_ = saved.error().text();
  log_.error("the state cannot be saved: " + save_error_);
}

// A certificate has shown which node a block is. Stored, so that the next start knows it before the first link.
void Application::learned() {
  if (const Result<> saved = book_.save(paths_.known_nodes()); !saved) log_.warning(saved.error().text());
  carry_out(node_->set_settings(node_settings(config_, book_, certificate_.node_id), read_clocks()));
}

// Set before the node receives the inventory that came with it: the others are informed of both at once.
void Application::note_configuration(std::uint64_t digest) {
  if (!config_history_.note(digest)) return;
  node_->set_config_history(config_history_.before_the_last());
  if (const Result<> saved = config_history_.save(paths_.config_history()); !saved) log_.warning(saved.error().text());
}

void Application::housekeeping() noexcept {
  try_to_save();
  store_.look(read_clocks().steady);
  log_.retry();
}

void Application::tell_watchdog() noexcept { service_manager::alive(); }

void Application::on_end() noexcept {
  if (ending_) return loop_.break_loop(ev::ALL);
  service_manager::stopping();
  log_.info("stopping: announcing it to the other nodes");
  carry_out(node_->leave(kPlannedAway));
  ending_ = true;
  ticker_.stop();
  control_.close();
  peers_.finish("merlind stops");
  core_.finish("merlind stops");
  store_.finish();
  flush_until_ = read_clocks().steady + PeerLinks::kFlushTime;
  flush_.start(0.0, kFlushStepSeconds);
}

void Application::ended_when_flushed() noexcept {
  const bool flushed = peers_.open_links() == 0 && core_.open_links() == 0;
  const SteadyTime now = read_clocks().steady;
  if (!flushed && now < flush_until_) return;
  if (!store_.finished()) return;
  if (const StoreStatus store = store_.status(now); store.pending > 0) {
    log_.error(fmt::format("{} rows and results could not be saved in {}; the other nodes have them", store.pending, store.path));
  }
  try_to_save();
  loop_.break_loop(ev::ALL);
}

void Application::reopen_log() {
  const bool also_stderr = log_.targets().also_stderr;
  if (const Result<> opened = log_.reopen(log_targets(config_, also_stderr)); !opened) log_.error(opened.error().text());
}

void Application::on_reopen() noexcept { reopen_log(); }

void Application::on_hangup() noexcept {
  service_manager::reloading();
  reopen_log();
  static_cast<void>(reload());  // logs everything
  service_manager::ready("running");
}

}  // namespace merlin::daemon
