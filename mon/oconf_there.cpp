// mon oconf stage, activate, undo and drop: what a push runs on the nodes that it goes to.
#include <iostream>
#include <iterator>

#include "mon/commands.hpp"
#include "mon/core_check.hpp"
#include "mon/oconf/stage.hpp"
#include "mon/oconf_here.hpp"
#include "mon/service_plan.hpp"
#include "mon/site.hpp"

namespace merlin::mon {
namespace {

int told(const Result<>& outcome, Console& console) {
  if (outcome) return all_well;
  console.error(outcome.error());
  return failed;
}

std::optional<oconf::Stage> stage_here(const Call& call, Console& console) {
  const auto config = load_config(call, console);
  if (!config) return std::nullopt;
  const auto files = core_files(config->core, look_at_machine());
  if (!files.config.empty() && oconf::is_push_id(call.words.front())) return oconf::Stage(files.config);
  console.error({"no such push is staged here", std::string(call.command->name), "mon oconf push starts one"});
  return std::nullopt;
}

Result<> stage(const std::string& bytes, const oconf::Manifest& present, const std::string& binary) {
  const auto package = oconf::unpack(bytes);
  if (!package) return package.error();
  oconf::Stage here(present.main.path);
  const auto to_verify = here.prepare(*package, present);
  if (!to_verify) return to_verify.error();
  const auto good = check_core(binary, *to_verify);
  if (good) return good;
  return Error{here.with_real_names(package->id, good.error().what), "the core there", "mend the configuration; nothing was changed"};
}

}  // namespace

int run_oconf_stage(const Call& call, Console& console) {
  const auto present = manifest_here(call, console);
  const auto config = present ? load_config(call, console) : std::nullopt;
  if (!config) return failed;
  const std::string bytes{std::istreambuf_iterator<char>(std::cin), {}};
  return told(stage(bytes, *present, core_files(config->core, look_at_machine()).binary), console);
}

int run_oconf_activate(const Call& call, Console& console) {
  auto here = stage_here(call, console);
  return here ? told(here->activate(call.words.front()), console) : failed;
}

int run_oconf_undo(const Call& call, Console& console) {
  auto here = stage_here(call, console);
  return here ? told(here->undo(call.words.front()), console) : failed;
}

int run_oconf_drop(const Call& call, Console& console) {
  auto here = stage_here(call, console);
  return here ? told(here->drop(call.words.front()), console) : failed;
}

}  // namespace merlin::mon
