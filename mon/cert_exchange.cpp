// mon cert push, fetch and introduce
#include <fmt/format.h>

#include <iostream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <set>

#include "mon/commands.hpp"
#include "mon/editing.hpp"
#include "mon/exchange.hpp"
#include "mon/site.hpp"
#include "mon/trust_file.hpp"

namespace merlin::mon {
namespace {

constexpr std::size_t longest_input = 16u << 20;  // bytes

std::string read_input() {
  std::string text;
  std::istreambuf_iterator<char> next(std::cin);
  for (const std::istreambuf_iterator<char> end; next != end && text.size() <= longest_input; ++next) text += *next;
  return text;
}

std::set<std::string> vouched_in(const nlohmann::ordered_json& document) {
  std::set<std::string> vouched;
  for (const auto& fingerprint : document.value("vouched", nlohmann::ordered_json::array())) {
    if (fingerprint.is_string()) vouched.insert(fingerprint.get<std::string>());
  }
  return vouched;
}

}  // namespace

int run_cert_push(const Call& call, Console& console) { return exchange(call, console, {.keys = false, .is_push = true}); }
int run_cert_fetch(const Call& call, Console& console) { return exchange(call, console, {.keys = false, .is_push = false}); }

int run_cert_introduce(const Call& call, Console& console) {
  const auto config = load_config(call, console);
  if (!config) return failed;
  const auto document = nlohmann::ordered_json::parse(read_input(), nullptr, false);
  const auto theirs = TrustSet::read(document);
  auto set = theirs ? change_trust(call.config_path, *config, [&](TrustSet& ours) { ours.merge(*theirs, vouched_in(document)); }) : theirs;
  const auto changed = set ? write_trust(call.config_path, *config, *set) : set.error();
  if (!changed) {
    console.error(changed.error());
    return failed;
  }
  for (const std::string& name : *changed) console.out << fmt::format("certificates of {} changed\n", name);
  return changed->empty() ? all_well : tell_daemon(call, console);
}

}  // namespace merlin::mon
