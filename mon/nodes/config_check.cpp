// mon config check
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "mon/cli/local_node.hpp"
#include "mon/cli/options.hpp"

namespace merlin::mon {
namespace {

using nlohmann::ordered_json;

ordered_json documents_of(const std::vector<Error>& errors) {
  ordered_json list = ordered_json::array();
  for (const Error& error : errors) list.push_back({{"what", error.what}, {"where", error.where}, {"fix", error.fix}});
  return list;
}

Outcome<int> run_config_check(const Call& call, Console& console) {
  const auto loaded = config::load_file(call.config_path);
  if (call.json()) {
    console.print({{"files", loaded.files}, {"errors", documents_of(loaded.errors)}, {"warnings", documents_of(loaded.warnings)}});
    return loaded.ok() ? kAllWell : kFailed;
  }
  if (!loaded.ok()) return Failure{loaded.errors};
  for (const Error& warning : loaded.warnings) console.out << plain(warning.text()) << '\n';
  const std::size_t count = loaded.warnings.size();
  const std::string warnings = count == 0 ? "" : fmt::format(", {} warning{}", count, count == 1 ? "" : "s");
  console.out << fmt::format("{}: no errors{}\n", call.config_path, warnings);
  return kAllWell;
}

}  // namespace

namespace commands {

extern const Command kConfigCheck{
    .name = "config check",
    .section = Section::status,
    .summary = "check merlin.conf and what it includes",
    .details =
        "Every error with its file and line, and exit status 1; keys without effect are warnings, and no failure. Nothing is changed.\n"
        "To check another file: --config FILE.",
    .examples = {"mon config check", "mon config check --config /tmp/merlin.conf"},
    .options = {options::kJson},
    .run = run_config_check,
};

}  // namespace commands

}  // namespace merlin::mon
