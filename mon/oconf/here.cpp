#include "mon/oconf/here.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <nlohmann/json.hpp>
#include <thread>

#include "mon/cli/local_node.hpp"
#include "mon/oconf/loaded.hpp"
#include "mon/service/core_check.hpp"
#include "mon/service/drained.hpp"
#include "mon/service/service.hpp"
#include "mon/service/service_plan.hpp"

namespace merlin::mon {
namespace {

// Renews the lock during a step that may take longer than a lease.
class LiveLock {
 public:
  LiveLock(oconf::Stage& stage, std::string id)
      : thread_([this, &stage, id = std::move(id)](const std::stop_token& ends) { renew(stage, id, ends); }) {}

 private:
  void renew(oconf::Stage& stage, const std::string& id, const std::stop_token& ends) {
    std::unique_lock lock(mutex_);
    while (!ends.stop_requested()) {
      static_cast<void>(stage.renew(id));
      wake_.wait_for(lock, ends, oconf::kLease / 3, [] { return false; });
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

Outcome<ConfigurationHere> configuration_here(const Call& call, oconf::Resources resources) {
  auto config = load_config(call);
  if (!config) return config.failure();
  const auto files = core_files(config->core, look_at_machine());
  if (files.config.empty())
    return Error{"the core's main configuration file is not known", std::string(call.command->name),
                 "set core { config = … } in merlin.conf"};
  oconf::Stage stage(files.config, config->node_name);
  stage.mend();
  auto manifest = oconf::read_manifest(files.config, resources);
  if (!manifest) return manifest.error();
  return ConfigurationHere{std::move(*config), files.binary, std::move(*manifest), std::move(stage)};
}

void add_edited_configuration(const Call& call, nlohmann::ordered_json& status) {
  const auto loaded = config::load_file(call.config_path);
  const auto problems = status.find("problems");
  if (!loaded.config || problems == status.end() || !problems->is_array()) return;
  const auto main = core_files(loaded.config->core, look_at_machine()).config;
  const auto edited = main.empty() ? std::nullopt : oconf::edited_at(main);
  if (!edited) return;
  const auto time = static_cast<std::time_t>(edited->time_since_epoch() / std::chrono::seconds(1));
  const bool has_peers = std::ranges::any_of(loaded.config->nodes, [](const auto& node) { return node.type == config::NodeType::peer; });
  problems->push_back(
      {{"text", fmt::format("the object configuration here was changed at {:%Y-%m-%d %H:%M:%S}, and the core has not loaded it",
                            fmt::localtime(time))},
       {"fix", has_peers ? "mon oconf push" : "mon restart"},
       {"kind", "config_not_loaded"}});
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
  return Error{here.stage.with_real_names(package.id, good.error().what), "the core there",
               "correct the configuration; nothing was changed"};
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
    done = Error{done.error().what, done.error().where, back ? "the previous configuration is in place again" : back.error().text()};
  }
  static_cast<void>(here.stage.drop(package.id));
  return done;
}

}  // namespace merlin::mon
