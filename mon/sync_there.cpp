// mon sync compare and put: what a sync runs on the node that it goes to.
#include <iostream>
#include <iterator>

#include "mon/child.hpp"
#include "mon/commands.hpp"
#include "mon/sync/exchange.hpp"

namespace merlin::mon {
namespace {

std::string all_input() { return {std::istreambuf_iterator<char>(std::cin), {}}; }

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
  return Error{ran.error().what, delivery->restart, "the files are in place; mend the command, and run it there"};
}

}  // namespace

int run_sync_compare(const Call&, Console& console) {
  const auto changes = compare(all_input());
  if (changes) console.out << *changes;
  if (!changes) console.error(changes.error());
  return changes ? all_well : failed;
}

int run_sync_put(const Call& call, Console& console) {
  const auto done = put(all_input(), call.timeout);
  if (!done) console.error(done.error());
  return done ? all_well : failed;
}

}  // namespace merlin::mon
