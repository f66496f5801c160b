#include "mon/ssh/permitted.hpp"

#include <fmt/format.h>
#include <signal.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include "mon/ssh/session_mark.hpp"

namespace merlin::mon::ssh {
namespace {

// A command, the options it may have, and the number of its other words.
struct Entry {
  std::string_view command;
  std::array<std::string_view, 3> options;  // "--timeout=" takes any value in the same word or in the next one
  std::size_t most_words;
};

constexpr std::size_t kLongestLine = 65'536;

constexpr std::array kEntries{
    Entry{"cert introduce", {"--json"}, 0},
    Entry{"cert show", {"--json"}, 0},
    Entry{"log give", {}, 1},
    Entry{"log mark", {}, 1},
    Entry{"log take", {}, 2},
    Entry{"node apply", {"--dry-run"}, 0},
    Entry{"oconf activate", {"--restart"}, 1},
    Entry{"oconf drop", {}, 1},
    Entry{"oconf files", {"--json", "--resources"}, 0},
    Entry{"oconf pack", {}, 0},
    Entry{"oconf renew", {}, 1},
    Entry{"oconf stage", {}, 0},
    Entry{"oconf undo", {"--restart"}, 1},
    Entry{"restart", {"--timeout="}, 0},
    Entry{"sshkey accept", {"--restricted"}, 0},
    Entry{"sshkey forget", {"--dry-run"}, 1},
    Entry{"sshkey hosts", {}, 0},
    Entry{"sshkey show", {}, 0},
};

// Commands that are permitted only with this option: without it they would add a key without restrictions, or remove keys.
constexpr std::array kOnlyWith{std::pair{std::string_view("sshkey accept"), std::string_view("--restricted")},
                               std::pair{std::string_view("sshkey forget"), std::string_view("--dry-run")}};

// `mon log show` selects lines of the core's log by options with a value.
constexpr std::string_view kLogShow = "log show";

bool is_plain(char byte) {
  const auto is_letter = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || (byte >= '0' && byte <= '9');
  return is_letter || std::string_view("_-+./:,@%=").find(byte) != std::string_view::npos;
}

// The words of a line that quoted_word() has quoted; nothing if a shell would do more with it than split it.
std::optional<std::vector<std::string>> words_of(std::string_view line) {
  std::vector<std::string> words;
  while (!line.empty()) {
    std::string word;
    while (!line.empty() && line.front() != ' ') {
      if (line.front() == '\'') {
        const std::size_t end = line.find('\'', 1);
        if (end == std::string_view::npos) return std::nullopt;
        word += line.substr(1, end - 1);
        line.remove_prefix(end + 1);
      } else if (line.starts_with("\\'")) {
        word += '\'';
        line.remove_prefix(2);
      } else if (is_plain(line.front())) {
        word += line.front();
        line.remove_prefix(1);
      } else {
        return std::nullopt;
      }
    }
    words.push_back(std::move(word));
    if (!line.empty()) line.remove_prefix(1);
  }
  return words;
}

std::optional<int> number_in(std::string_view text) {
  int number = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
  return fault == std::errc{} && end == text.data() + text.size() && number > 1 ? std::optional(number) : std::nullopt;
}

std::optional<PermittedSignal> signal_in(const std::vector<std::string>& words) {
  const bool is_kill = words.size() == 3 && words[0] == "kill" && (words[1] == "-TERM" || words[1] == "-KILL") && words[2].starts_with('-');
  const auto group = is_kill ? number_in(std::string_view(words[2]).substr(1)) : std::nullopt;
  if (!group) return std::nullopt;
  return PermittedSignal{words[1] == "-TERM" ? SIGTERM : SIGKILL, *group};
}

bool has(const std::vector<std::string>& words, std::string_view word) { return std::ranges::find(words, word) != words.end(); }

bool fits(const Entry& entry, const std::vector<std::string>& rest) {
  std::size_t others = 0;
  for (std::size_t i = 0; i < rest.size(); ++i) {
    const std::string& word = rest[i];
    if (!word.starts_with('-')) {
      ++others;
      continue;
    }
    const auto option = std::ranges::find_if(entry.options, [&](std::string_view one) {
      return !one.empty() && (one.ends_with('=') ? word == one.substr(0, one.size() - 1) : word == one);
    });
    if (option == entry.options.end()) return false;
    if (option->ends_with('=')) ++i;
  }
  return others <= entry.most_words;
}

// "--raw", and "--first=1700000000" and the like.
bool is_log_query(const std::vector<std::string>& rest) {
  constexpr std::array kSelections{"--limit=", "--first=", "--last=", "--host=", "--service=", "--type=", "--state=", "--state-type="};
  return std::ranges::all_of(rest, [&](const std::string& word) {
    return word == "--raw" || std::ranges::any_of(kSelections, [&](const char* option) { return word.starts_with(option); });
  });
}

bool is_listed(const std::vector<std::string>& words) {
  for (std::size_t length : {std::size_t{1}, std::size_t{2}}) {
    if (words.size() < length) continue;
    const std::string command = fmt::format("{}", fmt::join(words.begin(), words.begin() + static_cast<std::ptrdiff_t>(length), " "));
    const std::vector<std::string> rest(words.begin() + static_cast<std::ptrdiff_t>(length), words.end());
    if (command == kLogShow) return is_log_query(rest);
    const auto entry = std::ranges::find(kEntries, command, &Entry::command);
    if (entry == kEntries.end()) continue;
    const auto only = std::ranges::find(kOnlyWith, command, &std::pair<std::string_view, std::string_view>::first);
    return fits(*entry, rest) && (only == kOnlyWith.end() || has(rest, only->second));
  }
  return false;
}

}  // namespace

Result<Permitted> permitted(std::string_view original) {
  const Error refusal{"this key is restricted to what Merlin itself needs", "authorized_keys",
                      "for other commands: mon sshkey forget on that node, then mon sshkey push without --restricted"};
  const auto shell = original.size() <= kLongestLine ? words_of(original) : std::nullopt;
  if (!shell || shell->size() != 4 || (*shell)[0] != "exec" || (*shell)[1] != "/bin/sh" || (*shell)[2] != "-c") return refusal;
  std::string_view line = (*shell)[3];
  const bool is_marked = line.starts_with(kPrintMark);
  if (is_marked) line.remove_prefix(kPrintMark.size());
  auto words = words_of(line);
  if (!words || words->empty()) return refusal;
  if (!is_marked) {
    const auto signal = signal_in(*words);
    return signal ? Result<Permitted>(*signal) : refusal;
  }
  if (words->front() != "mon") return refusal;
  words->erase(words->begin());
  return is_listed(*words) ? Result<Permitted>(PermittedCommand{std::move(*words)}) : refusal;
}

std::string restricted_options(const std::string& address, const std::string& program) {
  const std::string from = address.empty() ? "" : fmt::format("from=\"{}\",", address);
  return fmt::format("restrict,{}command=\"{} sshkey serve\"", from, program);
}

}  // namespace merlin::mon::ssh
