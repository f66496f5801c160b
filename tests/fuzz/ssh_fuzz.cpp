// Text that mon reads because of ssh. The first byte selects: 'm' standard error of a command with its process id, 'p' a command line for
// a restricted key, 'w' words (one per line) that become such a command line, 'a' a public key (the first line) and authorized_keys,
// 'h' known_hosts.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <sstream>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "mon/ssh/authorized_keys.hpp"
#include "mon/ssh/known_hosts.hpp"
#include "mon/ssh/permitted.hpp"
#include "mon/ssh/quoting.hpp"
#include "mon/ssh/session_mark.hpp"
#include "shared/base/assert.hpp"

namespace {

using namespace merlin::mon;

constexpr std::string_view kDigits = "AAAAC3NzaC1lZDI1NTE5AAAAIFTEUOJEzAA6jMbUsFggBlkV1zQTPLDBAEMhdN6c+a0+";

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> all;
  std::istringstream lines{std::string(text)};
  for (std::string line; std::getline(lines, line);) all.push_back(line);
  return all;
}

// However the output is cut, the user sees the same.
void session_mark(std::string_view text) {
  ssh::MarkReader whole, pieces;
  std::string shown = whole.feed(text);
  shown += whole.rest();
  std::string shown_in_pieces;
  for (const char byte : text) shown_in_pieces += pieces.feed({&byte, 1});
  shown_in_pieces += pieces.rest();
  MERLIN_ASSERT(shown.size() <= text.size() && shown.size() + 65'536 >= text.size());
  MERLIN_ASSERT(whole.process().find_first_not_of("0123456789") == std::string::npos);
  // Beyond the bound, it depends on the pieces whether the mark is still found.
  if (text.size() <= 65'536) MERLIN_ASSERT(shown == shown_in_pieces && whole.process() == pieces.process());
}

// A shell would read exactly these words.
void is_permitted_again(const std::vector<std::string>& words) {
  std::vector<std::string> line{"mon"};
  line.insert(line.end(), words.begin(), words.end());
  const auto again = ssh::permitted(ssh::marked_command(ssh::command_line(line)));
  MERLIN_ASSERT(again.ok() && std::get<ssh::PermittedCommand>(*again).words == words);
}

bool has(const std::vector<std::string>& words, const char* word) { return std::ranges::find(words, word) != words.end(); }

void restricted_line(std::string_view text) {
  const auto permitted = ssh::permitted(text);
  if (!permitted) return;
  if (const auto* signal = std::get_if<ssh::PermittedSignal>(&*permitted)) {
    MERLIN_ASSERT(signal->group > 1);
    return;
  }
  const auto& words = std::get<ssh::PermittedCommand>(*permitted).words;
  MERLIN_ASSERT(!words.empty());
  MERLIN_ASSERT(words[0] != "sshkey" || words[1] != "accept" || has(words, "--restricted"));
  MERLIN_ASSERT(words[0] != "sshkey" || words[1] != "forget" || has(words, "--dry-run"));
  MERLIN_ASSERT(!has(words, "--config"));
  is_permitted_again(words);
}

void restricted_words(std::string_view text) {
  const std::vector<std::string> words = lines_of(text);
  std::vector<std::string> line{"mon"};
  line.insert(line.end(), words.begin(), words.end());
  const auto permitted = ssh::permitted(ssh::marked_command(ssh::command_line(line)));
  if (permitted) MERLIN_ASSERT(std::get<ssh::PermittedCommand>(*permitted).words == words);
}

void authorized_keys(std::string_view text) {
  const std::size_t end = std::min(text.find('\n'), text.size());
  const auto key = ssh::read_public_key(text.substr(0, end));
  text.remove_prefix(std::min(end + 1, text.size()));
  MERLIN_ASSERT(ssh::keys_of_node(ssh::without_node(text, "peer02"), "peer02").empty());
  if (!key) return;
  const auto again = ssh::read_public_key(key->line());
  MERLIN_ASSERT(again.ok() && again->line() == key->line());
  const std::string with = ssh::with_key(text, *key);
  MERLIN_ASSERT(with.starts_with(text) && ssh::with_key(with, *key) == with);
  const std::string options = ssh::restricted_options("10.0.0.1", "/usr/bin/mon");
  const std::string restricted = ssh::with_restricted_key(text, *key, options);
  MERLIN_ASSERT(ssh::with_restricted_key(restricted, *key, options) == restricted);
  MERLIN_ASSERT(ssh::with_key(restricted, *key) == restricted);
}

void known_hosts(std::string_view text) {
  const ssh::KnownHost host{"peer02", 22, {{"ssh-ed25519", std::string(kDigits), ""}}};
  const std::string with = ssh::with_host(text, host);
  MERLIN_ASSERT(with.starts_with(text) && ssh::with_host(with, host) == with);
  MERLIN_ASSERT(with.size() <= text.size() + 128);
  MERLIN_ASSERT(ssh::familiarity(with, host) != ssh::Familiarity::unknown);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0]) {
    case 'm':
      session_mark(text);
      break;
    case 'p':
      restricted_line(text);
      break;
    case 'w':
      restricted_words(text);
      break;
    case 'a':
      authorized_keys(text);
      break;
    case 'h':
      known_hosts(text);
      break;
    default:
      break;
  }
  return 0;
}
