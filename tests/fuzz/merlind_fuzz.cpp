// Text that merlind reads. The first byte selects: 'r' requests of the control socket, one per line, of a caller who may give orders, 'q'
// of one who may not; the files 's' state, 'n' known_nodes and 'c' the history of configurations. F52 I9 I11
#include <cstddef>
#include <cstdint>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>

#include "daemon/control/control_requests.hpp"
#include "daemon/node_book.hpp"
#include "daemon/store/config_history.hpp"
#include "daemon/store/durable_file.hpp"
#include "shared/base/assert.hpp"
#include "shared/wire/validate.hpp"

namespace {

using namespace merlin;
using namespace merlin::daemon;

constexpr std::size_t kMostAnswerBytes = 4'096;

class Duties final : public ControlDuties {
 public:
  explicit Duties(bool may_change) : may_change_(may_change) {}

  Json status() override { return {{"self", "peer01"}}; }
  Json certs() override { return Json::object(); }
  Json version() override { return Json::object(); }
  Json owner(const std::string& host) override {
    MERLIN_ASSERT(!host.empty());
    return Json::object();
  }
  Result<> order(const std::string&, const wire::Order& order) override {
    MERLIN_ASSERT(may_change_ && order.until_ms >= 0 && order.until_ms / 1000 < wire::kEndOfTime_s);
    return order.reason.empty() ? Result<>(Ok{}) : Error{"no", "", ""};
  }
  Result<> forget(const std::string& host, const std::string&) override {
    MERLIN_ASSERT(may_change_ && !host.empty());
    return Ok{};
  }
  ReloadOutcome reload() override {
    MERLIN_ASSERT(may_change_);
    return {{"changed"}, {{"a", "b", "c"}}, {}};
  }
  // One event of the kind that was asked for.
  void find_events(EventQuery query, std::function<void(const FoundEvents&)> found) override {
    MERLIN_ASSERT(query.limit >= 1 && query.limit <= kMostEvents);
    FoundEvents events;
    events.events.resize(1);
    events.events[0].event.kind = query.kind.value_or(wire::EventKind::alert);
    events.events[0].event.text = "\xff";
    found(events);
  }
  std::string node_name(const NodeId&) override { return "peer02"; }

 private:
  bool may_change_;
};

void requests(std::string_view text, bool may_change) {
  std::istringstream lines{std::string(text)};
  for (std::string line; std::getline(lines, line);) {
    Duties duties(may_change);
    int answers = 0;
    answer_request(line, may_change, duties, [&](const std::string& answer) {
      ++answers;
      MERLIN_ASSERT(answer.find('\n') == std::string::npos && answer.size() < kMostAnswerBytes);
      MERLIN_ASSERT(Json::parse(answer, nullptr, false).is_object());
    });
    MERLIN_ASSERT(answers == 1);
  }
}

void state(std::string_view text) {
  const auto read = parse_durable(text);
  if (read) MERLIN_ASSERT(durable_text(*read) == text);
  // A drain with any reason that an order may have.
  wire::Rejects rejects;
  wire::Order order{wire::OrderKind::drain, std::string(text.substr(0, 300)), 0};
  if (!wire::validate(order, rejects)) return;
  const cluster::Durable made{text.size(), text.size() * 3, true, {order.reason, order.until_ms}};
  const auto again = parse_durable(durable_text(made));
  MERLIN_ASSERT(again.ok() && *again == made);
}

void known_nodes(std::string_view text) {
  static const config::Config config = [] {
    config::Config made;
    for (const char digit : {'1', '2', '3'}) {
      config::NodeConfig node;
      node.name = std::string("peer0") + digit;
      node.fingerprints = {std::string(64, digit), std::string(63, digit) + "f"};
      made.nodes.push_back(node);
    }
    return made;
  }();
  NodeBook book, again;
  book.set_config(config);
  again.set_config(config);
  book.read(text);
  MERLIN_ASSERT(book.text().size() <= 6 * 128);
  again.read(book.text());
  MERLIN_ASSERT(again.text() == book.text());
  for (const config::NodeConfig& node : config.nodes) MERLIN_ASSERT(again.id_of(node.name) == book.id_of(node.name));
}

void config_history(std::string_view text) {
  const auto digests = parse_config_history(text);
  MERLIN_ASSERT(digests.size() <= kLongestConfigHistory);
  for (const std::uint64_t digest : digests) MERLIN_ASSERT(digest != 0);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0]) {
    case 'r':
    case 'q':
      requests(text, data[0] == 'r');
      break;
    case 's':
      state(text);
      break;
    case 'n':
      known_nodes(text);
      break;
    case 'c':
      config_history(text);
      break;
    default:
      break;
  }
  return 0;
}
