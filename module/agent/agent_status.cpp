// The module's state for the core's query interface.
#include "module/agent/agent.hpp"

namespace merlin::neb {
namespace {

const char* mode_name(cluster::CoreSide::Mode mode) {
  switch (mode) {
    case cluster::CoreSide::Mode::holding:
      return "holding";
    case cluster::CoreSide::Mode::following:
      return "following";
    case cluster::CoreSide::Mode::grace:
      return "grace";
    case cluster::CoreSide::Mode::isolated:
      return "isolated";
  }
  return "";
}

// Names of nodes come from outside.
std::string quoted(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    const bool plain = static_cast<unsigned char>(c) >= 0x20 && c != '"' && c != '\\';
    out += plain ? c : '?';
  }
  return out + '"';
}

class Json {
 public:
  Json& number(const char* key, std::uint64_t value) { return raw(key, std::to_string(value)); }
  Json& text(const char* key, const std::string& value) { return raw(key, quoted(value)); }
  Json& raw(const char* key, const std::string& value) {
    out_ += (out_.empty() ? "" : ", ") + quoted(key) + ": " + value;
    return *this;
  }
  std::string object() const { return "{" + out_ + "}"; }

 private:
  std::string out_;
};

std::string cost_report(const CostMeter& cost) {
  return Json()
      .number("count", cost.count())
      .number("p50_ns", cost.quantile_ns(0.5))
      .number("p99_ns", cost.quantile_ns(0.99))
      .number("p999_ns", cost.quantile_ns(0.999))
      .number("worst_ns", cost.worst_ns())
      .object();
}

}  // namespace

std::string disabled_status(const std::string& reason, const std::string& fix, std::optional<Millis> again) {
  Json all;
  all.text("version", MERLIN_VERSION).text("mode", "disabled").text("reason", reason).text("fix", fix);
  if (again) all.number("again_s", static_cast<std::uint64_t>(std::chrono::ceil<std::chrono::seconds>(*again).count()));
  return all.object();
}

std::string Agent::status(const LinkStatus& link, const Costs& costs) const {
  const auto& side = ownership_.side();
  Json connection;
  connection.raw("open", link.open ? "true" : "false")
      .text("node", daemon_)
      .raw("synced", outbox_.initial_done() ? "true" : "false")
      .number("connections", link.connections)
      .number("garbage", garbage_)
      .number("rejected", rejected_.total())
      .number("internal_errors", contained_)
      .number("bytes_in", link.bytes_in)
      .number("bytes_out", link.bytes_out)
      .number("unsent", link.unsent_bytes);
  Json rows;
  rows.number("written", outbox_.rows_written())
      .number("dirty", outbox_.dirty())
      .number("applied", intake_.applied())
      .number("ignored", intake_.ignored())
      .number("alerts_dropped", outbox_.dropped_alerts())
      .number("results_waiting", outbox_.waiting_results())
      .number("results_dropped", outbox_.dropped())
      .number("operators_waiting", operators_.waiting())
      .number("operators_dropped", operators_.dropped());
  Json notifications;
  notifications.number("waiting", notifier_.waiting()).number("told", notifier_.told()).number("dropped", notifier_.dropped());
  Json all;
  all.text("version", MERLIN_VERSION)
      .text("mode", mode_name(side.mode()))
      .number("epoch", side.epoch())
      .number("hosts", objects_.hosts())
      .number("services", objects_.services())
      .number("hosts_owned", ownership_.hosts_owned())
      .number("services_owned", ownership_.services_owned())
      .number("checks_run", checks_run_)
      .number("checks_vetoed", checks_vetoed_)
      .number("overdue", overdue_)
      .number("takeover_waiting", takeover_.waiting())
      .raw("link", connection.object())
      .raw("rows", rows.object())
      .raw("notifications", notifications.object())
      .raw("callbacks", cost_report(costs.callbacks))
      .raw("turns", cost_report(costs.turns));
  return all.object();
}

}  // namespace merlin::neb
