#include "mon/ssh/authorized_keys.hpp"

#include <fmt/format.h>
#include <libssh/libssh.h>

#include <algorithm>
#include <sstream>

#include "mon/ssh/handles.hpp"
#include "mon/ssh/ssh_file.hpp"

namespace merlin::mon::ssh {
namespace {

constexpr std::size_t kLongestLine = 16'384;

bool has_key(std::string_view line, const PublicKey& key) {
  if (line.starts_with('#')) return false;
  std::istringstream words{std::string(line)};
  std::string before;
  for (std::string word; words >> word; before = word) {
    if (word == key.digits && before == key.type) return true;
  }
  return false;
}

// "root@peer03" at the end of a line names the node that created the key.
bool is_of_node(std::string_view line, std::string_view name) {
  line = line.substr(0, line.find_last_not_of(" \t\r") + 1);
  if (line.starts_with('#') || !line.ends_with(name)) return false;
  line.remove_suffix(name.size());
  return line.ends_with('@');
}

// The long digits are shortened.
std::string shown_key(const std::string& line) {
  std::istringstream words(line);
  std::string text;
  for (std::string word; words >> word;) {
    if (word.starts_with("AAAA") && word.size() > 40) word = word.substr(0, 8) + "…" + word.substr(word.size() - 12);
    text += (text.empty() ? "" : " ") + word;
  }
  return text;
}

}  // namespace

std::string PublicKey::line() const {
  return comment.empty() ? fmt::format("{} {}", type, digits) : fmt::format("{} {} {}", type, digits, comment);
}

Result<PublicKey> read_public_key(std::string_view line) {
  while (!line.empty() && (line.back() == '\n' || line.back() == '\r')) line.remove_suffix(1);
  const Error refusal{"that is not a public key", "public key", "one line: TYPE DIGITS COMMENT"};
  const bool is_odd =
      line.size() > kLongestLine || std::ranges::any_of(line, [](char byte) { return static_cast<unsigned char>(byte) < 0x20; });
  if (is_odd) return refusal;
  PublicKey key;
  std::istringstream words{std::string(line)};
  words >> key.type >> key.digits >> std::ws;
  std::getline(words, key.comment);
  ssh_key raw = nullptr;
  const ssh_keytypes_e type = ::ssh_key_type_from_name(key.type.c_str());
  if (type == SSH_KEYTYPE_UNKNOWN || ::ssh_pki_import_pubkey_base64(key.digits.c_str(), type, &raw) != SSH_OK) return refusal;
  ::ssh_key_free(raw);
  return key;
}

std::string with_key(std::string_view text, const PublicKey& key) {
  std::istringstream lines{std::string(text)};
  for (std::string line; std::getline(lines, line);) {
    if (has_key(line, key)) return std::string(text);
  }
  const bool open_end = !text.empty() && text.back() != '\n';
  return fmt::format("{}{}{}\n", text, open_end ? "\n" : "", key.line());
}

std::string with_restricted_key(std::string_view text, const PublicKey& key, const std::string& options) {
  const std::string wanted = fmt::format("{} {}", options, key.line());
  std::string after;
  bool is_there = false;
  std::istringstream lines{std::string(text)};
  for (std::string line; std::getline(lines, line);) {
    if (has_key(line, key) && is_there) continue;
    const bool is_mine = has_key(line, key);
    after += (is_mine ? wanted : line) + "\n";
    is_there = is_there || is_mine;
  }
  return is_there ? after : after + wanted + "\n";
}

Result<bool> authorize_restricted(const std::string& home, const PublicKey& key, const std::string& options) {
  return change_ssh_file(home, "authorized_keys", [&](std::string_view text) { return with_restricted_key(text, key, options); });
}

Result<bool> authorize(const std::string& home, const PublicKey& key) {
  return change_ssh_file(home, "authorized_keys", [&](std::string_view text) { return with_key(text, key); });
}

std::vector<std::string> keys_of_node(std::string_view text, std::string_view name) {
  std::vector<std::string> found;
  std::istringstream lines{std::string(text)};
  for (std::string line; std::getline(lines, line);) {
    if (is_of_node(line, name)) found.push_back(line);
  }
  return found;
}

std::string without_node(std::string_view text, std::string_view name) {
  std::string rest;
  std::istringstream lines{std::string(text)};
  for (std::string line; std::getline(lines, line);) {
    if (!is_of_node(line, name)) rest += line + (lines.eof() ? "" : "\n");
  }
  return rest;
}

Result<std::vector<std::string>> shown_keys_of_node(const std::string& home, std::string_view name) {
  const auto text = read_ssh_file(home, "authorized_keys");
  if (!text) return text.error();
  std::vector<std::string> shown;
  for (const std::string& line : keys_of_node(*text, name))
    shown.push_back(fmt::format("{}/.ssh/authorized_keys: {}", home, shown_key(line)));
  return shown;
}

}  // namespace merlin::mon::ssh
