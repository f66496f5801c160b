#include "mon/oconf_here.hpp"

#include <fmt/format.h>

#include <condition_variable>
#include <mutex>
#include <thread>

#include "mon/core_check.hpp"
#include "mon/drained.hpp"
#include "mon/service.hpp"
#include "mon/service_plan.hpp"
#include "mon/site.hpp"

namespace merlin::mon {
namespace {

// Renews the lock for as long as a step goes on that may take longer than a lease.
class LiveLock {
 public:
  LiveLock(oconf::Stage& stage, std::string id)
      : thread_([this, &stage, id = std::move(id)](const std::stop_token& ends) { renew(stage, id, ends); }) {}

 private:
  void renew(oconf::Stage& stage, const std::string& id, const std::stop_token& ends) {
    std::unique_lock lock(mutex_);
    while (!ends.stop_requested()) {
      static_cast<void>(stage.renew(id));
      wake_.wait_for(lock, ends, oconf::lease / 3, [] { return false; });
    }
  }

  std::mutex mutex_;
  std::condition_variable_any wake_;
  std::jthread thread_;
};

Result<> with_core(const Call& call, ConfigurationHere& here, const std::string& id, Restart restart,
                   Result<> (oconf::Stage::*change)(const std::string&)) {
  if (restart == Restart::no) return (here.stage.*change)(id);
  const LiveLock lock(here.stage, id);
  Drained drained(call);
  if (auto changed = (here.stage.*change)(id); !changed) return changed;
  auto up = restart_core(call, here.config);
  drained.end();
  return up;
}

}  // namespace

std::optional<ConfigurationHere> configuration_here(const Call& call, Console& console, oconf::Resources resources) {
  auto config = load_config(call, console);
  if (!config) return std::nullopt;
  const auto files = core_files(config->core, look_at_machine());
  if (files.config.empty()) {
    console.error(
        {"no core's main configuration file is known", std::string(call.command->name), "set core { config = … } in merlin.conf"});
    return std::nullopt;
  }
  oconf::Stage stage(files.config, config->node_name);
  stage.mend();
  auto manifest = oconf::read_manifest(files.config, resources);
  if (manifest) return ConfigurationHere{std::move(*config), files.binary, std::move(*manifest), std::move(stage)};
  console.error(manifest.error());
  return std::nullopt;
}

void mend_configuration(const config::Config& config) {
  const auto files = core_files(config.core, look_at_machine());
  if (!files.config.empty()) oconf::Stage(files.config, config.node_name).mend();
}

Result<> stage_package(ConfigurationHere& here, const oconf::Package& package) {
  const auto to_verify = here.stage.prepare(package, here.manifest);
  if (!to_verify) return to_verify.error();
  const auto good = check_core(here.binary, *to_verify);
  if (good) return good;
  return Error{here.stage.with_real_names(package.id, good.error().what), "the core there", "mend the configuration; nothing was changed"};
}

Result<> activate_stage(const Call& call, ConfigurationHere& here, const std::string& id, Restart restart) {
  return with_core(call, here, id, restart, &oconf::Stage::activate);
}

Result<> undo_stage(const Call& call, ConfigurationHere& here, const std::string& id, Restart restart) {
  return with_core(call, here, id, restart, &oconf::Stage::undo);
}

Result<> install_package(const Call& call, ConfigurationHere& here, const oconf::Package& package, Restart restart) {
  auto staged = stage_package(here, package);
  if (!staged) {
    static_cast<void>(here.stage.drop(package.id));
    return Error{staged.error().what, here.config.node_name, staged.error().fix};
  }
  auto done = activate_stage(call, here, package.id, restart);
  if (!done) {
    const auto back = undo_stage(call, here, package.id, restart);
    done = Error{done.error().what, done.error().where, back ? "the configuration from before is in place again" : back.error().text()};
  }
  static_cast<void>(here.stage.drop(package.id));
  return done;
}

}  // namespace merlin::mon
