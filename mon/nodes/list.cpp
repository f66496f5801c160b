// mon node list [--type=…]
#include <algorithm>

#include "mon/cli/local_node.hpp"
#include "mon/cli/options.hpp"

namespace merlin::mon {
namespace {

Outcome<int> run_node_list(const Call& call, Console& console) {
  const auto types = wanted_types(call);
  if (!types) return types.failure();
  const auto config = load_config(call);
  if (!config) return config.failure();

  nlohmann::ordered_json document{{"nodes", nlohmann::ordered_json::array()}};
  for (const auto& node : config->nodes) {
    if (std::ranges::find(*types, node.type) == types->end()) continue;
    document["nodes"].push_back({{"name", node.name}, {"type", config::type_name(node.type)}});
    if (!call.json()) console.out << "  " << node.name << '\n';
  }
  if (call.json()) console.print(document);
  return kAllWell;
}

}  // namespace

namespace commands {

extern const Command kNodeList{
    .name = "node list",
    .section = Section::nodes,
    .summary = "list the names of the configured nodes, one per line",
    .examples = {"mon node list", "mon node list --type=peer,poller"},
    .options = {options::kType, options::kJson},
    .run = run_node_list,
};

}  // namespace commands

}  // namespace merlin::mon
