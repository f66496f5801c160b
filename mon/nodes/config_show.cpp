// mon config show
#include <nlohmann/json.hpp>

#include "mon/cli/local_node.hpp"
#include "mon/cli/options.hpp"
#include "mon/nodes/settings_view.hpp"
#include "shared/config/sources.hpp"

namespace merlin::mon {
namespace {

Outcome<int> run_config_show(const Call& call, Console& console) {
  const auto config = load_config(call);
  if (!config) return config.failure();
  const config::Tree tree = config::read_tree(call.config_path, config::disk());
  const auto settings = settings_of(tree, *config, call.has("--effective") ? WhichSettings::effective : WhichSettings::written);
  if (call.json())
    console.print({{"settings", settings_document(settings)}});
  else
    console.out << settings_text(settings);
  return kAllWell;
}

}  // namespace

namespace commands {

extern const Command kConfigShow{
    .name = "config show",
    .section = Section::status,
    .summary = "the settings of merlin.conf, and the file and line of each",
    .details =
        "Included files too. What it prints is a merlin.conf of the same meaning. With --effective also the default of each key that\n"
        "is not set; a default that is no constant is a comment.",
    .examples = {"mon config show", "mon config show --effective"},
    .options = {{"--effective", "", "also the settings that have their defaults"}, options::kJson},
    .run = run_config_show,
};

}  // namespace commands

}  // namespace merlin::mon
