// mon node list [--type=…]
#include <algorithm>

#include "mon/commands.hpp"
#include "mon/site.hpp"

namespace merlin::mon {

int run_node_list(const Call& call, Console& console) {
  const auto types = wanted_types(call, console);
  if (!types) return wrong_usage;
  const auto config = load_config(call, console);
  if (!config) return failed;

  nlohmann::ordered_json document{{"nodes", nlohmann::ordered_json::array()}};
  for (const auto& node : config->nodes) {
    if (std::ranges::find(*types, node.type) == types->end()) continue;
    document["nodes"].push_back({{"name", node.name}, {"type", config::type_name(node.type)}});
    if (!call.json()) console.out << "  " << node.name << '\n';
  }
  if (call.json()) console.print(document);
  return all_well;
}

}  // namespace merlin::mon
