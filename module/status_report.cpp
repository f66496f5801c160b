// The module's state for the core's query interface.
#include "module/module.hpp"

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

std::string Module::status(const Costs& costs) const {
  const auto& side = ownership_.side();
  Json link;
  link.raw("open", link_.open() ? "true" : "false")
      .text("node", daemon_)
      .raw("synced", outbox_.initial_done() ? "true" : "false")
      .number("connections", link_.connections())
      .number("garbage", garbage_)
      .number("bytes_in", link_.bytes_in())
      .number("bytes_out", link_.bytes_out())
      .number("unsent", link_.unsent_bytes());
  Json rows;
  rows.number("written", outbox_.rows_written())
      .number("dirty", outbox_.dirty())
      .number("applied", intake_.applied())
      .number("ignored", intake_.ignored())
      .number("results_waiting", outbox_.waiting_results())
      .number("results_dropped", outbox_.dropped())
      .number("operators_waiting", desk_.waiting())
      .number("operators_dropped", desk_.dropped());
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
      .raw("link", link.object())
      .raw("rows", rows.object())
      .raw("notifications", notifications.object())
      .raw("callbacks", cost_report(costs.callbacks))
      .raw("turns", cost_report(costs.turns));
  return all.object();
}

}  // namespace merlin::neb
