// mon cert rotate: a new key and certificate for this node. All others trust both before merlind uses the new one, and
// only the new one once they are linked with it (R10).
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>
#include <set>
#include <thread>

#include "mon/cli/child.hpp"
#include "mon/cli/local_node.hpp"
#include "mon/cli/options.hpp"
#include "mon/service/service_plan.hpp"
#include "mon/ssh/remote_nodes.hpp"
#include "mon/ssh/side_by_side.hpp"
#include "mon/trust/certificate.hpp"
#include "mon/trust/next_key.hpp"
#include "mon/trust/trust_file.hpp"

namespace merlin::mon {
namespace {

using nlohmann::ordered_json;
using Clock = std::chrono::steady_clock;

constexpr Millis kPollInterval{200};
constexpr Millis kLinkTimeout{60'000};

class Rotation {
 public:
  Rotation(const Call& call, Console& console, const config::Config& config, ssh::LoginRules rules)
      : call_(call),
        console_(console),
        config_(config),
        visitor_(std::move(rules), interrupt_),
        key_(daemon_places(call.config_path).tls_dir) {}

  int run() {
    const int status = rotate();
    if (call_.json()) console_.print(document_);
    return status;
  }

 private:
  int rotate() {
    if (key_.is_half_in_place()) {
      if (const auto done = key_.put_in_place(); !done) return fails(done.error());
    }
    auto own = own_certificate(call_.config_path);
    if (!own) return fails(own.error());
    auto old = key_.previous();
    if (!old) {
      const int switched = change(*own);
      if (switched != kAllWell) return switched;
      old = own.value();
      own = own_certificate(call_.config_path);
      if (!own) return fails(own.error());
    }
    return finish(*old, *own);
  }

  // Until merlind's files are the new ones.
  int change(const net::CertificateInfo& own) {
    const auto next = key_.prepare(own);
    if (!next) return fails(next.error());
    const auto done = introduce({own, *next}, nullptr);
    if (!done) return fails(done.error());
    if (interrupt_.raised()) return ssh::kInterruptedStatus;
    if (!*done && !call_.has("--force")) {
      return fails({"not every node trusts the new certificate, so the old one stays in use", "cert rotate",
                    "try again when they can be reached; or use --force, and 'mon cert push' later"});
    }
    if (!config_.module.fingerprints.empty() && !call_.has("--force")) {
      return fails({fmt::format("the module on another machine trusts our certificate by its merlin.conf, so the old one stays in use"),
                    "cert rotate", fmt::format("add {} to its module {{ fingerprint }}, then use --force", next->fingerprint)});
    }
    if (const auto placed = key_.put_in_place(); !placed) return fails(placed.error());
    show("fingerprint", "new certificate {}\n", next->fingerprint);
    return kAllWell;
  }

  // merlind reads the new files; once all nodes are linked with them, no node trusts the old certificate any more.
  int finish(const net::CertificateInfo& old, const net::CertificateInfo& own) {
    const auto linked = restart(own);
    if (!linked) return fails(linked.error());
    const auto done = introduce({own}, &old);
    if (!done) return fails(done.error());
    if (interrupt_.raised()) return ssh::kInterruptedStatus;
    if (!*done)
      return fails({"the old certificate is still trusted there", "cert rotate", "run mon cert push when they can be reached"}, true);
    show("retired", "old certificate {} is no longer trusted\n", old.fingerprint);
    return forget();
  }

  void show(const char* key, fmt::format_string<const std::string&> line, const std::string& fingerprint) {
    document_[key] = fingerprint;
    if (!call_.json()) console_.out << fmt::format(line, fingerprint) << std::flush;
  }

  int forget() {
    const auto done = key_.forget_previous();
    return done ? kAllWell : fails(done.error());
  }

  // `is_over`: the remaining work does not need this command.
  int fails(const Error& error, bool is_over = false) {
    document_["error"] = error.text();
    if (!call_.json()) console_.error(error);
    if (is_over) forget();
    return kFailed;
  }

  // Makes all nodes trust these certificates of ours, and no longer that one; prints which nodes failed. False: not all succeeded.
  Result<bool> introduce(const std::vector<net::CertificateInfo>& certificates, const net::CertificateInfo* retired) {
    const auto set = change_trust(call_.config_path, config_, [&](TrustSet& trusted) {
      for (const auto& certificate : certificates)
        trusted.add(digits_of(certificate.fingerprint), certificate.node_id.hex(), config_.node_name);
      if (retired != nullptr) trusted.remove(digits_of(retired->fingerprint));
    });
    if (!set) return set.error();
    ordered_json document = set->document();
    document["vouched"] = ordered_json::array();
    for (const auto& certificate : certificates) document["vouched"].push_back(digits_of(certificate.fingerprint));
    return introduce_to_all(document.dump(), certificates, retired);
  }

  bool introduce_to_all(const std::string& introduction, const std::vector<net::CertificateInfo>& certificates,
                        const net::CertificateInfo* retired) {
    std::vector<std::optional<Error>> faults(config_.nodes.size());
    ssh::side_by_side(
        faults.size(),
        [&](std::size_t i) {
          const config::NodeConfig& node = config_.nodes[i];
          const auto session = visitor_.log_in(node);
          const auto said = session ? visitor_.run(*session, node.name, {"mon", "cert", "introduce", "--json"}, introduction)
                                    : Result<Said>(session.error());
          const auto good = said ? check_trusted(node.name, said->out, certificates, retired) : Result<>(said.error());
          if (!good) faults[i] = good.error();
        },
        [&](std::size_t i) {
          if (faults[i] && !call_.json()) console_.error(*faults[i]);
        });
    document_["nodes"] = ordered_json::array();
    for (std::size_t i = 0; i < faults.size(); ++i) {
      const ordered_json error = faults[i] ? ordered_json(faults[i]->text()) : ordered_json(nullptr);
      document_["nodes"].push_back({{"name", config_.nodes[i].name}, {"error", error}});
    }
    return std::ranges::none_of(faults, [](const auto& fault) { return fault.has_value(); });
  }

  // A node that received the certificates does not trust them if none of its blocks has our name.
  Result<> check_trusted(const std::string& name, const std::string& answer, const std::vector<net::CertificateInfo>& certificates,
                         const net::CertificateInfo* retired) const {
    const auto document = ordered_json::parse(answer, nullptr, false);
    const Error unreadable{"it does not report which certificates it trusts", name,
                           "check that both nodes have the same version of Merlin"};
    if (!document.is_object() || !document.contains("trusted") || !document["trusted"].is_array()) return unreadable;
    std::set<std::string> trusted;
    for (const auto& entry : document["trusted"]) trusted.insert(text_at(entry, "fingerprint"));
    for (const auto& certificate : certificates) {
      if (trusted.contains(certificate.fingerprint)) continue;
      return Error{fmt::format("it does not trust our certificate {}", certificate.fingerprint), name,
                   fmt::format("its merlin.conf needs a block for {}: mon node ctrl {} -- mon node show", config_.node_name, name)};
    }
    if (retired == nullptr || !trusted.contains(retired->fingerprint)) return Ok{};
    return Error{fmt::format("it still trusts our old certificate {}", retired->fingerprint), name,
                 fmt::format("mon node ctrl {} -- mon node show", name)};
  }

  // A merlind that does not run reads the new files at its start.
  Result<> restart(const net::CertificateInfo& own) {
    const Answer before = ask_daemon(call_, {{"command", "certs"}});
    if (before.not_running()) {
      console_.note("merlind is not running here: it uses the new certificate when it starts");
      return Ok{};
    }
    if (!before) return before.fault().errors.front();
    if (text_at(*before, "fingerprint") == own.fingerprint) return Ok{};
    const auto linked = linked_in(*before);
    const auto plan = plan_service(Action::restart, config_.core, look_at_machine());
    if (!plan) return plan.error();
    const auto step = std::ranges::find(*plan, "merlind", &ServiceStep::what);
    if (const auto done = run_child(step->argv, kLinkTimeout); !done) return done.error();
    return wait_for_links(own, linked);
  }

  static std::set<std::string> linked_in(const ordered_json& certificates) {
    std::set<std::string> names;
    for (const auto& entry : certificates.value("trusted", ordered_json::array())) {
      if (entry.is_object() && flag_at(entry, "linked")) names.insert(text_at(entry, "name"));
    }
    return names;
  }

  Result<> wait_for_links(const net::CertificateInfo& own, const std::set<std::string>& wanted) {
    const auto end = Clock::now() + kLinkTimeout;
    std::set<std::string> missing = wanted;
    while (Clock::now() < end && !interrupt_.raised()) {
      const Answer now = ask_daemon(call_, {{"command", "certs"}});
      if (now && text_at(*now, "fingerprint") == own.fingerprint) {
        const auto linked = linked_in(*now);
        std::erase_if(missing, [&](const std::string& name) { return linked.contains(name); });
        if (missing.empty()) return Ok{};
      }
      std::this_thread::sleep_for(kPollInterval);
    }
    return Error{
        fmt::format("merlind uses the new certificate, but is not linked to {}; the old one is still trusted", fmt::join(missing, ", ")),
        "cert rotate", "fix that link, then run mon cert rotate again"};
  }

  const Call& call_;
  Console& console_;
  const config::Config& config_;
  const ssh::Interrupt interrupt_;
  Visitor visitor_;
  const NextKey key_;
  ordered_json document_{{"fingerprint", nullptr}, {"retired", nullptr}, {"nodes", ordered_json::array()}, {"error", nullptr}};
};

Outcome<int> run_cert_rotate(const Call& call, Console& console) {
  if (::geteuid() != 0) return Error{"only root may do this", "cert rotate", "sudo mon cert rotate"};
  const auto config = load_config(call);
  if (!config) return config.failure();
  auto rules = login_rules(call);
  if (!rules) return rules.error();
  return Rotation(call, console, *config, std::move(*rules)).run();
}

}  // namespace

namespace commands {

extern const Command kCertRotate{
    .name = "cert rotate",
    .section = Section::certificates,
    .summary = "give this node a new key and certificate",
    .details =
        "All configured nodes receive the new certificate and trust both. Then merlind restarts with the new one, and when all\n"
        "links use it, the old one is removed on all nodes. If a node cannot be reached, nothing is changed: run the command\n"
        "again, and it continues. The node's id stays the same.",
    .examples = {"mon cert rotate"},
    .options = options::with_login({{"--force", "", "rotate even if some nodes cannot be reached"}, options::kJson}),
    .run = run_cert_rotate,
};

}  // namespace commands

}  // namespace merlin::mon
