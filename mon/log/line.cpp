#include "mon/log/line.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>

namespace merlin::mon::log {
namespace {

constexpr int kNone = -1;

// The meaning of the fields of each kind of line.
struct Kind {
  std::string_view begin;
  std::string_view type;
  int host = kNone;
  int service = kNone;
  int state = kNone;
  int state_type = kNone;
};

constexpr std::array kKinds = {
    Kind{"HOST ALERT: ", "alert", 0, kNone, 1, 2},
    Kind{"SERVICE ALERT: ", "alert", 0, 1, 2, 3},
    Kind{"HOST NOTIFICATION: ", "notification", 1, kNone, 2, kNone},
    Kind{"SERVICE NOTIFICATION: ", "notification", 1, 2, 3, kNone},
    Kind{"CURRENT HOST STATE: ", "state", 0, kNone, 1, 2},
    Kind{"CURRENT SERVICE STATE: ", "state", 0, 1, 2, 3},
    Kind{"INITIAL HOST STATE: ", "state", 0, kNone, 1, 2},
    Kind{"INITIAL SERVICE STATE: ", "state", 0, 1, 2, 3},
    Kind{"HOST FLAPPING ALERT: ", "flapping", 0, kNone, kNone, kNone},
    Kind{"SERVICE FLAPPING ALERT: ", "flapping", 0, 1, kNone, kNone},
    Kind{"HOST DOWNTIME ALERT: ", "downtime", 0, kNone, kNone, kNone},
    Kind{"SERVICE DOWNTIME ALERT: ", "downtime", 0, 1, kNone, kNone},
    Kind{"PASSIVE HOST CHECK: ", "result", 0, kNone, kNone, kNone},
    Kind{"PASSIVE SERVICE CHECK: ", "result", 0, 1, kNone, kNone},
    Kind{"HOST EVENT HANDLER: ", "handler", 0, kNone, 1, 2},
    Kind{"SERVICE EVENT HANDLER: ", "handler", 0, 1, 2, 3},
    Kind{"GLOBAL HOST EVENT HANDLER: ", "handler", 0, kNone, 1, 2},
    Kind{"GLOBAL SERVICE EVENT HANDLER: ", "handler", 0, 1, 2, 3},
};
constexpr std::string_view kCommandBegin = "EXTERNAL COMMAND: ";

std::string_view field(std::string_view fields, int index) {
  if (index == kNone) return {};
  for (; index > 0; --index) {
    const std::size_t end = fields.find(';');
    if (end == std::string_view::npos) return {};
    fields.remove_prefix(end + 1);
  }
  return fields.substr(0, fields.find(';'));
}

// The command's name determines what its first arguments are.
Meaning meaning_of_command(std::string_view fields) {
  const std::string_view name = field(fields, 0);
  const bool service = name.find("SVC") != std::string_view::npos || name.find("SERVICE") != std::string_view::npos;
  const bool host = service || name.find("HOST") != std::string_view::npos;
  return {"command", field(fields, host ? 1 : kNone), field(fields, service ? 2 : kNone), {}, {}};
}

}  // namespace

std::optional<Line> read_line(std::string_view raw) {
  raw = raw.substr(0, raw.find_last_not_of('\r') + 1);
  if (!raw.starts_with('[')) return std::nullopt;
  Line line;
  const auto [end, fault] = std::from_chars(raw.data() + 1, raw.data() + raw.size(), line.time);
  const std::size_t closing = static_cast<std::size_t>(end - raw.data());
  if (fault != std::errc{} || line.time < 0 || raw.substr(closing, 2) != "] ") return std::nullopt;
  line.text = raw.substr(closing + 2);
  return line;
}

std::string raw_text(const Line& line) { return fmt::format("[{}] {}", line.time, line.text); }

Meaning meaning_of(std::string_view text) {
  if (text.starts_with(kCommandBegin)) return meaning_of_command(text.substr(kCommandBegin.size()));
  for (const Kind& kind : kKinds) {
    if (!text.starts_with(kind.begin)) continue;
    const std::string_view fields = text.substr(kind.begin.size());
    return {kind.type, field(fields, kind.host), field(fields, kind.service), field(fields, kind.state), field(fields, kind.state_type)};
  }
  return {};
}

}  // namespace merlin::mon::log
