// mon log show and sortmerge
#include <fmt/format.h>

#include <algorithm>
#include <ctime>
#include <deque>
#include <nlohmann/json.hpp>
#include <sstream>

#include "mon/cli/local_node.hpp"
#include "mon/cli/options.hpp"
#include "mon/log/files.hpp"
#include "mon/log/filter.hpp"
#include "mon/ssh/remote_nodes.hpp"
#include "mon/ssh/side_by_side.hpp"

namespace merlin::mon {
namespace {

using log::Filter;
using log::Line;
using log::Reader;
using nlohmann::ordered_json;

// Per node with --all-nodes, if no other limit is given: all of them are in memory at once.
constexpr std::size_t kUsualLimit = 10'000;
// The options of the call, passed to the other node.
constexpr const char* kPassedOn[] = {"--host", "--service", "--type", "--state", "--state-type"};

std::string time_text(std::int64_t time) {
  const auto seconds = static_cast<std::time_t>(time);
  std::tm local{};
  ::localtime_r(&seconds, &local);
  return fmt::format("{:04}-{:02}-{:02} {:02}:{:02}:{:02}", local.tm_year + 1900, local.tm_mon + 1, local.tm_mday, local.tm_hour,
                     local.tm_min, local.tm_sec);
}

ordered_json word_or_null(std::string_view word) { return word.empty() ? ordered_json(nullptr) : ordered_json(word); }

std::string document_of(const Line& line, const std::string& node) {
  const log::Meaning meaning = log::meaning_of(line.text);
  const ordered_json document{{"time", line.time},
                              {"node", word_or_null(node)},
                              {"type", meaning.type},
                              {"host", word_or_null(meaning.host)},
                              {"service", word_or_null(meaning.service)},
                              {"state", word_or_null(meaning.state)},
                              {"state_type", word_or_null(meaning.state_type)},
                              {"text", line.text}};
  return document.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

// As in the log, but its contents must not control a terminal.
std::string raw_of(const Line& line, const Console& console) {
  const std::string raw = log::raw_text(line);
  return console.terminal ? plain(raw) : raw;
}

class Printer {
 public:
  Printer(const Call& call, Console& console) : call_(call), console_(console) {}

  void print(const Line& line, const std::string& node = "") {
    if (call_.json()) {
      console_.out << document_of(line, node) << '\n';
    } else if (call_.has("--raw")) {
      console_.out << raw_of(line, console_) << '\n';
    } else {
      const std::string where = node.empty() ? "" : node + "  ";
      console_.out << plain(fmt::format("{}  {}{}", time_text(line.time), where, line.text)) << '\n';
    }
  }
  bool is_well() const { return console_.out.good(); }

 private:
  const Call& call_;
  Console& console_;
};

// The named files, otherwise those of the core here.
Result<std::vector<std::string>> wanted_files(const Call& call, const Filter& filter) {
  if (!call.words.empty()) return call.words;
  const auto places = core_places(call);
  if (!places) return places.error();
  if (places->log_file.empty()) return Error{"it names no log_file", places->main_file, ""};
  return log::files_of(*places, filter.first);
}

// Calls use() for the selected lines; with a limit, for the newest of them.
Result<> each_wanted(const Call& call, const Filter& filter, const std::function<bool(Line&&)>& use) {
  const auto files = wanted_files(call, filter);
  if (!files) return files.error();
  std::deque<Line> newest;
  const auto read = log::read_all(*files, [&](Line&& line) {
    if (!filter.takes(line)) return true;
    if (!filter.limit) return use(std::move(line));
    newest.push_back(std::move(line));
    if (newest.size() > *filter.limit) newest.pop_front();
    return true;
  });
  for (Line& line : newest) {
    if (!use(std::move(line))) break;
  }
  return read;
}

struct NodeLog {
  std::string node;
  std::vector<Line> lines;
  std::optional<Error> fault;
};

std::vector<std::string> words_for_others(const Call& call, const Filter& filter) {
  std::vector<std::string> words{"mon", "log", "show", "--raw", fmt::format("--limit={}", *filter.limit)};
  if (call.has("--first")) words.push_back(fmt::format("--first={}", filter.first));
  if (call.has("--last")) words.push_back(fmt::format("--last={}", filter.last));
  for (const char* option : kPassedOn) {
    if (call.has(option)) words.push_back(fmt::format("{}={}", option, call.options.at(option)));
  }
  return words;
}

void read_there(NodeLog& log, const config::NodeConfig& node, Visitor& visitor, const std::vector<std::string>& words) {
  const auto session = visitor.log_in(node);
  const auto said = session ? visitor.run(*session, node.name, words) : Result<Said>(session.error());
  if (!said) {
    log.fault = said.error();
    return;
  }
  std::istringstream lines(said->out);
  for (std::string raw; std::getline(lines, raw);) {
    if (auto line = log::read_line(raw)) log.lines.push_back(std::move(*line));
  }
}

// Sorted by time; lines with the same time by the order of the nodes, and for one node as in its log.
void print_merged(const std::vector<NodeLog>& logs, const Filter& filter, Printer& printer) {
  std::vector<std::pair<const NodeLog*, const Line*>> all;
  for (const NodeLog& log : logs) {
    for (const Line& line : log.lines) all.emplace_back(&log, &line);
  }
  std::ranges::stable_sort(all, {}, [](const auto& entry) { return entry.second->time; });
  const std::size_t left_out = all.size() - std::min(all.size(), *filter.limit);
  for (std::size_t i = left_out; i < all.size() && printer.is_well(); ++i) printer.print(*all[i].second, all[i].first->node);
}

Outcome<int> show_all_nodes(const Call& call, Console& console, Filter filter) {
  if (!call.words.empty()) return usage({"files and --all-nodes exclude each other", "log show", "remove one of them"});
  const auto config = load_config(call);
  if (!config) return config.failure();
  auto rules = login_rules(call);
  if (!rules) return rules.error();
  if (!filter.limit) filter.limit = kUsualLimit;
  std::vector<NodeLog> logs(config->nodes.size() + 1);
  logs.front().node = config->node_name;
  const auto read = each_wanted(call, filter, [&](Line&& line) {
    logs.front().lines.push_back(std::move(line));
    return true;
  });
  if (!read) logs.front().fault = read.error();
  const ssh::Interrupt interrupt;
  Visitor visitor(std::move(*rules), interrupt);
  const auto words = words_for_others(call, filter);
  ssh::side_by_side(
      config->nodes.size(),
      [&](std::size_t i) {
        logs[i + 1].node = config->nodes[i].name;
        read_there(logs[i + 1], config->nodes[i], visitor, words);
      },
      [](std::size_t) {});
  Printer printer(call, console);
  print_merged(logs, filter, printer);
  int status = kAllWell;
  for (const NodeLog& log : logs) {
    if (!log.fault) continue;
    console.error(*log.fault);
    status = kFailed;
  }
  return interrupt.raised() ? ssh::kInterruptedStatus : status;
}

// The file whose next line is the earliest; of several, the first.
struct Input {
  Reader reader;
  std::optional<Line> next;
};

std::optional<Line> take_earliest(std::vector<Input>& inputs) {
  Input* earliest = nullptr;
  for (Input& input : inputs) {
    if (input.next && (earliest == nullptr || input.next->time < earliest->next->time)) earliest = &input;
  }
  if (earliest == nullptr) return std::nullopt;
  std::optional<Line> line = std::move(earliest->next);
  earliest->next = earliest->reader.next();
  return line;
}

Outcome<int> run_log_show(const Call& call, Console& console) {
  const auto filter = log::read_filter(call, std::time(nullptr));
  if (!filter) return usage(filter.error());
  if (call.has("--all-nodes")) return show_all_nodes(call, console, *filter);
  Printer printer(call, console);
  const auto read = each_wanted(call, *filter, [&](Line&& line) {
    printer.print(line);
    return printer.is_well();
  });
  return read ? Outcome<int>(kAllWell) : read.error();
}

Outcome<int> run_log_sortmerge(const Call& call, Console& console) {
  std::vector<Input> inputs;
  for (const std::string& path : call.words) {
    if (const auto readable = log::can_be_read(path); !readable) return readable.error();
    inputs.push_back({Reader(path), std::nullopt});
    inputs.back().next = inputs.back().reader.next();
  }
  while (auto line = take_earliest(inputs)) {
    console.out << raw_of(*line, console) << '\n';
    if (!console.out) return kFailed;
  }
  return kAllWell;
}

}  // namespace

namespace commands {

extern const Command kLogShow{
    .name = "log show",
    .section = Section::logs,
    .arguments = "[FILE…]",
    .summary = "show the core's log with its rotated logs, or the given files",
    .details =
        "Shows the lines that match all options; an option with several words separated by commas matches any of them. A time is\n"
        "2026-11-21, '2026-11-21 10:30', seconds since 1970, or how long ago: 90s, 2h, 7d. With --all-nodes, the logs of all\n"
        "nodes are merged by time: the newest 10,000 lines if there is no --limit.",
    .examples = {"mon log show --host web01 --first 2h", "mon log show --type alert --state-type hard --limit 50",
                 "mon log show --all-nodes --type notification --first 7d"},
    .options = options::with_login({{"--host", "NAME,…", "only lines about these hosts and their services"},
                                    {"--service", "NAME,…", "only lines about services with these descriptions"},
                                    {"--type", "TYPE,…", "alert, notification, state, flapping, downtime, command, result, handler, other"},
                                    {"--state", "STATE,…", "only of these states: critical, down, ok"},
                                    {"--state-type", "TYPE", "only hard or soft states"},
                                    {"--first", "TIME", "only lines since this time"},
                                    {"--last", "TIME", "only lines up to this time"},
                                    {"--limit", "NUMBER", "at most this many lines, the newest"},
                                    {"--all-nodes", "", "include all configured nodes, over ssh"},
                                    {"--raw", "", "show lines unchanged"},
                                    options::kJsonLines}),
    .max_words = Command::kMany,
    .run = run_log_show,
};

extern const Command kLogSortmerge{
    .name = "log sortmerge",
    .section = Section::logs,
    .arguments = "FILE…",
    .summary = "merge several logs into one, sorted by time",
    .examples = {"mon log sortmerge /var/lib/merlin/logs/*.log >all.log"},
    .min_words = 1,
    .max_words = Command::kMany,
    .run = run_log_sortmerge,
};

}  // namespace commands

}  // namespace merlin::mon
