// mon log show and sortmerge
#include <fmt/format.h>

#include <algorithm>
#include <ctime>
#include <deque>
#include <nlohmann/json.hpp>
#include <sstream>

#include "mon/commands.hpp"
#include "mon/fleet.hpp"
#include "mon/log/files.hpp"
#include "mon/log/filter.hpp"
#include "mon/site.hpp"
#include "mon/ssh/side_by_side.hpp"

namespace merlin::mon {
namespace {

using log::Filter;
using log::Line;
using log::Reader;
using nlohmann::ordered_json;

// Of each node with --all-nodes, where no other limit is given: all of them are in memory at once.
constexpr std::size_t kUsualLimit = 10'000;
// What another node is asked for in the words of the call.
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

// As it stands in the log; what it holds must not steer a terminal.
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

// The files that are named, else those of the core here.
Result<std::vector<std::string>> wanted_files(const Call& call, const Filter& filter) {
  if (!call.words.empty()) return call.words;
  const auto places = core_places(call);
  if (!places) return places.error();
  if (places->log_file.empty()) return Error{"it names no log_file", places->main_file, ""};
  return log::files_of(*places, filter.first);
}

// Calls use() for the lines that are wanted; where there is a limit, for the newest of them.
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

// In order of time; of one time in the order of the nodes, and for one node as they stand in its log.
void print_merged(const std::vector<NodeLog>& logs, const Filter& filter, Printer& printer) {
  std::vector<std::pair<const NodeLog*, const Line*>> all;
  for (const NodeLog& log : logs) {
    for (const Line& line : log.lines) all.emplace_back(&log, &line);
  }
  std::ranges::stable_sort(all, {}, [](const auto& entry) { return entry.second->time; });
  const std::size_t left_out = all.size() - std::min(all.size(), *filter.limit);
  for (std::size_t i = left_out; i < all.size() && printer.is_well(); ++i) printer.print(*all[i].second, all[i].first->node);
}

int show_all_nodes(const Call& call, Console& console, Filter filter) {
  if (!call.words.empty()) {
    console.error({"files are of this node alone", "log show: --all-nodes", "leave out one of them"});
    return wrong_usage;
  }
  const auto config = load_config(call, console);
  auto rules = login_rules(call, console);
  if (!config || !rules) return failed;
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
  int status = all_well;
  for (const NodeLog& log : logs) {
    if (!log.fault) continue;
    console.error(*log.fault);
    status = failed;
  }
  return interrupt.raised() ? ssh::interrupted_status : status;
}

// The file whose next line is the earliest; of several the first.
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

}  // namespace

int run_log_show(const Call& call, Console& console) {
  const auto filter = log::read_filter(call, std::time(nullptr));
  if (!filter) {
    console.error(filter.error());
    return wrong_usage;
  }
  if (call.has("--all-nodes")) return show_all_nodes(call, console, *filter);
  Printer printer(call, console);
  const auto read = each_wanted(call, *filter, [&](Line&& line) {
    printer.print(line);
    return printer.is_well();
  });
  if (read) return all_well;
  console.error(read.error());
  return failed;
}

int run_log_sortmerge(const Call& call, Console& console) {
  std::vector<Input> inputs;
  for (const std::string& path : call.words) {
    if (const auto readable = log::can_be_read(path); !readable) {
      console.error(readable.error());
      return failed;
    }
    inputs.push_back({Reader(path), std::nullopt});
    inputs.back().next = inputs.back().reader.next();
  }
  while (auto line = take_earliest(inputs)) {
    console.out << raw_of(*line, console) << '\n';
    if (!console.out) return failed;
  }
  return all_well;
}

}  // namespace merlin::mon
