// mon node owner HOST
#include <fmt/format.h>

#include "mon/cli/local_node.hpp"
#include "mon/cli/options.hpp"
#include "mon/cli/text_table.hpp"
#include "shared/config/problems.hpp"

namespace merlin::mon {
namespace {

using nlohmann::ordered_json;

std::vector<std::string> texts_at(const ordered_json& document, const char* key) {
  std::vector<std::string> texts;
  for (const auto& item : document.value(key, ordered_json::array())) {
    if (item.is_string()) texts.push_back(item.get<std::string>());
  }
  return texts;
}

std::string headline(const ordered_json& document) {
  const std::string host = text_at(document, "host");
  const auto runners = texts_at(document, "runners");
  const std::string owner = text_at(document, "owner");
  const auto services = number_at(document, "services", -1);
  const std::string size = services < 0 ? "" : fmt::format(" ({} service{})", services, services == 1 ? "" : "s");
  if (owner.empty() && runners.empty()) return plain(fmt::format("{}{} has no owner at the moment", host, size));
  std::string line = fmt::format("{}{} is run by {}", host, size, fmt::join(runners.empty() ? std::vector{owner} : runners, " and "));
  if (!owner.empty() && runners != std::vector{owner}) line += fmt::format("; its owner is {}", owner);
  return plain(line);
}

Cell yes_no(const ordered_json& entry, const char* key) { return flag_at(entry, key) ? Cell{"yes", Tint::good} : Cell{"no", Tint::faint}; }

std::string ranking(const ordered_json& document, const Console& console) {
  const std::vector<Column> columns = {{"RANK", true}, {"NODE"},  {"ACTIVE"},       {"KNOWS IT"},
                                       {"CLAIMS IT"},  {"PHASE"}, {"WEIGHT", true}, {"WHY"}};
  std::vector<Row> rows;
  for (const auto& entry : document.value("ranking", ordered_json::array())) {
    if (!entry.is_object()) continue;
    const auto weight = real_at(entry, "weight");
    rows.push_back({{{std::to_string(number_at(entry, "rank", static_cast<std::int64_t>(rows.size()) + 1))},
                     {plain(text_at(entry, "node", "-"))},
                     yes_no(entry, "active"),
                     yes_no(entry, "knows"),
                     yes_no(entry, "claims"),
                     {plain(text_at(entry, "phase", "-"))},
                     {weight ? fmt::format("{:.0f}", *weight) : "-"},
                     {plain(text_at(entry, "why"))}},
                    ""});
  }
  return draw_table(columns, rows, 0, console.colour);
}

// The daemon names similar hosts in "nearest" if it knows any.
Error unknown_host(const std::string& host, const ordered_json& document) {
  const auto near = texts_at(document, "nearest");
  return {fmt::format("no node has a host {} configured", config::quoted(host)), "node owner",
          near.empty() ? "write the name as in the core's configuration" : fmt::format("did you mean {}?", fmt::join(near, " or "))};
}

Outcome<int> run_node_owner(const Call& call, Console& console) {
  const std::string& host = call.words.front();
  const Answer answer = ask_daemon(call, {{"command", "owner"}, {"host", host}});
  if (!answer) return answer.failure();
  const bool known = flag_at(*answer, "known");
  if (call.json()) console.print(*answer);
  if (!known) return unknown_host(host, *answer);
  if (!call.json()) console.out << headline(*answer) << "\n\n" << ranking(*answer, console);
  return kAllWell;
}

}  // namespace

namespace commands {

extern const Command kNodeOwner{
    .name = "node owner",
    .section = Section::status,
    .arguments = "HOST",
    .summary = "show the owner of a host, the complete ranking, and the reasons",
    .examples = {"mon node owner web01"},
    .options = {options::kJson},
    .min_words = 1,
    .max_words = 1,
    .run = run_node_owner,
};

}  // namespace commands

}  // namespace merlin::mon
