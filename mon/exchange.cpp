#include "mon/exchange.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "mon/certificate.hpp"
#include "mon/editing.hpp"
#include "mon/fleet.hpp"
#include "mon/site.hpp"
#include "mon/ssh/authorized_keys.hpp"
#include "mon/ssh/side_by_side.hpp"
#include "mon/trust_file.hpp"

namespace merlin::mon {
namespace {

using nlohmann::ordered_json;

// One node that is visited. A fault ends its part; what was done before stands.
struct Visit {
  const config::NodeConfig* node = nullptr;
  ssh::Session session{};
  std::optional<Error> fault{};
  std::string key_word{};  // what became of the key: "added", "was there"
  std::string their_key{};
  std::string fingerprint{};  // of their certificate, digits alone
  std::string node_id{};
  std::string own_name{};  // what the node calls itself

  bool is_well() const { return !fault; }
};

std::string digits_of(const std::string& fingerprint) { return fingerprint.substr(fingerprint.find(':') + 1); }

class Exchanger {
 public:
  Exchanger(const Call& call, Console& console, const Exchange& kind, const config::Config& config, ssh::LoginRules rules)
      : call_(call), console_(console), kind_(kind), config_(config), visitor_(std::move(rules), interrupt_) {}

  int run(const std::vector<config::NodeConfig>& nodes) {
    if (kind_.keys && !has_own_key()) return failed;
    for (const auto& node : nodes) visits_.push_back({.node = &node});
    on_all([this](Visit& visit) { meet(visit); });
    if (kind_.keys && !kind_.is_push) keep_their_keys();
    const bool kept = keep_certificates();
    if (kept && kind_.is_push) on_all([this](Visit& visit) { introduce(visit); });
    show();
    if (interrupt_.raised()) return ssh::interrupted_status;
    return kept && std::ranges::all_of(visits_, &Visit::is_well) ? all_well : failed;
  }

 private:
  template <class Work>
  void on_all(const Work& work) {
    ssh::side_by_side(
        visits_.size(),
        [&](std::size_t i) {
          if (visits_[i].is_well()) work(visits_[i]);
        },
        [](std::size_t) {});
  }

  bool has_own_key() {
    const auto home = ssh::own_home();
    auto key = home ? ssh::own_public_key(*home, ssh::own_name() + "@" + config_.node_name) : home.error();
    if (key) own_key_ = key->line();
    if (!key) console_.error(key.error());
    return key.ok();
  }

  // Runs mon there; on failure the visit is over, and what it printed is empty.
  std::string mon_there(Visit& visit, std::vector<std::string> words, const std::string& input = "") {
    words.insert(words.begin(), "mon");
    auto said = visitor_.run(visit.session, visit.node->name, words, input);
    if (said) return said->out;
    visit.fault = said.error();
    return "";
  }

  void meet(Visit& visit) {
    auto session = visitor_.log_in(*visit.node);
    if (!session) {
      visit.fault = session.error();
      return;
    }
    visit.session = std::move(*session);
    if (kind_.keys && kind_.is_push) visit.key_word = mon_there(visit, {"sshkey", "accept"}, own_key_ + "\n");
    if (kind_.keys && !kind_.is_push) visit.their_key = mon_there(visit, {"sshkey", "show"});
    if (visit.is_well()) learn_certificate(visit);
  }

  void learn_certificate(Visit& visit) {
    const auto document = ordered_json::parse(mon_there(visit, {"cert", "show", "--json"}), nullptr, false);
    if (!visit.is_well()) return;
    visit.fingerprint = document.is_object() ? digits_of(text_at(document, "fingerprint")) : "";
    visit.node_id = document.is_object() ? text_at(document, "node_id") : "";
    visit.own_name = document.is_object() ? text_at(document, "name") : "";
    if (visit.fingerprint.size() != 64 || visit.node_id.size() != 32) {
      visit.fault = Error{"its certificate cannot be read", visit.node->name, "is Merlin there of the same version?"};
    }
  }

