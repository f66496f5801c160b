// mon node ctrl [NAME…] [--self] [--all] [--type=…] -- COMMAND…
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "mon/cli/local_node.hpp"
#include "mon/cli/options.hpp"
#include "mon/ssh/job.hpp"
#include "mon/ssh/quoting.hpp"
#include "mon/ssh/remote_nodes.hpp"
#include "mon/ssh/side_by_side.hpp"

namespace merlin::mon {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kMostKept = 64u << 20;  // bytes of one node's output while it waits for its turn

struct Piece {
  ssh::Stream stream;
  std::string bytes;
};

// One node's part of the call.
struct Remote {
  std::string name;
  const config::NodeConfig* node = nullptr;  // null: this node
  Result<ssh::Ended> ended = Error{"not started", "", ""};
  std::vector<Piece> pieces{};
  std::size_t kept = 0;
  double seconds = 0;
};

void keep(Remote& part, ssh::Stream stream, std::string_view bytes) {
  if (part.kept + bytes.size() > kMostKept) return;
  part.kept += bytes.size();
  if (part.pieces.empty() || part.pieces.back().stream != stream) part.pieces.push_back({stream, ""});
  part.pieces.back().bytes += bytes;
}

void write_through(Console& console, ssh::Stream stream, std::string_view bytes) {
  (stream == ssh::Stream::out ? console.out : console.err) << bytes << std::flush;
}

std::string text_of(const Remote& part, ssh::Stream stream) {
  std::string text;
  for (const Piece& piece : part.pieces) {
    if (piece.stream == stream) text += piece.bytes;
  }
  return text;
}

nlohmann::ordered_json document_of(const Remote& part) {
  nlohmann::ordered_json document{{"name", part.name}, {"status", nullptr}, {"signal", nullptr}, {"error", nullptr}};
  if (part.ended) document["status"] = part.ended->status;
  if (part.ended && !part.ended->signal.empty()) document["signal"] = part.ended->signal;
  if (!part.ended) document["error"] = part.ended.error().text();
  document["seconds"] = part.seconds;
  document["out"] = text_of(part, ssh::Stream::out);
  document["err"] = text_of(part, ssh::Stream::err);
  return document;
}

std::string status_text(const Remote& part) {
  if (!part.ended) return "failed: " + part.ended.error().what;
  if (!part.ended->signal.empty()) return "ended by signal " + part.ended->signal;
  return fmt::format("status {}", part.ended->status);
}

bool is_well(const Remote& part) { return part.ended && part.ended->status == 0; }

class Controller {
 public:
  Controller(const Call& call, Console& console, ssh::LoginRules rules)
      : call_(call), console_(console), line_(ssh::command_line(call.command_words)), visitor_(std::move(rules), interrupt_) {}

  int run(std::vector<Remote>& parts) {
    is_alone_ = parts.size() == 1;
    ssh::side_by_side(
        parts.size(), [&](std::size_t i) { work(parts[i]); }, [&](std::size_t i) { show(parts[i]); });
    if (call_.json())
      print_document(parts);
    else if (!is_alone_)
      print_statuses(parts);
    if (interrupt_.raised()) return ssh::kInterruptedStatus;
    if (is_alone_ && parts.front().ended) return parts.front().ended->status;
    return std::ranges::all_of(parts, is_well) ? kAllWell : kFailed;
  }

 private:
  void work(Remote& part) {
    const auto begin = Clock::now();
    const bool is_live = is_alone_ && !call_.json();
    ssh::Job job{line_, is_alone_ ? STDIN_FILENO : -1, [&](ssh::Stream stream, std::string_view bytes) {
                   if (is_live) return write_through(console_, stream, bytes);
                   keep(part, stream, bytes);
                 }};
    part.ended = part.node == nullptr ? here(std::move(job)) : there(part, job);
    part.seconds = std::chrono::duration<double>(Clock::now() - begin).count();
  }

  // In its own process group it must not read from the terminal.
  Result<ssh::Ended> here(ssh::Job job) {
    if (job.input >= 0 && ::isatty(job.input) == 1) job.input = -1;
    return ssh::run_here(job, interrupt_);
  }

  Result<ssh::Ended> there(const Remote& part, const ssh::Job& job) {
    const auto session = visitor_.log_in(*part.node);
    if (!session) return session.error();
    return ssh::run_there(session->get(), part.name, job, interrupt_);
  }

  void show(const Remote& part) {
    if (call_.json()) return;
    if (!is_alone_) console_.out << fmt::format("== {} ==\n", part.name) << std::flush;
    for (const Piece& piece : part.pieces) write_through(console_, piece.stream, piece.bytes);
    const bool open_line = !part.pieces.empty() && part.pieces.back().bytes.back() != '\n';
    if (!is_alone_ && open_line) console_.out << '\n';
    if (!part.ended) console_.error(part.ended.error());
  }

  void print_statuses(const std::vector<Remote>& parts) {
    std::size_t widest = 0;
    for (const Remote& part : parts) widest = std::max(widest, part.name.size());
    console_.out << '\n';
    for (const Remote& part : parts) console_.out << fmt::format("{:<{}}  {}\n", part.name, widest, plain(status_text(part)));
  }

  void print_document(const std::vector<Remote>& parts) {
    nlohmann::ordered_json nodes = nlohmann::ordered_json::array();
    for (const Remote& part : parts) nodes.push_back(document_of(part));
    console_.print({{"nodes", std::move(nodes)}});
  }

  const Call& call_;
  Console& console_;
  const std::string line_;
  const ssh::Interrupt interrupt_;
  Visitor visitor_;
  bool is_alone_ = false;
};

Outcome<int> run_node_ctrl(const Call& call, Console& console) {
  const auto config = load_config(call);
  if (!config) return config.failure();
  const auto chosen = choose_nodes(call, *config);
  if (!chosen) return chosen.failure();
  auto rules = login_rules(call);
  if (!rules) return rules.error();
  std::vector<Remote> parts;
  for (const auto& node : *chosen) parts.push_back({.name = node.name, .node = &node});
  if (call.has("--self")) parts.push_back({.name = config->node_name});
  return Controller(call, console, std::move(*rules)).run(parts);
}

}  // namespace

namespace commands {

extern const Command kNodeCtrl{
    .name = "node ctrl",
    .section = Section::ssh,
    .arguments = "[NAME…] [--self] [--all] [--type=TYPE,…] -- COMMAND…",
    .summary = "run a command on other nodes, over ssh",
    .details =
        "Without NAME: on all configured nodes, in parallel. Several words are a program and its arguments, unchanged; a single\n"
        "word is a command line for the remote shell: mon node ctrl -- 'ls /etc | wc -l'.\n"
        "One node: its output as it arrives, our standard input, and its exit status. Several nodes: output grouped by node,\n"
        "then each exit status; ours is 1 if one of them is not 0. Ctrl-C also ends the remote commands.\n"
        "--timeout limits connecting and login, not the command.",
    .examples = {"mon node ctrl peer02 -- mon node add peer01 type=peer", "mon node ctrl --type=peer -- mon version",
                 "mon node ctrl --self -- uptime"},
    .options = options::with_login({options::kAll, {"--self", "", "include this node"}, options::kType, options::kJson}),
    .max_words = Command::kMany,
    .takes_command = true,
    .run = run_node_ctrl,
};

}  // namespace commands

}  // namespace merlin::mon
