// mon oconf stage, activate, undo, renew, drop and pack: the commands that a push or a fetch runs on the other node. And mend.
#include <nlohmann/json.hpp>

#include "mon/cli/limits.hpp"
#include "mon/cli/local_node.hpp"
#include "mon/cli/options.hpp"
#include "mon/cli/read_input.hpp"
#include "mon/oconf/here.hpp"
#include "mon/oconf/object_text.hpp"
#include "mon/service/service_plan.hpp"

namespace merlin::mon {
namespace {

using Change = Result<> (*)(const Call&, ConfigurationHere&, const std::string&, Restart);

Outcome<int> status_of(const Result<>& outcome) { return outcome ? Outcome<int>(kAllWell) : outcome.error(); }

Result<> check_id(const Call& call) {
  if (oconf::is_push_id(call.words.front())) return Ok{};
  return Error{"no such push is staged here", std::string(call.command->name), "start one with mon oconf push"};
}

Outcome<int> change(const Call& call, Change what) {
  if (const auto good = check_id(call); !good) return good.error();
  auto here = configuration_here(call);
  if (!here) return here.failure();
  return status_of(what(call, *here, call.words.front(), call.has("--restart") ? Restart::yes : Restart::no));
}

// Does not inspect the files, because another command works with them.
Outcome<int> on_stage(const Call& call, Result<> (oconf::Stage::*what)(const std::string&)) {
  if (const auto good = check_id(call); !good) return good.error();
  const auto config = load_config(call);
  if (!config) return config.failure();
  oconf::Stage stage(core_files(config->core, look_at_machine()).config, config->node_name);
  return status_of((stage.*what)(call.words.front()));
}

Outcome<int> run_oconf_stage(const Call& call, Console&) {
  auto here = configuration_here(call);
  if (!here) return here.failure();
  const auto input = read_input(limits::kFiles);
  const auto package = input ? oconf::unpack(*input) : input.error();
  return status_of(package ? stage_package(*here, *package) : Result<>(package.error()));
}

Outcome<int> run_oconf_activate(const Call& call, Console&) { return change(call, activate_stage); }
Outcome<int> run_oconf_undo(const Call& call, Console&) { return change(call, undo_stage); }
Outcome<int> run_oconf_renew(const Call& call, Console&) { return on_stage(call, &oconf::Stage::renew); }
Outcome<int> run_oconf_drop(const Call& call, Console&) { return on_stage(call, &oconf::Stage::drop); }

Outcome<int> run_oconf_mend(const Call& call, Console&) {
  const auto config = load_config(call);
  if (!config) return config.failure();
  mend_configuration(*config);
  return kAllWell;
}

Outcome<int> run_oconf_pack(const Call& call, Console& console) {
  const auto here = configuration_here(call);
  if (!here) return here.failure();
  const auto input = read_input(limits::kFileList);
  const auto theirs = input ? oconf::read_document(nlohmann::ordered_json::parse(*input, nullptr, false)) : input.error();
  if (!theirs) return theirs.error();
  const auto found = oconf::difference(here->manifest, *theirs);
  auto files = oconf::packed_files(here->manifest, found, [](const auto& file) { return oconf::read_object_text(file.path); });
  if (!files) return files.error();
  const auto lineage = here->stage.lineage(here->manifest);
  console.out << oconf::pack(
      {oconf::new_push_id(), here->config.node_name, std::move(*files), found.removed, oconf::with(lineage.history, lineage.now)});
  return kAllWell;
}

}  // namespace

namespace commands {

extern const Command kOconfStage{
    .name = "oconf stage",
    .section = Section::object_configuration,
    .summary = "read a push from standard input, and let the core here check it",
    .details = "'mon oconf push' runs this on the other node. The core's configuration does not change.",
    .examples = {"mon oconf stage"},
    .is_plumbing = true,
    .run = run_oconf_stage,
};

extern const Command kOconfActivate{
    .name = "oconf activate",
    .section = Section::object_configuration,
    .arguments = "ID",
    .summary = "put a staged push in place",
    .details = "Puts all files in place or none: if it is interrupted, the next mon command restores the old files.",
    .examples = {"mon oconf activate 0123456789abcdef --restart"},
    .options = {options::kWithCore},
    .min_words = 1,
    .max_words = 1,
    .is_plumbing = true,
    .run = run_oconf_activate,
};

extern const Command kOconfUndo{
    .name = "oconf undo",
    .section = Section::object_configuration,
    .arguments = "ID",
    .summary = "restore the files from before a push",
    .examples = {"mon oconf undo 0123456789abcdef --restart"},
    .options = {options::kWithCore},
    .min_words = 1,
    .max_words = 1,
    .is_plumbing = true,
    .run = run_oconf_undo,
};

extern const Command kOconfRenew{
    .name = "oconf renew",
    .section = Section::object_configuration,
    .arguments = "ID",
    .summary = "renew the lock of a push for another minute",
    .examples = {"mon oconf renew 0123456789abcdef"},
    .min_words = 1,
    .max_words = 1,
    .is_plumbing = true,
    .run = run_oconf_renew,
};

extern const Command kOconfDrop{
    .name = "oconf drop",
    .section = Section::object_configuration,
    .arguments = "ID",
    .summary = "end a push on this node: remove its staged files and its lock",
    .examples = {"mon oconf drop 0123456789abcdef"},
    .min_words = 1,
    .max_words = 1,
    .is_plumbing = true,
    .run = run_oconf_drop,
};

extern const Command kOconfMend{
    .name = "oconf mend",
    .section = Section::object_configuration,
    .summary = "restore the old files after an interrupted push",
    .details = "Every 'mon oconf' command, 'mon start', 'mon restart' and the start of merlind do this first.",
    .examples = {"mon oconf mend"},
    .is_plumbing = true,
    .run = run_oconf_mend,
};

extern const Command kOconfPack{
    .name = "oconf pack",
    .section = Section::object_configuration,
    .summary = "write our object files that differ from the list on standard input",
    .details = "'mon oconf fetch' runs this on the other node.",
    .examples = {"mon oconf pack"},
    .is_plumbing = true,
    .run = run_oconf_pack,
};

}  // namespace commands

}  // namespace merlin::mon
