#include "tests/scenarios/scenario.hpp"

#include <algorithm>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include "shared/base/hash.hpp"
#include "tests/sim/world.hpp"

namespace merlin::sim {
namespace {

constexpr char kDashes[] = "----";

struct Words {
  std::size_t nodes = 3;
  std::size_t hosts = 6;
  std::size_t services = 0;
  Millis pulse{1000};
};

std::size_t number_of(const std::string& node) { return std::stoul(node.substr(4)); }

void add_objects(Plan& plan, const Words& words) {
  for (std::size_t host = 0; host < words.hosts; ++host) {
    const std::string name = "host" + std::to_string(host);
    plan.objects.push_back({name, "", {host_key(name), 0}, {}});
    for (std::size_t service = 0; service < words.services; ++service) {
      const std::string description = "service" + std::to_string(service);
      plan.objects.push_back({name, description, {host_key(name), service_key(name, description)}, {}});
    }
  }
}

void add_nodes(Plan& plan, const Words& words) {
  for (std::size_t number = 0; number < words.nodes; ++number) {
    NodePlan node;
    node.name = "node" + std::to_string(number);
    for (std::size_t byte = 0; byte < node.id.bytes.size(); ++byte)
      node.id.bytes[byte] = static_cast<std::uint8_t>(hash64(node.name) >> (byte % 8 * 8));
    node.pulse_interval = words.pulse;
    node.said_weights.resize(words.nodes);
    for (std::size_t object = 0; object < plan.objects.size(); ++object) node.knows.push_back(object);
    plan.nodes.push_back(std::move(node));
  }
  plan.latency.assign(words.nodes, std::vector<Millis>(words.nodes, Millis{2}));
  plan.jitter = Millis{0};
}

void lack(Plan& plan, NodePlan& node, const std::string& object) {
  std::erase_if(node.knows, [&](std::size_t known) {
    const ObjectPlan& one = plan.objects[known];
    return one.host == object || one.host + "/" + one.service == object;
  });
}

// "host3" or "host3/service0"
std::size_t object_number(const Plan& plan, const std::string& name) {
  for (std::size_t number = 0; number < plan.objects.size(); ++number) {
    const ObjectPlan& one = plan.objects[number];
    if (name == (one.service.empty() ? one.host : one.host + "/" + one.service)) return number;
  }
  throw std::runtime_error("unknown object: " + name);
}

Millis seconds_of(const std::string& word) { return Millis{static_cast<std::int64_t>(std::stod(word) * 1000)}; }

// host3/traps: a passive service of a host
void add_passive(Plan& plan, const std::string& name) {
  const std::size_t slash = name.find('/');
  const std::string host = name.substr(0, slash);
  const std::string service = name.substr(slash + 1);
  for (NodePlan& node : plan.nodes) node.knows.push_back(plan.objects.size());
  plan.objects.push_back({host, service, {host_key(host), service_key(host, service)}, {}, true});
}

std::optional<Act> act_by_name(const std::string& name) {
  if (name == "comment") return Act::comment;
  if (name == "downtime") return Act::downtime;
  if (name == "acknowledge") return Act::acknowledge;
  if (name == "attribute") return Act::attribute;
  if (name == "remove") return Act::remove;
  return std::nullopt;
}

// result|comment|downtime|acknowledge|attribute|remove host3 node1; false: none of these
bool read_deed(const std::string& line, Millis at, Plan& plan) {
  std::istringstream words(line);
  std::string deed;
  std::string object;
  std::string node;
  words >> deed >> object >> node;
  const auto act = act_by_name(deed);
  // "remove node1" is a fault.
  if ((!act && deed != "result") || !object.starts_with("host")) return false;
  if (!node.starts_with("node")) throw std::runtime_error("at which node? " + line);
  if (act) {
    plan.acts.push_back({at, number_of(node), object_number(plan, object), *act, 1});
  } else {
    plan.passives.push_back({at, object_number(plan, object), number_of(node)});
  }
  return true;
}

// kill core node1 [node2] [for 10]
FaultEvent read_event(const std::string& line, Millis at) {
  std::istringstream words(line);
  FaultEvent event;
  double seconds = 0;
  event.at = at;
  event.length = Millis{1'000'000};
  std::string fault;
  std::vector<std::size_t> nodes;
  for (std::string word; words >> word;) {
    if (word == "for") {
      words >> seconds;
      event.length = Millis{static_cast<std::int64_t>(seconds * 1000)};
    } else if (word.starts_with("node")) {
      nodes.push_back(number_of(word));
    } else {
      fault += (fault.empty() ? "" : " ") + word;
    }
  }
  const auto known = fault_by_name(fault);
  if (!known || nodes.empty()) throw std::runtime_error("unknown fault: " + fault);
  event.fault = *known;
  event.node = nodes.front();
  event.other = nodes.back();
  return event;
}

void read_line(const std::string& line, Plan& plan) {
  std::istringstream words(line);
  std::string first;
  std::string second;
  std::string value;
  words >> first;
  if (first == "at") {
    words >> value;
    std::getline(words >> std::ws, second);
    if (read_deed(second, seconds_of(value), plan)) return;
    plan.faults.push_back(read_event(second, seconds_of(value)));
    plan.unplanned = plan.unplanned || !is_planned(plan.faults.back().fault);
    return;
  }
  words >> second >> value;
  if (first == "down") {
    std::string until;
    words >> until;
    plan.objects.at(object_number(plan, second)).outages.push_back({seconds_of(value), seconds_of(until)});
  } else if (first == "passive") {
    add_passive(plan, second);
  } else if (first == "majority") {
    plan.majority = true;
  } else if (first == "repeat") {
    plan.repeat_after = seconds_of(second);
  } else if (first.starts_with("node") && second == "notifies") {
    plan.nodes.at(number_of(first)).notifies = value != "no";
  } else if (first == "until") {
    plan.heal_at = Millis{std::stol(second) * 1000};
  } else if (first.starts_with("node") && second == "weight") {
    plan.nodes.at(number_of(first)).weight = static_cast<std::uint32_t>(std::stoul(value));
  } else if (first.starts_with("node") && second == "lacks") {
    lack(plan, plan.nodes.at(number_of(first)), value);
  } else if (first.starts_with("node") && second == "starts") {
    plan.nodes.at(number_of(first)).starts_at = Millis{std::stol(value) * 1000};
  } else {
    throw std::runtime_error("not understood: " + line);
  }
}

// The size of the cluster precedes everything else.
bool is_size(const std::string& line, Words& sizes) {
  std::istringstream words(line);
  std::string key;
  std::size_t value = 0;
  words >> key >> value;
  if (key == "nodes") sizes.nodes = value;
  if (key == "hosts") sizes.hosts = value;
  if (key == "services") sizes.services = value;
  if (key == "pulse") sizes.pulse = Millis{static_cast<std::int64_t>(value)};
  return key == "nodes" || key == "hosts" || key == "services" || key == "pulse";
}

// Whether the line is about a passive service.
bool is_passive(const Plan& plan, const std::string& line) {
  return std::any_of(plan.objects.begin(), plan.objects.end(),
                     [&](const ObjectPlan& one) { return one.passive && line.find(one.host + "/" + one.service) != std::string::npos; });
}

}  // namespace

Scenario read_scenario(const std::string& path) {
  std::ifstream file(path);
  if (!file) throw std::runtime_error("cannot read " + path);
  Scenario scenario;
  bool script = true;
  for (std::string line; std::getline(file, line);) {
    if (script && line == kDashes) {
      script = false;
      continue;
    }
    (script ? scenario.script : scenario.expected).push_back(line);
  }
  Words sizes;
  std::vector<std::string> rest;
  for (const std::string& line : scenario.script) {
    if (!line.empty() && line[0] != '#' && !is_size(line, sizes)) rest.push_back(line);
  }
  scenario.plan.seed = 1;
  scenario.plan.check_time = Millis{500};
  add_objects(scenario.plan, sizes);
  add_nodes(scenario.plan, sizes);
  for (const std::string& line : rest) read_line(line, scenario.plan);
  scenario.plan.end_at = scenario.plan.heal_at + Millis{80'000};
  return scenario;
}

void write_scenario(const std::string& path, const Scenario& scenario, const std::vector<std::string>& story) {
  std::ofstream file(path);
  for (const std::string& line : scenario.script) file << line << "\n";
  file << kDashes << "\n";
  for (const std::string& line : story) file << line << "\n";
}

std::vector<std::string> story_of(const Scenario& scenario) {
  std::vector<std::string> story;
  bool over = false;
  const auto note = [&](const std::string& line) {
    over = over || line.find("heal: everything") != std::string::npos;
    const bool single_check = line.find(": checks ") != std::string::npos || line.find(" the result of ") != std::string::npos;
    if (!over && (!single_check || is_passive(scenario.plan, line))) story.push_back(line);
  };
  const Outcome outcome = World(scenario.plan, note).run();
  for (const std::string& failure : outcome.verdict.failures) story.push_back("BROKEN " + failure);
  return story;
}

}  // namespace merlin::sim
