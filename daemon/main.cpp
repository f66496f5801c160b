// merlind: one per node. Communicates with the other daemons, detects which are active, and decides which hosts this node owns.
#include <ev++.h>
#include <unistd.h>

#include <cstdio>
#include <exception>
#include <iostream>
#include <optional>

#include "daemon/application.hpp"
#include "daemon/links/module_identity.hpp"
#include "daemon/process/background.hpp"
#include "daemon/process/clocks.hpp"
#include "daemon/process/options.hpp"
#include "daemon/process/pidfile.hpp"
#include "daemon/process/user.hpp"
#include "daemon/process/watch_process.hpp"
#include "shared/base/journal.hpp"
#include "shared/base/state_paths.hpp"

namespace {

using namespace merlin;
using namespace merlin::daemon;

void complain(LogLevel level, const std::string& line) { std::cerr << stderr_priority(level) << line << "\n"; }

int fail(const Error& error) {
  complain(LogLevel::error, "merlind: " + error.text());
  return 1;
}

std::string folder_of(const std::string& path) { return path.substr(0, path.rfind('/')); }

Places places_of(const config::Config& config) {
  Places places;
  places.folders = {config.daemon.tls_dir, config.daemon.state_dir, folder_of(config.daemon.pidfile), folder_of(config.ipc_socket),
                    folder_of(config.daemon.control_socket)};
  if (config.log_file.starts_with('/')) places.folders.push_back(folder_of(config.log_file));
  places.files = StatePaths(config.daemon.state_dir).of_daemon();
  const TlsPaths tls(config.daemon.tls_dir);
  places.files.insert(places.files.end(), {tls.key(), tls.certificate(), config.daemon.pidfile});
  if (config.log_file.starts_with('/')) places.files.push_back(config.log_file);
  return places;
}

int check(const config::LoadResult& loaded, const std::string& path) {
  for (const Error& warning : loaded.warnings) complain(LogLevel::warning, warning.text());
  std::cout << path << " is valid\n";
  return 0;
}

Result<net::Identity> prepare(const config::Config& config) {
  if (auto became = become_user(config.daemon.user, places_of(config)); !became) return became.error();
  return net::load_or_create_identity(config.daemon.tls_dir, std::nullopt, read_clocks().wall);
}

int init(const config::Config& config) {
  // First, while still root.
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
  // Without root it was created before, or the core is on another machine.
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
  if (!log.failure().empty()) complain(LogLevel::error, "merlind: " + log.failure() + "; logging to standard error");
  if (watch && !*watch) log.error(watch->error().text());
  if (!watch && wants_watch(config)) log.info("not started by root: automatic pushes need mon watch (systemctl enable --now merlin-watch)");
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
    for (const Error& error : loaded.errors) complain(LogLevel::error, error.text());
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
