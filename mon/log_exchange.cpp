// mon log push and fetch, and what they run on the other node: mon log mark, give and take
#include <fmt/format.h>

#include <iostream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "config/problems.hpp"
#include "config/values.hpp"
#include "mon/commands.hpp"
#include "mon/fleet.hpp"
#include "mon/folder_lock.hpp"
#include "mon/log/kept.hpp"
#include "mon/site.hpp"
#include "mon/ssh/side_by_side.hpp"

namespace merlin::mon {
namespace {

// Of parts of one call; what is more comes with the next.
constexpr int kMostParts = 64;

struct Transfer {
  std::size_t bytes = 0;
  std::optional<Error> fault;
};

std::string line_of(std::string text) {
  text.erase(std::min(text.find('\n'), text.size()));
  return text;
}

Result<> fetch_from(const config::NodeConfig& node, Visitor& visitor, const ssh::Session& session, const std::string& path,
                    Transfer& transfer) {
  for (int part = 0; part < kMostParts; ++part) {
    const auto mark = log::mark_of(path);
    if (!mark) return mark.error();
    const auto said = visitor.run(session, node.name, {"mon", "log", "give", mark->text()});
    if (!said) return said.error();
    if (said->out.empty()) return Ok{};
    if (const auto kept = log::append(path, said->out); !kept) return kept.error();
    transfer.bytes += said->out.size();
  }
  return Ok{};
}

Result<> push_to(const config::NodeConfig& node, Visitor& visitor, const ssh::Session& session, const CorePlaces& places,
                 const std::string& own_name, Transfer& transfer) {
  for (int part = 0; part < kMostParts; ++part) {
    const auto said = visitor.run(session, node.name, {"mon", "log", "mark", own_name});
    if (!said) return said.error();
    const auto mark = log::read_mark(line_of(said->out));
    if (!mark) return Error{"it does not say how far its copy is", node.name, "is Merlin there of the same version?"};
    const auto lines = log::part_after(places, *mark);
    if (!lines) return lines.error();
    if (lines->empty()) return Ok{};
    if (const auto taken = visitor.run(session, node.name, {"mon", "log", "take", own_name, mark->text()}, *lines); !taken)
      return taken.error();
    transfer.bytes += lines->size();
  }
  return Ok{};
}

void show(Console& console, const std::string& name, const Transfer& transfer, bool is_push) {
  if (transfer.fault) return console.error(*transfer.fault);
  console.out << fmt::format("{}: {} bytes of {} log\n", name, transfer.bytes, is_push ? "our" : "its");
}

nlohmann::ordered_json document_of(const std::string& name, const Transfer& transfer) {
  nlohmann::ordered_json document{{"name", name}, {"error", nullptr}, {"bytes", transfer.bytes}};
  if (transfer.fault) document["error"] = transfer.fault->text();
  return document;
}

int transfer_logs(const Call& call, Console& console, bool is_push) {
  const auto config = load_config(call, console);
  if (!config) return failed;
  const Chosen chosen = choose_nodes(call, *config, console);
  if (chosen.nodes.empty()) return chosen.status;
  auto rules = login_rules(call, console);
  if (!rules) return failed;
  const auto places = is_push ? core_places(call) : Result<CorePlaces>(CorePlaces{});
  const auto lock = is_push ? Result<net::Fd>(net::Fd()) : lock_folder(config->daemon.state_dir);
  if (!places || !lock) {
    console.error(places ? lock.error() : places.error());
    return failed;
  }
  const ssh::Interrupt interrupt;
  Visitor visitor(std::move(*rules), interrupt);
  std::vector<Transfer> transfers(chosen.nodes.size());
  nlohmann::ordered_json nodes = nlohmann::ordered_json::array();
  int status = all_well;
  ssh::side_by_side(
      chosen.nodes.size(),
      [&](std::size_t i) {
        const config::NodeConfig& node = chosen.nodes[i];
        const auto session = visitor.log_in(node);
        const auto done = !session ? Result<>(session.error())
                          : is_push
                              ? push_to(node, visitor, *session, *places, config->node_name, transfers[i])
                              : fetch_from(node, visitor, *session, log::copy_path(config->daemon.state_dir, node.name), transfers[i]);
        if (!done) transfers[i].fault = done.error();
      },
      [&](std::size_t i) {
        const std::string& name = chosen.nodes[i].name;
        if (transfers[i].fault) status = failed;
        if (call.json())
          nodes.push_back(document_of(name, transfers[i]));
        else
          show(console, name, transfers[i], is_push);
      });
  if (call.json()) console.print({{"nodes", std::move(nodes)}});
  return interrupt.raised() ? ssh::interrupted_status : status;
}

bool is_node_name(const std::string& name) {
  return config::read_value({.type = config::ValueType::name}, name).ok() && !name.starts_with('.');
}

int refuse_name(const Call& call, Console& console) {
  console.error({fmt::format("{} is no name of a node", config::quoted(call.words.front())), std::string(call.command->name), ""});
  return wrong_usage;
}

// Where the copy of that node's log is; empty after an error was printed.
std::string copy_of(const Call& call, Console& console) {
  const std::string& name = call.words.front();
  const auto config = load_config(call, console);
  return config ? log::copy_path(config->daemon.state_dir, name) : "";
}

int fails(Console& console, const Error& error) {
  console.error(error);
  return failed;
}

}  // namespace

int run_log_fetch(const Call& call, Console& console) { return transfer_logs(call, console, false); }
int run_log_push(const Call& call, Console& console) { return transfer_logs(call, console, true); }

int run_log_mark(const Call& call, Console& console) {
  if (!is_node_name(call.words.front())) return refuse_name(call, console);
  const std::string path = copy_of(call, console);
  if (path.empty()) return failed;
  const auto mark = log::mark_of(path);
  if (!mark) return fails(console, mark.error());
  console.out << mark->text() << '\n';
  return all_well;
}

int run_log_give(const Call& call, Console& console) {
  const auto mark = log::read_mark(call.words.front());
  if (!mark) {
    console.error({"this is no mark", "log give", "TIME:COUNT:DIGEST, as 'mon log mark' prints it"});
    return wrong_usage;
  }
  const auto places = core_places(call);
  if (!places) return fails(console, places.error());
  const auto part = log::part_after(*places, *mark);
  if (!part) return fails(console, part.error());
  console.out << *part;
  return all_well;
}

int run_log_take(const Call& call, Console& console) {
  if (!is_node_name(call.words.front())) return refuse_name(call, console);
  const std::string path = copy_of(call, console);
  if (path.empty()) return failed;
  const auto lock = lock_folder(daemon_places(call.config_path).state_dir);
  if (!lock) return fails(console, lock.error());
  const auto mark = log::mark_of(path);
  if (!mark) return fails(console, mark.error());
  if (mark->text() != call.words[1]) return fails(console, {"the copy is not at that mark: another push was quicker", path, "push again"});
  const std::string part{std::istreambuf_iterator<char>(std::cin), {}};
  const auto kept = log::append(path, part);
  return kept ? all_well : fails(console, kept.error());
}

}  // namespace merlin::mon
