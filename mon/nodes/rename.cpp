// mon node rename OLD NEW
#include <fmt/format.h>

#include "mon/cli/local_node.hpp"
#include "mon/nodes/editing.hpp"
#include "shared/config/edit_file.hpp"
#include "shared/config/problems.hpp"

namespace merlin::mon {
namespace {

Result<> check(const Call& call, const Before& before) {
  if (!before.config) return Ok{};
  if (before.config->find_node(call.words[0]) == nullptr) return unknown_node(call, call.words[0], before.names());
  if (before.config->find_node(call.words[1]) == nullptr) return Ok{};
  return Error{fmt::format("a node {} already exists", config::quoted(call.words[1])), "node rename", "choose another name"};
}

Outcome<int> run_node_rename(const Call& call, Console& console) {
  const Before before = look_before_edit(call);
  if (const auto good = check(call, before); !good) return usage(good.error());
  const auto edit = config::rename_node(call.config_path, call.words[0], call.words[1]);
  if (!edit.ok()) return refusal(call, before, edit);
  return finish_edit(call, console, before, edit, fmt::format("{} renamed to {} in {}", call.words[0], call.words[1], edit.file));
}

}  // namespace

namespace commands {

extern const Command kNodeRename{
    .name = "node rename",
    .section = Section::nodes,
    .arguments = "OLD NEW",
    .summary = "rename a node in merlin.conf",
    .details = "If the node has no address in merlin.conf, its name is its address: the new name is used from now on.",
    .examples = {"mon node rename peer02 nagios02"},
    .min_words = 2,
    .max_words = 2,
    .run = run_node_rename,
};

}  // namespace commands

}  // namespace merlin::mon
