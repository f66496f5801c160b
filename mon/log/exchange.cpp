// mon log push and fetch, and the commands that they run on the other node: mon log mark, give and take
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "mon/cli/folder_lock.hpp"
#include "mon/cli/limits.hpp"
#include "mon/cli/local_node.hpp"
#include "mon/cli/options.hpp"
#include "mon/cli/read_input.hpp"
#include "mon/log/kept.hpp"
#include "mon/ssh/remote_nodes.hpp"
#include "mon/ssh/side_by_side.hpp"
#include "shared/base/state_paths.hpp"
#include "shared/config/problems.hpp"
#include "shared/config/values.hpp"

namespace merlin::mon {
namespace {

// Parts per call; the rest follows with the next call.
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
    if (!mark) return Error{"it does not report how far its copy goes", node.name, "check that both nodes have the same version of Merlin"};
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

Outcome<int> transfer_logs(const Call& call, Console& console, bool is_push) {
  const auto config = load_config(call);
  if (!config) return config.failure();
  const auto chosen = choose_nodes(call, *config);
  if (!chosen) return chosen.failure();
  auto rules = login_rules(call);
  if (!rules) return rules.error();
  const auto places = is_push ? core_places(call) : Result<CorePlaces>(CorePlaces{});
  const auto lock = is_push ? Result<net::Fd>(net::Fd()) : lock_folder(config->daemon.state_dir);
  if (!places) return places.error();
  if (!lock) return lock.error();
  const ssh::Interrupt interrupt;
  Visitor visitor(std::move(*rules), interrupt);
  std::vector<Transfer> transfers(chosen->size());
  nlohmann::ordered_json nodes = nlohmann::ordered_json::array();
  int status = kAllWell;
  ssh::side_by_side(
      chosen->size(),
      [&](std::size_t i) {
        const config::NodeConfig& node = (*chosen)[i];
        const auto session = visitor.log_in(node);
        const auto done = !session ? Result<>(session.error())
                          : is_push
                              ? push_to(node, visitor, *session, *places, config->node_name, transfers[i])
                              : fetch_from(node, visitor, *session, StatePaths(config->daemon.state_dir).log_copy(node.name), transfers[i]);
        if (!done) transfers[i].fault = done.error();
      },
      [&](std::size_t i) {
        const std::string& name = (*chosen)[i].name;
        if (transfers[i].fault) status = kFailed;
        if (call.json())
          nodes.push_back(document_of(name, transfers[i]));
        else
          show(console, name, transfers[i], is_push);
      });
  if (call.json()) console.print({{"nodes", std::move(nodes)}});
  return interrupt.raised() ? ssh::kInterruptedStatus : status;
}

bool is_node_name(const std::string& name) {
  return config::read_value({.type = config::ValueType::name}, name).ok() && !name.starts_with('.');
}

// Where the copy of the named node's log is.
Outcome<std::string> copy_of(const Call& call) {
  const std::string& name = call.words.front();
  if (!is_node_name(name)) return usage({fmt::format("{} is not a node name", config::quoted(name)), std::string(call.command->name), ""});
  const auto config = load_config(call);
  if (!config) return config.failure();
  return StatePaths(config->daemon.state_dir).log_copy(name);
}

Outcome<int> run_log_fetch(const Call& call, Console& console) { return transfer_logs(call, console, false); }
Outcome<int> run_log_push(const Call& call, Console& console) { return transfer_logs(call, console, true); }

Outcome<int> run_log_mark(const Call& call, Console& console) {
  const auto path = copy_of(call);
  if (!path) return path.failure();
  const auto mark = log::mark_of(*path);
  if (!mark) return mark.error();
  console.out << mark->text() << '\n';
  return kAllWell;
}

Outcome<int> run_log_give(const Call& call, Console& console) {
  const auto mark = log::read_mark(call.words.front());
  if (!mark) return usage({"this is not a position", "log give", "TIME:COUNT:DIGEST, as 'mon log mark' prints it"});
  const auto places = core_places(call);
  if (!places) return places.error();
  const auto part = log::part_after(*places, *mark);
  if (!part) return part.error();
  console.out << *part;
  return kAllWell;
}

Outcome<int> run_log_take(const Call& call, Console&) {
  const auto path = copy_of(call);
  if (!path) return path.failure();
  const auto lock = lock_folder(daemon_places(call.config_path).state_dir);
  if (!lock) return lock.error();
  const auto mark = log::mark_of(*path);
  if (!mark) return mark.error();
  if (mark->text() != call.words[1]) return Error{"the copy does not end at that position: another push was faster", *path, "push again"};
  const auto part = read_input(limits::kLogPart);
  const auto kept = part ? log::append(*path, *part) : Result<>(part.error());
  return kept ? Outcome<int>(kAllWell) : kept.error();
}

}  // namespace

namespace commands {

extern const Command kLogFetch = options::for_nodes({
    .name = "log fetch",
    .section = Section::logs,
    .summary = "copy new lines of other nodes' logs to this node",
    .details = "The copies are logs/NAME.log in merlind's state_dir. They only grow, and contain each line once.",
    .examples = {"mon log fetch", "mon log fetch peer02 && mon log show /var/lib/merlin/logs/peer02.log"},
    .run = run_log_fetch,
});

extern const Command kLogPush = options::for_nodes({
    .name = "log push",
    .section = Section::logs,
    .summary = "copy new lines of our log to other nodes",
    .examples = {"mon log push --type=master"},
    .run = run_log_push,
});

extern const Command kLogMark{
    .name = "log mark",
    .section = Section::logs,
    .arguments = "NAME",
    .summary = "show how far our copy of that node's log goes",
    .details = "'mon log push' runs this on the other node. Prints the time of the last line and a digest of the last lines.",
    .examples = {"mon log mark peer02"},
    .min_words = 1,
    .max_words = 1,
    .is_plumbing = true,
    .run = run_log_mark,
};

extern const Command kLogGive{
    .name = "log give",
    .section = Section::logs,
    .arguments = "MARK",
    .summary = "print the lines of our log after a position, at most 8 MiB",
    .details = "'mon log fetch' runs this on the other node.",
    .examples = {"mon log give 0:0:none"},
    .min_words = 1,
    .max_words = 1,
    .is_plumbing = true,
    .run = run_log_give,
};

extern const Command kLogTake{
    .name = "log take",
    .section = Section::logs,
    .arguments = "NAME MARK",
    .summary = "add lines from standard input to our copy of that node's log, if it ends at that position",
    .details = "'mon log push' runs this on the other node.",
    .examples = {"mon log take peer02 0:0:none"},
    .min_words = 2,
    .max_words = 2,
    .is_plumbing = true,
    .run = run_log_take,
};

}  // namespace commands

}  // namespace merlin::mon
