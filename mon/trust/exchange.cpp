#include "mon/trust/exchange.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <span>

#include "mon/cli/local_node.hpp"
#include "mon/nodes/editing.hpp"
#include "mon/ssh/authorized_keys.hpp"
#include "mon/ssh/remote_nodes.hpp"
#include "mon/ssh/side_by_side.hpp"
#include "mon/trust/certificate.hpp"
#include "mon/trust/host_keys.hpp"
#include "mon/trust/trust_file.hpp"

namespace merlin::mon {
namespace {

using nlohmann::ordered_json;

// One visited node. A failure ends its part; completed steps remain.
struct Visit {
  const config::NodeConfig* node = nullptr;
  ssh::Session session{};
  std::optional<ssh::PublicKey> host_key{};
  std::optional<Error> fault{};
  std::string key_word{};  // the outcome for the key: "added", "was there"
  std::string their_key{};
  std::string fingerprint{};  // of their certificate, digits only
  std::string node_id{};
  std::string own_name{};  // the node's own name

  bool is_well() const { return !fault; }
};

class Exchanger {
 public:
  Exchanger(const Call& call, Console& console, const Exchange& kind, const config::Config& config, Visitor& visitor)
      : call_(call), console_(console), kind_(kind), config_(config), visitor_(visitor) {}

  Outcome<int> run(std::vector<Visit>& visits) {
    visits_ = std::span(visits);
    if (const auto key = kind_.keys ? read_own_key() : Result<>(Ok{}); !key) return key.error();
    on_all([this](Visit& visit) { meet(visit); });
    if (kind_.keys && !kind_.is_push) keep_their_keys();
    const auto kept = keep_certificates();
    if (kept && kind_.is_push) on_all([this](Visit& visit) { introduce(visit); });
    if (kind_.keys && kind_.is_push) on_all([this](Visit& visit) { share_host_keys(visit); });
    show();
    if (!kept) console_.report(kept.failure());
    if (visitor_.interrupt().raised()) return ssh::kInterruptedStatus;
    return kept && std::ranges::all_of(visits_, &Visit::is_well) ? kAllWell : kFailed;
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

  Result<> read_own_key() {
    const auto home = ssh::own_home();
    auto key = home ? ssh::own_public_key(*home, ssh::own_name() + "@" + config_.node_name) : home.error();
    if (!key) return key.error();
    own_key_ = key->line();
    return Ok{};
  }

  // Runs mon there; a failure ends the visit, and returns empty output.
  std::string mon_there(Visit& visit, std::vector<std::string> words, const std::string& input = "") {
    words.insert(words.begin(), "mon");
    auto said = visitor_.run(visit.session, visit.node->name, words, input);
    if (said) return said->out;
    visit.fault = said.error();
    return "";
  }

  void meet(Visit& visit) {
    if (!visit.session) {
      auto session = visitor_.log_in(*visit.node);
      if (!session) {
        visit.fault = session.error();
        return;
      }
      visit.session = std::move(*session);
    }
    if (auto key = ssh::server_key(visit.session.get())) visit.host_key = std::move(*key);
    if (kind_.keys && kind_.is_push) visit.key_word = mon_there(visit, accept_words(), own_key_ + "\n");
    if (kind_.keys && !kind_.is_push) visit.their_key = mon_there(visit, {"sshkey", "show"});
    if (visit.is_well()) learn_certificate(visit);
  }

  std::vector<std::string> accept_words() const {
    std::vector<std::string> words{"sshkey", "accept"};
    if (kind_.is_restricted) words.emplace_back("--restricted");
    return words;
  }

  void learn_certificate(Visit& visit) {
    const auto document = ordered_json::parse(mon_there(visit, {"cert", "show", "--json"}), nullptr, false);
    if (!visit.is_well()) return;
    visit.fingerprint = document.is_object() ? digits_of(text_at(document, "fingerprint")) : "";
    visit.node_id = document.is_object() ? text_at(document, "node_id") : "";
    visit.own_name = document.is_object() ? text_at(document, "name") : "";
    if (visit.fingerprint.size() != 64 || visit.node_id.size() != 32) {
      visit.fault = Error{"its certificate cannot be read", visit.node->name, "check that both nodes have the same version of Merlin"};
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

  Outcome<int> keep_certificates() {
    const auto own = own_certificate(call_.config_path);
    auto set = own ? change_trust(call_.config_path, config_, [&](TrustSet& trusted) { note_certificates(trusted, *own); }) : own.error();
    const auto changed = set ? write_trust(call_.config_path, config_, *set) : set.error();
    if (!changed) return changed.error();
    set_ = introduction(*set, *own);
    return changed->empty() ? Outcome<int>(kAllWell) : reload_daemon(call_, console_);
  }

  // All certificates that we trust, and which of them this call has fetched from their own nodes.
  std::string introduction(const TrustSet& set, const net::CertificateInfo& own) const {
    ordered_json document = set.document();
    document["sender"] = digits_of(own.fingerprint);
    document["vouched"] = ordered_json::array({digits_of(own.fingerprint)});
    for (const Visit& visit : visits_) {
      if (!visit.fingerprint.empty()) document["vouched"].push_back(visit.fingerprint);
    }
    return document.dump();
  }

  // A node with another certificate than before has a new key or was reinstalled: the old one is retired, unless it is known
  // to be from the same node, which is then in the middle of a key change and trusts both.
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

  // Also fails if the node still trusts another certificate of ours.
  void introduce(Visit& visit) { mon_there(visit, {"cert", "introduce"}, set_); }

  // To each node the host keys of the others that were visited, and ours.
  void share_host_keys(Visit& visit) {
    std::vector<NodeHostKeys> nodes;
    nodes.push_back({config_.node_name, ssh::kUsualPort, ssh::own_host_keys()});
    for (const Visit& other : visits_) {
      if (&other != &visit && other.host_key) nodes.push_back({other.node->name, other.node->ssh_port, {*other.host_key}});
    }
    mon_there(visit, {"sshkey", "hosts"}, host_keys_document(nodes).dump());
  }

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
  Visitor& visitor_;
  std::span<Visit> visits_;
  std::string own_key_;
  std::string set_;
};

}  // namespace

Outcome<int> exchange(const Call& call, Console& console, const Exchange& kind) {
  const auto config = load_config(call);
  if (!config) return config.failure();
  const auto chosen = choose_nodes(call, *config);
  if (!chosen) return chosen.failure();
  auto rules = login_rules(call);
  if (!rules) return rules.error();
  const ssh::Interrupt interrupt;
  Visitor visitor(std::move(*rules), interrupt);
  std::vector<Visit> visits;
  for (const auto& node : *chosen) visits.push_back({.node = &node});
  return Exchanger(call, console, kind, *config, visitor).run(visits);
}

Outcome<int> exchange_with(const Call& call, Console& console, const Exchange& kind, const config::Config& config, Visitor& visitor,
                           std::vector<LoggedIn>& nodes) {
  std::vector<Visit> visits;
  for (LoggedIn& node : nodes) visits.push_back({.node = &node.node, .session = std::move(node.session)});
  auto done = Exchanger(call, console, kind, config, visitor).run(visits);
  for (std::size_t i = 0; i < nodes.size(); ++i) nodes[i].session = std::move(visits[i].session);
  return done;
}

}  // namespace merlin::mon
