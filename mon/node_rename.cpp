// mon node rename OLD NEW
#include <fmt/format.h>

#include "config/edit_file.hpp"
#include "config/problems.hpp"
#include "mon/commands.hpp"
#include "mon/editing.hpp"
#include "mon/site.hpp"

namespace merlin::mon {
namespace {

Result<> check(const Call& call, const Before& before) {
  if (!before.config) return Ok{};
  if (before.config->find_node(call.words[0]) == nullptr) return unknown_node(call, call.words[0], before.names());
  if (before.config->find_node(call.words[1]) == nullptr) return Ok{};
  return Error{fmt::format("there is a node {} already", config::quoted(call.words[1])), "node rename", "choose another name"};
}

}  // namespace

int run_node_rename(const Call& call, Console& console) {
  const Before before = look_before_edit(call);
  if (const auto good = check(call, before); !good) {
    console.error(good.error());
    return wrong_usage;
  }
  const auto edit = config::rename_node(call.config_path, call.words[0], call.words[1]);
  if (!edit.ok()) return refuse_edit(call, console, before, edit);
  console.out << fmt::format("{} renamed to {} in {}\n", call.words[0], call.words[1], edit.file);
  print_new_warnings(console, before, edit);
  return tell_daemon(call, console);
}

}  // namespace merlin::mon
