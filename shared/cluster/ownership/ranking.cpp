#include "shared/cluster/ownership/ranking.hpp"

#include <algorithm>
#include <string>

#include "shared/base/hash.hpp"

namespace merlin::cluster {
namespace {

int group_of(const Candidate& candidate) {
  switch (candidate.phase) {
    case wire::NodePhase::ready:
      return candidate.weight > 0 ? 0 : 1;
    case wire::NodePhase::joining:
      return 2;
    case wire::NodePhase::drained:
      return 3;
  }
  return 3;
}

}  // namespace

std::uint64_t best_draw(const NodeId& node, std::uint32_t weight, std::string_view host_name) {
  std::string input;
  input.reserve(node.bytes.size() + 4 + host_name.size());
  input.append(node.view()).append(4, '\0').append(host_name);
  const std::uint32_t draws = std::clamp(weight, 1U, kMaxWeight);
  std::uint64_t best = 0;
  for (std::uint32_t draw = 0; draw < draws; ++draw) {
    for (std::size_t byte = 0; byte < 4; ++byte) input[node.bytes.size() + byte] = static_cast<char>((draw >> (8 * byte)) & 0xff);
    best = std::max(best, hash64(input));
  }
  return best;
}

bool stands_before(const Candidate& one, const Candidate& other) {
  const int group = group_of(one);
  const int other_group = group_of(other);
  if (group != other_group) return group < other_group;
  if (one.draw != other.draw) return one.draw > other.draw;
  return one.id < other.id;
}

}  // namespace merlin::cluster