  void keep_their_keys() {
    const auto home = ssh::own_home();
    for (Visit& visit : visits_) {
      if (visit.their_key.empty()) continue;
      const auto key = ssh::read_public_key(visit.their_key);
      const auto added = key && home ? ssh::authorize(*home, *key) : Result<bool>(key ? home.error() : key.error());
      if (added)
        visit.key_word = *added ? "added" : "was there";
      else if (visit.is_well())
        visit.fault = added.error();
    }
  }

  bool keep_certificates() {
    const auto own = own_certificate(call_.config_path);
    auto set = own ? change_trust(call_.config_path, config_, [&](TrustSet& trusted) { note_certificates(trusted, *own); }) : own.error();
    const auto changed = set ? write_trust(call_.config_path, config_, *set) : set.error();
    if (!changed) {
      console_.error(changed.error());
      return false;
    }
    set_ = introduction(*set, *own);
    return changed->empty() || tell_daemon(call_, console_) == all_well;
  }

  // All that we trust, and which of it we have seen with our own eyes in this very call.
  std::string introduction(const TrustSet& set, const net::CertificateInfo& own) const {
    ordered_json document = set.document();
    document["vouched"] = ordered_json::array({digits_of(own.fingerprint)});
    for (const Visit& visit : visits_) {
      if (!visit.fingerprint.empty()) document["vouched"].push_back(visit.fingerprint);
    }
    return document.dump();
  }

  // A node that shows another certificate than before has a new key or was made anew: the old one is retired, unless
  // it is known to be of the same node, which then trusts both while its key changes.
  void note_certificates(TrustSet& trusted, const net::CertificateInfo& own) const {
    trusted.add(digits_of(own.fingerprint), own.node_id.hex(), config_.node_name);
    for (const Visit& visit : visits_) {
      if (visit.fingerprint.empty()) continue;
      for (const std::string& old : visit.node->fingerprints) {
        const auto known = trusted.entries().find(old);
        const bool is_same = old == visit.fingerprint || (known != trusted.entries().end() && known->second.node_id == visit.node_id);
        if (!is_same) trusted.remove(old);
      }
      trusted.add(visit.fingerprint, visit.node_id, visit.node->name);
      if (!visit.own_name.empty()) trusted.add(visit.fingerprint, visit.node_id, visit.own_name);
    }
  }

  void introduce(Visit& visit) { mon_there(visit, {"cert", "introduce"}, set_); }

  void show() {
    ordered_json nodes = ordered_json::array();
    for (const Visit& visit : visits_) {
      if (call_.json())
        nodes.push_back(document_of(visit));
      else
        report(visit);
    }
    if (call_.json()) console_.print({{"nodes", std::move(nodes)}});
  }

  static std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

  ordered_json document_of(const Visit& visit) const {
    ordered_json document{{"name", visit.node->name}, {"error", nullptr}, {"fingerprint", nullptr}};
    if (visit.fault) document["error"] = visit.fault->text();
    if (!visit.fingerprint.empty()) document["fingerprint"] = "SHA256:" + visit.fingerprint;
    if (kind_.keys) document["key"] = visit.key_word.empty() ? ordered_json(nullptr) : ordered_json(first_line(visit.key_word));
    return document;
  }

  void report(const Visit& visit) {
    if (visit.fault) return console_.error(*visit.fault);
    const std::string first = kind_.keys ? fmt::format("key {}, ", plain(first_line(visit.key_word))) : "";
    console_.out << fmt::format("{}: {}certificate SHA256:{} {}\n", visit.node->name, first, visit.fingerprint.substr(0, 16) + "…",
                                kind_.is_push ? "and ours exchanged" : "trusted here");
  }

  const Call& call_;
  Console& console_;
  const Exchange kind_;
  const config::Config& config_;
  const ssh::Interrupt interrupt_;
  Visitor visitor_;
  std::vector<Visit> visits_;
  std::string own_key_;
  std::string set_;
};

}  // namespace

int exchange(const Call& call, Console& console, const Exchange& kind) {
  const auto config = load_config(call, console);
  if (!config) return failed;
  const Chosen chosen = choose_nodes(call, *config, console);
  if (chosen.nodes.empty()) return chosen.status;
  auto rules = login_rules(call, console);
  if (!rules) return failed;
  return Exchanger(call, console, kind, *config, std::move(*rules)).run(chosen.nodes);
}

}  // namespace merlin::mon
