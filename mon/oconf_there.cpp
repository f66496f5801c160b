// mon oconf stage, activate, undo, renew, drop and pack: what a push or a fetch runs on the other node. And mend.
#include <iostream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "mon/commands.hpp"
#include "mon/oconf/object_text.hpp"
#include "mon/oconf_here.hpp"
#include "mon/service_plan.hpp"
#include "mon/site.hpp"

namespace merlin::mon {
namespace {

using Change = Result<> (*)(const Call&, ConfigurationHere&, const std::string&, Restart);

int told(const Result<>& outcome, Console& console) {
  if (outcome) return all_well;
  console.error(outcome.error());
  return failed;
}

std::string all_input() { return {std::istreambuf_iterator<char>(std::cin), {}}; }

bool is_push(const Call& call, Console& console) {
  if (oconf::is_push_id(call.words.front())) return true;
  console.error({"no such push is staged here", std::string(call.command->name), "mon oconf push starts one"});
  return false;
}

int change(const Call& call, Console& console, Change what) {
  if (!is_push(call, console)) return failed;
  auto here = configuration_here(call, console);
  if (!here) return failed;
  return told(what(call, *here, call.words.front(), call.has("--restart") ? Restart::yes : Restart::no), console);
}

// Without a look at the files: it is done while another command works with them.
int on_stage(const Call& call, Console& console, Result<> (oconf::Stage::*what)(const std::string&)) {
  const auto config = is_push(call, console) ? load_config(call, console) : std::nullopt;
  if (!config) return failed;
  oconf::Stage stage(core_files(config->core, look_at_machine()).config, config->node_name);
  return told((stage.*what)(call.words.front()), console);
}

}  // namespace

int run_oconf_stage(const Call& call, Console& console) {
  auto here = configuration_here(call, console);
  if (!here) return failed;
  const auto package = oconf::unpack(all_input());
  return told(package ? stage_package(*here, *package) : Result<>(package.error()), console);
}

int run_oconf_activate(const Call& call, Console& console) { return change(call, console, activate_stage); }
int run_oconf_undo(const Call& call, Console& console) { return change(call, console, undo_stage); }
int run_oconf_renew(const Call& call, Console& console) { return on_stage(call, console, &oconf::Stage::renew); }
int run_oconf_drop(const Call& call, Console& console) { return on_stage(call, console, &oconf::Stage::drop); }

int run_oconf_mend(const Call& call, Console& console) {
  const auto config = load_config(call, console);
  if (!config) return failed;
  mend_configuration(*config);
  return all_well;
}

int run_oconf_pack(const Call& call, Console& console) {
  const auto here = configuration_here(call, console);
  if (!here) return failed;
  const auto theirs = oconf::read_document(nlohmann::ordered_json::parse(all_input(), nullptr, false));
  if (!theirs) return told(theirs.error(), console);
  const auto found = oconf::difference(here->manifest, *theirs);
  auto files = oconf::packed_files(here->manifest, found, [](const auto& file) { return oconf::read_object_text(file.path); });
  if (!files) return told(files.error(), console);
  const auto lineage = here->stage.lineage(here->manifest);
  console.out << oconf::pack(
      {oconf::new_push_id(), here->config.node_name, std::move(*files), found.removed, oconf::with(lineage.history, lineage.now)});
  return all_well;
}

}  // namespace merlin::mon
