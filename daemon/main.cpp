// merlind: one a node. Talks to the other daemons, knows who is alive, works out who owns which host.
#include <ev++.h>
#include <unistd.h>

#include <cstdio>
#include <exception>
#include <iostream>
#include <optional>

#include "application.hpp"
#include "background.hpp"
#include "clocks.hpp"
#include "module_identity.hpp"
#include "options.hpp"
#include "pidfile.hpp"
#include "user.hpp"
#include "watch_process.hpp"

namespace {

using namespace merlin;
using namespace merlin::daemon;

int fail(const Error& error) {
  std::cerr << "merlind: " << error.text() << "\n";
  return 1;
}

std::string folder_of(const std::string& path) { return path.substr(0, path.rfind('/')); }

Places places_of(const config::Config& config) {
  Places places;
  places.folders = {config.daemon.tls_dir, config.daemon.state_dir, folder_of(config.daemon.pidfile), folder_of(config.ipc_socket),
                    folder_of(config.daemon.control_socket)};
  if (config.log_file.starts_with('/')) places.folders.push_back(folder_of(config.log_file));
  places.files = {config.daemon.tls_dir + "/key.pem",       config.daemon.tls_dir + "/cert.pem",         config.daemon.state_dir + "/state",
                  config.daemon.state_dir + "/known_nodes", config.daemon.state_dir + "/config_history", config.daemon.pidfile};
  for (const char* part : {"", "-wal", "-shm"}) places.files.push_back(config.daemon.state_dir + "/store.db" + part);
  if (config.log_file.starts_with('/')) places.files.push_back(config.log_file);
  return places;
}

int check(const config::LoadResult& loaded, const std::string& path) {
  for (const Error& warning : loaded.warnings) std::cerr << warning.text() << "\n";
  std::cout << path << " is right\n";
  return 0;
}

Result<net::Identity> prepare(const config::Config& config) {
  if (auto became = become_user(config.daemon.user, places_of(config)); !became) return became.error();
  return net::load_or_create_identity(config.daemon.tls_dir, std::nullopt, read_clocks().wall);
}

int init(const config::Config& config) {
  // First, while we are root.
  const auto module = prepare_module_identity(config, read_clocks().wall);
  const auto identity = prepare(config);
  if (!identity) return fail(identity.error());
  std::cout << identity->certificate.fingerprint << "\n";
  if (!module) return fail(module.error());
  if (*module) std::cout << "module " << (*module)->certificate.fingerprint << "\n";
  return 0;
}

int run(const Options& options, config::LoadResult loaded) {
  const config::Config config = *loaded.config;
  std::optional<Background> background;
  if (!options.foreground) {
    auto entered = Background::enter();
    if (!entered) return fail(entered.error());
    background.emplace(std::move(*entered));
  }
  // Without root it was made before, or the core is elsewhere.
  if (::geteuid() == 0) {
    if (auto module = prepare_module_identity(config, read_clocks().wall); !module) fail(module.error());
  }
  std::optional<Result<net::Fd>> watch;
  if (::geteuid() == 0 && wants_watch(config)) watch = start_watch(options.config);
  auto identity = prepare(config);
  if (!identity) return fail(identity.error());
  auto pidfile = PidFile::take(config.daemon.pidfile);
  if (!pidfile) return fail(pidfile.error());
  auto tls = net::TlsContext::create(*identity);
  if (!tls) return fail(tls.error());

  Log log(log_targets(config, options.foreground));
  if (!log.failure().empty()) std::cerr << "merlind: " << log.failure() << "; logging to standard error\n";
  if (watch && !*watch) log.error(watch->error().text());
  if (!watch && wants_watch(config))
    log.info("not started by root: what is pushed by itself takes mon watch (systemctl enable --now merlin-watch)");
  ev::default_loop loop;
  Application application(loop, options.config, std::move(loaded), *identity, *tls, log);
  if (auto started = application.start(); !started) {
    log.error("merlind cannot start: " + started.error().text());
    return options.foreground ? 1 : fail(started.error());
  }
  if (background) background->started();
  application.run();
  return 0;
}

int work(const Options& options) {
  if (options.task == Task::version) {
    std::cout << "merlind " << MERLIN_VERSION << "\n";
    return 0;
  }
  config::LoadResult loaded = config::load_file(options.config);
  if (!loaded.ok()) {
    for (const Error& error : loaded.errors) std::cerr << error.text() << "\n";
    return 1;
  }
  if (options.task == Task::check) return check(loaded, options.config);
  return options.task == Task::run ? run(options, std::move(loaded)) : init(*loaded.config);
}

}  // namespace

int main(int argc, char** argv) {
  try {
    const ParsedOptions parsed = parse_options(argc, argv);
    return parsed.options ? work(*parsed.options) : parsed.exit_status;
  } catch (const std::exception& problem) {
    std::fprintf(stderr, "merlind: %s\n", problem.what());
    return 1;
  }
}
