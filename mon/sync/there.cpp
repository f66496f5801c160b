// mon sync compare and put: the commands that a sync runs on its target node.
#include "mon/cli/child.hpp"
#include "mon/cli/limits.hpp"
#include "mon/cli/options.hpp"
#include "mon/cli/read_input.hpp"
#include "mon/sync/exchange.hpp"

namespace merlin::mon {
namespace {

Result<std::string> compare(const std::string& input) {
  const auto trees = sync::unpack_trees(input);
  if (!trees) return trees.error();
  std::vector<sync::Change> changes;
  for (const sync::Tree& tree : *trees) {
    auto change = sync::difference(sync::settled(tree));
    if (!change) return change.error();
    changes.push_back(std::move(*change));
  }
  return sync::pack_changes(changes);
}

Result<> put(const std::string& input, Millis timeout) {
  const auto delivery = sync::unpack(input);
  if (!delivery) return delivery.error();
  for (std::size_t i = 0; i < delivery->trees.size(); ++i) {
    const auto made = sync::make_equal(sync::settled(delivery->trees[i]), delivery->changes[i], delivery->contents[i]);
    if (!made) return made;
  }
  if (delivery->restart.empty()) return Ok{};
  auto ran = run_child({"/bin/sh", "-c", delivery->restart}, timeout);
  if (ran) return ran;
  return Error{ran.error().what, delivery->restart, "the files are in place; correct the command, and run it there"};
}

Outcome<int> run_sync_compare(const Call&, Console& console) {
  const auto input = read_input(limits::kFileList);
  const auto changes = input ? compare(*input) : input.error();
  if (!changes) return changes.error();
  console.out << *changes;
  return kAllWell;
}

Outcome<int> run_sync_put(const Call& call, Console&) {
  const auto input = read_input(limits::kFiles);
  const auto done = input ? put(*input, call.timeout) : Result<>(input.error());
  return done ? Outcome<int>(kAllWell) : done.error();
}

}  // namespace

namespace commands {

extern const Command kSyncCompare{
    .name = "sync compare",
    .section = Section::files,
    .summary = "list differences from the files named on standard input",
    .details = "'mon sync push' runs this on the other node first. Nothing is changed.",
    .examples = {"mon sync compare"},
    .is_plumbing = true,
    .run = run_sync_compare,
};

extern const Command kSyncPut{
    .name = "sync put",
    .section = Section::files,
    .summary = "write files from standard input",
    .details = "'mon sync push' runs this on the other node after the comparison.",
    .examples = {"mon sync put"},
    .is_plumbing = true,
    .timeout = kServiceTimeout,
    .run = run_sync_put,
};

}  // namespace commands

}  // namespace merlin::mon
