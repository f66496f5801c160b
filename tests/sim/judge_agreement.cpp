// Judges whether all nodes show the same, and whether it is up to date.
#include <algorithm>
#include <map>

#include "shared/wire/codec.hpp"
#include "shared/wire/fit.hpp"
#include "tests/sim/inspector.hpp"
#include "tests/sim/journal_judge.hpp"
#include "tests/sim/judge.hpp"
#include "tests/sim/story.hpp"

namespace merlin::sim {
// ---- I7

void Judge::check_agreement(Millis now) {
  check_tables(now);
  const auto fails = [&](const std::string& what) { fail(now, what); };
  judge_journals(servers_, fails);
  const auto running = std::find_if(servers_.begin(), servers_.end(), [](const auto& server) { return server->daemon_runs(); });
  if (running != servers_.end()) operators_.judge(cluster::NodeInspector((*running)->node()).table(), fails);
  for (std::size_t node = 0; node < servers_.size(); ++node) {
    if (servers_[node]->daemon_runs() && servers_[node]->core_runs()) check_core(node, now);
  }
  check_freshness(now);
}

void Judge::check_tables(Millis now) {
  const Server* first = nullptr;
  for (std::size_t node = 0; node < servers_.size(); ++node) {
    const Server& server = *servers_[node];
    if (!server.daemon_runs()) continue;
    const cluster::NodeInspector inside(server.node());
    if (inside.forwards_waiting() > 0)
      fail(now, "I7: " + plan_.nodes[node].name + " has " + std::to_string(inside.forwards_waiting()) + " results waiting for their owner");
    if (!inside.core_fed()) fail(now, "I7: " + plan_.nodes[node].name + " has rows left for its core");
    for (const NodePlan& peer : plan_.nodes) {
      if (inside.backlog(peer.id) > 0) fail(now, "I7: " + plan_.nodes[node].name + " has a backlog for " + peer.name);
    }
    if (first == nullptr) first = &server;
    if (inside.table().digest() != cluster::NodeInspector(first->node()).table().digest())
      fail(now, "I7: the table of " + plan_.nodes[node].name + " differs");
  }
}

void Judge::check_core(std::size_t node, Millis now) {
  const cluster::NodeInspector inside(servers_[node]->node());
  operators_.judge_core(node, servers_[node]->core(), inside.table(), [&](const std::string& what) { fail(now, what); });
  const Monitor& core = servers_[node]->core();
  std::map<ObjectKey, std::size_t> objects;
  for (std::size_t object : plan_.nodes[node].knows) objects[plan_.objects[object].key] = object;
  const cluster::Table& table = inside.table();
  for (auto row = table.after(0); row != table.end(); ++row) {
    if (row->second->content.kind != wire::RegisterKind::check) continue;
    const auto known = objects.find(row->second->content.object);
    if (known == objects.end()) continue;
    const ModelState& state = core.state(known->second);
    const auto content = wire::decode<wire::CheckRegister>(row->second->content.value);
    wire::CheckRegister shown;
    shown.output = state.output;
    shown.long_output = state.long_output;
    wire::fit(shown, 0);
    const bool equal = content && shown.output == content->output && shown.long_output == content->long_output &&
                       state.current_state == content->current_state && state.is_flapping == content->is_flapping &&
                       state.current_attempt == content->current_attempt && core.version(known->second) == row->second->content.version;
    if (!equal)
      fail(now, "I7: the core of " + plan_.nodes[node].name + " shows " + state.output + " for " + describe(known->second) +
                    ", the table has " + content->output);
  }
}

// L4: everything that some node could check was checked within the last interval, and the tables contain exactly that result.
void Judge::check_freshness(Millis now) {
  std::map<ObjectKey, std::string> shown;
  for (const auto& server : servers_) {
    if (!server->daemon_runs()) continue;
    const cluster::Table& table = cluster::NodeInspector(server->node()).table();
    for (auto row = table.after(0); row != table.end(); ++row) {
      if (row->second->content.kind != wire::RegisterKind::check) continue;
      const auto content = wire::decode<wire::CheckRegister>(row->second->content.value);
      shown[row->second->content.object] = content ? content->output : "nothing";
    }
    break;
  }
  for (std::size_t object = 0; object < plan_.objects.size(); ++object) {
    const bool known = std::any_of(servers_.begin(), servers_.end(),
                                   [&](const auto& server) { return server->core_runs() && server->core().knows(object); });
    if (!known || plan_.objects[object].passive) continue;
    const auto last = log_.last_run(object);
    if (!last) {
      fail(now, "L4: " + describe(object) + " was never checked");
      continue;
    }
    const CheckRun& run = log_.runs()[*last];
    if (now - run.started > plan_.check_interval + Millis{15'000})
      fail(now, "L4: " + describe(object) + " was last checked " + seconds(now - run.started) + " ago");
    const std::string& output = shown[plan_.objects[object].key];
    if (output != CheckLog::output_of(*last) && !may_be_shown(output, run))
      fail(now, "L4: the tables show " + output + " for " + describe(object) + ", the last is " + CheckLog::output_of(*last));
  }
}

}  // namespace merlin::sim
