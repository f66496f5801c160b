#include "daemon/control/status_document.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "daemon/control/problems.hpp"
#include "daemon/node_book.hpp"

namespace merlin::daemon {
namespace {

Json or_null(const std::string& text) { return text.empty() ? Json(nullptr) : Json(text); }

std::string_view phase_word(wire::NodePhase phase) {
  switch (phase) {
    case wire::NodePhase::joining:
      return "joining";
    case wire::NodePhase::ready:
      return "ready";
    case wire::NodePhase::drained:
      break;
  }
  return "drained";
}

std::string_view core_word(wire::CoreHealth core) {
  switch (core) {
    case wire::CoreHealth::well:
      return "running";
    case wire::CoreHealth::busy:
      return "busy";
    case wire::CoreHealth::stalled:
      return "stalled";
    case wire::CoreHealth::gone:
      break;
  }
  return "stopped";
}

std::string_view daemon_word(const StatusNode& node) {
  if (node.is_heard() || node.is_linked()) return "running";
  return node.facts.goodbye ? "away" : "silent";
}

double thousandths(double number) { return std::round(number * 1000.0) / 1000.0; }

std::string type_word(const StatusNode& node) {
  if (node.block != nullptr) return std::string(config::type_name(node.block->type));
  return node.is_self() ? "peer" : "";
}

Json last_alive(const Status& status, const StatusNode& node) {
  const bool is_known = node.is_self() || node.view->since_heard;
  if (!is_known) return nullptr;
  const WallTime alive = status.now - node.view->since_heard.value_or(Millis{0});
  return std::chrono::floor<std::chrono::seconds>(alive.time_since_epoch()).count();
}

Json delay_document(const cluster::NodeView& view) {
  if (!view.delay) return nullptr;
  Json out{{"left_ms", view.delay->left.count()}, {"by", view.delay->by}, {"losses", nullptr}, {"text", delay_text(view)}};
  if (view.delay->losses) out["losses"] = *view.delay->losses;
  return out;
}

Json drain_document(const cluster::NodeView& view) {
  if (view.phase != wire::NodePhase::drained) return nullptr;
  const Json until = view.drain.until_ms == 0 ? Json(nullptr) : Json(view.drain.until_ms / 1000);
  return {{"reason", or_null(view.drain.reason)}, {"until", until}};
}

// Values that the node reports. What it reported before it fell silent says nothing about now, so then they are null.
void add_said(Json& out, const Status& status, const StatusNode& node) {
  static constexpr const char* kKeys[] = {
      "phase",        "core",           "weight",     "hosts_owned",     "services_owned", "share",  "checks_run", "overdue",
      "last_alive",   "since_heard_ms", "latency_ms", "clock_offset_ms", "config_hash",    "config", "backlog",    "version",
      "core_version", "table_equal",    "via",        "return_delay",    "drain"};
  for (const char* key : kKeys) out[key] = nullptr;
  if (node.view == nullptr) return;
  const cluster::NodeView& view = *node.view;
  out["weight"] = view.weight;
  out["backlog"] = view.backlog_rows;
  out["last_alive"] = last_alive(status, node);
  if (node.is_self() || view.since_heard) out["since_heard_ms"] = view.since_heard.value_or(Millis{0}).count();
  if (!node.is_current()) return;
  out["hosts_owned"] = view.hosts_owned;
  out["services_owned"] = view.services_owned;
  if (status.view.hosts > 0) out["share"] = thousandths(static_cast<double>(view.hosts_owned) / static_cast<double>(status.view.hosts));
  out["via"] = view.via ? Json(name_of(status, *view.via)) : Json(nullptr);
  out["return_delay"] = delay_document(view);
  out["phase"] = phase_word(view.phase);
  out["drain"] = drain_document(view);
  const bool disabled = node.is_self() && view.core == wire::CoreHealth::gone && !status.view.core_disabled.empty();
  out["core"] = disabled ? "disabled" : core_word(view.core);
  out["checks_run"] = view.checks_run;
  out["overdue"] = view.overdue;
  if (view.latency_ms && node.is_linked()) out["latency_ms"] = thousandths(*view.latency_ms);
  if (view.clock_offset) out["clock_offset_ms"] = view.clock_offset->count();
  if (view.config_digest != 0) out["config_hash"] = fmt::format("{:016x}", view.config_digest);
  out["config"] = or_null(std::string(word_of(config_relation(status, node))));
  out["version"] = or_null(view.program_version);
  out["core_version"] = or_null(view.core_program);
  out["table_equal"] = node.is_self() || view.table_equal;
}

std::string_view source_word(DataSource::Kind kind) {
  switch (kind) {
    case DataSource::Kind::module:
      return "module";
    case DataSource::Kind::store:
      return "store";
    case DataSource::Kind::peer:
      break;
  }
  return "node";
}

Json rejected_document(const Status& status) {
  Json list = Json::array();
  for (const auto& [source, from] : status.rejected) {
    Json entry;
    entry["from"] = source_word(source.kind);
    entry["node"] = source.kind == DataSource::Kind::peer ? Json(name_of(status, source.node)) : Json(nullptr);
    entry["count"] = from.all.total();
    entry["reasons"] = Json::object();
    for (std::size_t i = 0; i < wire::kRejectReasons; ++i) {
      const auto reason = static_cast<wire::RejectReason>(i);
      if (from.all.count(reason) > 0) entry["reasons"][std::string(wire::word_of(reason))] = from.all.count(reason);
    }
    entry["last"] = std::chrono::floor<std::chrono::seconds>(from.last_time.time_since_epoch()).count();
    entry["what"] = from.last;
    list.push_back(std::move(entry));
  }
  return list;
}

Json node_document(const Status& status, const StatusNode& node) {
  Json out;
  out["name"] = node.name;
  out["id"] = node.id.empty() ? Json(nullptr) : Json(node.id.hex());
  out["type"] = or_null(type_word(node));
  out["self"] = node.is_self();
  out["state"] = word_of(node.state);
  out["why"] = or_null(node.why);
  out["daemon"] = daemon_word(node);
  out["address"] = or_null(node.facts.address);
  out["linked"] = node.is_linked();
  out["encrypted"] = node.is_linked() ? Json(true) : Json(nullptr);
  add_said(out, status, node);
  if (out["version"].is_null() && node.is_linked()) out["version"] = or_null(node.facts.version);
  out["refused"] = node.refusal == nullptr ? Json(nullptr) : Json(node.refusal->text);
  return out;
}

std::string_view store_word(StoreStatus::State state) {
  switch (state) {
    case StoreStatus::State::opening:
      return "opening";
    case StoreStatus::State::well:
      return "well";
    case StoreStatus::State::failing:
      return "failing";
    case StoreStatus::State::hanging:
      return "hanging";
    case StoreStatus::State::closed:
      break;
  }
  return "closed";
}

Json store_document(const StoreStatus& store) {
  Json out;
  out["state"] = store_word(store.state);
  out["path"] = store.path;
  out["epoch"] = store.epoch == 0 ? Json(nullptr) : Json(fmt::format("{:016x}", store.epoch));
  out["rows"] = store.rows;
  out["forwarded"] = store.forwards;
  out["bytes"] = store.bytes;
  out["pending"] = store.pending;
  out["pending_bytes"] = store.pending_bytes;
  out["left_out"] = store.left_out;
  out["error"] = store.fault ? Json(store.fault->what) : Json(nullptr);
  out["last_error"] = or_null(store.last_error);
  out["set_aside"] = or_null(store.set_aside);
  return out;
}

Json journal_document(const cluster::JournalView& journal, std::uint64_t stored) {
  Json out;
  out["stored"] = stored;
  out["unsafe"] = journal.unsafe;
  out["behind"] = journal.behind;
  out["dropped"] = journal.dropped;
  out["skipped"] = journal.skipped;
  out["streams"] = Json::array();
  for (const wire::EventMark& mark : journal.streams) {
    out["streams"].push_back(
        {{"node_id", mark.node.hex()}, {"epoch", fmt::format("{:016x}", mark.epoch)}, {"first", mark.first}, {"last", mark.last}});
  }
  return out;
}

// Nodes whose claims this node does not believe.
void add_distrust(Json& out, const cluster::ClusterView& view) {
  out["contested"] = Json::array();
  for (const cluster::ContestedObject& one : view.contested)
    out["contested"].push_back({{"object", one.object}, {"node", one.writer_name}, {"times", one.times}});
  out["doubted"] = Json::array();
  for (const cluster::DoubtedVoter& voter : view.doubted) out["doubted"].push_back({{"node", voter.name}, {"times", voter.times}});
}

std::string why_ranked(const cluster::RankedNode& node, bool knows_host) {
  if (node.claims) return "runs it";
  if (!node.active) return "not active";
  if (!node.knows && knows_host) return "does not have it configured";
  if (node.phase == wire::NodePhase::drained) return "drained";
  if (node.phase == wire::NodePhase::joining) return "joining";
  return node.weight == 0 ? "standby" : "lower in the ranking";
}

}  // namespace

Json status_document(const Status& status) {
  const std::vector<StatusNode> nodes = status_nodes(status);
  Json out;
  out["self"] = status.config.node_name;
  out["cluster"] = status.config.cluster;
  out["daemon"] = {
      {"version", status.version}, {"pid", status.pid}, {"uptime_s", std::chrono::floor<std::chrono::seconds>(status.uptime).count()}};
  out["term"] = status.view.term;
  out["hosts"] = status.view.hosts;
  out["services"] = status.view.services;
  out["hosts_run_twice"] = status.view.run_twice.hosts;
  out["rows"] = status.view.rows;
  out["store"] = store_document(status.store);
  out["events"] = journal_document(status.view.journal, status.store.events);
  add_distrust(out, status.view);
  out["nodes"] = Json::array();
  for (const StatusNode& node : nodes) out["nodes"].push_back(node_document(status, node));
  out["links"] = {{"refused", Json::object()}, {"unauthenticated", status.unauthenticated}};
  for (const auto& [reason, count] : status.refused_counts) out["links"]["refused"][std::string(word_of(reason))] = count;
  out["rejected"] = rejected_document(status);
  out["not_in_effect"] = Json::array();
  for (const Error& warning : status.warnings) out["not_in_effect"].push_back({{"where", warning.where}, {"what", warning.what}});
  out["problems"] = Json::array();
  for (const Problem& problem : find_problems(status, nodes)) {
    out["problems"].push_back({{"text", problem.text}, {"fix", problem.fix}});
    if (!problem.kind.empty()) out["problems"].back()["kind"] = problem.kind;
  }
  return out;
}

Json certs_document(const Status& status, const std::string& certificate_file) {
  Json out;
  out["fingerprint"] = status.fingerprint;
  out["file"] = certificate_file;
  out["node_id"] = status.self.hex();
  out["trusted"] = Json::array();
  for (const config::NodeConfig& block : status.config.nodes) {
    const auto facts = status.facts.find(block.name);
    const bool linked = facts != status.facts.end() && facts->second.linked;
    for (const std::string& digits : block.fingerprints) {
      out["trusted"].push_back({{"name", block.name}, {"fingerprint", prefixed_fingerprint(digits)}, {"linked", linked}});
    }
  }
  out["refused"] = Json::array();
  for (const RefusedPeer& peer : status.refused) {
    if (peer.fingerprint.empty()) continue;
    out["refused"].push_back({{"fingerprint", peer.fingerprint},
                              {"address", peer.address},
                              {"node_id", peer.node_id.empty() ? Json(nullptr) : Json(peer.node_id.hex())},
                              {"name", or_null(peer.block)},
                              {"reason", word_of(peer.reason)},
                              {"text", peer.text},
                              {"last", std::chrono::floor<std::chrono::seconds>(peer.last.time_since_epoch()).count()},
                              {"count", peer.count}});
  }
  return out;
}

Json owner_document(const std::string& host, const cluster::OwnerView& owner) {
  Json out;
  out["host"] = host;
  out["known"] = owner.known;
  out["runners"] = Json::array();
  out["owner"] = nullptr;
  Json ranking = Json::array();
  for (std::size_t i = 0; i < owner.ranking.size(); ++i) {
    const cluster::RankedNode& node = owner.ranking[i];
    const bool runs = std::find(owner.runners.begin(), owner.runners.end(), node.id) != owner.runners.end();
    if (runs) out["runners"].push_back(node.name);
    if (runs && out["owner"].is_null()) out["owner"] = node.name;
    ranking.push_back({{"node", node.name},
                       {"id", node.id.hex()},
                       {"rank", i + 1},
                       {"active", node.active},
                       {"knows", node.knows},
                       {"claims", node.claims},
                       {"phase", phase_word(node.phase)},
                       {"weight", node.weight},
                       {"why", why_ranked(node, owner.known)}});
  }
  out["ranking"] = std::move(ranking);
  out["services"] = owner.services.size();
  return out;
}

Json error_document(const std::vector<Error>& errors) {
  Json out{{"ok", false}, {"errors", Json::array()}};
  for (const Error& error : errors) out["errors"].push_back({{"what", error.what}, {"where", error.where}, {"fix", error.fix}});
  return out;
}

std::string one_line(const Json& document) { return document.dump(-1, ' ', false, Json::error_handler_t::replace); }

}  // namespace merlin::daemon
