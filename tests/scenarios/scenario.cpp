#include "scenarios/scenario.hpp"

#include <algorithm>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include "base/hash.hpp"
#include "sim/world.hpp"

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

// at 25 kill core node1 [node2] [for 10]
FaultEvent read_event(std::istringstream& words) {
  FaultEvent event;
  double seconds = 0;
  words >> seconds;
  event.at = Millis{static_cast<std::int64_t>(seconds * 1000)};
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
    plan.faults.push_back(read_event(words));
    plan.unplanned = plan.unplanned || !is_planned(plan.faults.back().fault);
    return;
  }
  words >> second >> value;
  if (first == "until") {
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

// The size of the cluster comes before everything else.
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
    if (!over && !single_check) story.push_back(line);
  };
  const Outcome outcome = World(scenario.plan, note).run();
  for (const std::string& failure : outcome.verdict.failures) story.push_back("BROKEN " + failure);
  return story;
}

}  // namespace merlin::sim
