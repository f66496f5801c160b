// Input from outside in a run: results and operators' actions, at any node.
#include <algorithm>
#include <array>

#include "tests/sim/plan.hpp"
#include "tests/sim/random.hpp"

namespace merlin::sim {
namespace {

constexpr Millis kFirst{12'000};
constexpr Millis kAfterHeal{20'000};

bool knows(const NodePlan& node, std::size_t object) {
  for (const std::size_t known : node.knows) {
    if (known == object) return true;
  }
  return false;
}

std::vector<std::size_t> draw_passive_objects(Plan& plan, Random& random) {
  std::vector<std::size_t> passives;
  const std::size_t checked = plan.objects.size();
  for (std::size_t host = 0; host < checked && passives.size() < 6; ++host) {
    if (!plan.objects[host].key.is_host() || !random.chance(40)) continue;
    const std::string name = plan.objects[host].host;
    passives.push_back(plan.objects.size());
    for (NodePlan& node : plan.nodes) {
      if (knows(node, host)) node.knows.push_back(plan.objects.size());
    }
    plan.objects.push_back({name, "passive", {host_key(name), service_key(name, "passive")}, {}, true});
  }
  return passives;
}

}  // namespace

void draw_traffic(Plan& plan, Random& random) {
  if (random.chance(25)) return;
  const std::vector<std::size_t> objects = draw_passive_objects(plan, random);
  if (objects.empty()) return;
  // Results of one object follow each other after a round trip; each burst must end before the run is judged.
  const std::int64_t objects_short = 1 + 3 / static_cast<std::int64_t>(objects.size());
  const Millis pause{std::array<std::int64_t, 3>{800, 1500, 5000}[random.below(3)] * objects_short};
  const bool anywhere = random.chance(50);  // or each object's results at one node
  for (Millis at = kFirst; at < plan.heal_at + kAfterHeal; at += Millis{1} + random.between(Millis{0}, 2 * pause)) {
    const std::size_t object = objects[random.below(objects.size())];
    const std::size_t node = (anywhere ? random.below(plan.nodes.size()) : object % plan.nodes.size());
    const std::size_t count = random.chance(10) ? 1 + random.below(4) : 1;
    if (!knows(plan.nodes[node], object)) continue;
    for (std::size_t result = 0; result < count; ++result) plan.passives.push_back({at, object, node});
  }
}

// On few objects, so that both sides of a split often act on the same one.
void draw_acts(Plan& plan, Random& random) {
  if (random.chance(25)) return;
  const std::size_t objects = 1 + random.below(std::min<std::size_t>(6, plan.objects.size()));
  const Millis pause{std::array<std::int64_t, 3>{700, 3000, 9000}[random.below(3)]};
  const int removes = static_cast<int>(random.below(50));
  for (Millis at = kFirst; at < plan.heal_at + kAfterHeal; at += Millis{1} + random.between(Millis{0}, 2 * pause)) {
    ActPlan act;
    act.at = at;
    act.node = random.below(plan.nodes.size());
    act.object = random.below(objects);
    act.act = random.chance(removes) ? Act::remove : static_cast<Act>(random.below(4));
    act.draw = random.next();
    if (knows(plan.nodes[act.node], act.object)) plan.acts.push_back(act);
  }
}

// A forced check is an additional run, which only a run with faults excuses.
void draw_commands(Plan& plan, Random& random) {
  const std::size_t objects = 1 + random.below(std::min<std::size_t>(6, plan.objects.size()));
  const Millis pause{std::array<std::int64_t, 3>{900, 4000, 10'000}[random.below(3)]};
  std::vector<Act> acts{Act::flexible_downtime, Act::custom_notification, Act::absurd_time};
  if (plan.unplanned) acts.push_back(Act::forced_check);
  for (Millis at = kFirst; at < plan.heal_at + kAfterHeal; at += Millis{1} + random.between(Millis{0}, 2 * pause)) {
    const ActPlan act{at, random.below(plan.nodes.size()), random.below(objects), acts[random.below(acts.size())], random.next()};
    if (knows(plan.nodes[act.node], act.object)) plan.acts.push_back(act);
  }
}

}  // namespace merlin::sim
