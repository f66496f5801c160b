// Anything that merlind may send to a module, and commands: the module survives every input without an internal error,
// and no text that reaches the core has a line break, and no time lacks a calendar date.
//
// The input is a sequence of items: a byte for the kind, two bytes for the length (high byte first), and that many bytes:
//   0 to 4       the content of a register of that kind, for a service of the core
//   5            an external command, NAME;ARGUMENTS
//   128 to 134   the content of a register of each kind, after a byte: of what (the lowest three bits), live, with an alert
//   others       the payload of a frame of that type
// I8 I9
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "module/agent/agent.hpp"
#include "shared/base/assert.hpp"
#include "shared/wire/codec.hpp"
#include "shared/wire/limits.hpp"
#include "shared/wire/text.hpp"
#include "tests/unit/module_fake_core.hpp"

namespace {

using namespace merlin;
using namespace merlin::neb;

constexpr std::size_t kMaxItems = 32;
constexpr std::uint8_t kCommand = 5;
constexpr std::uint8_t kRegister = 128;
constexpr auto kGreatestKind = static_cast<std::uint8_t>(wire::RegisterKind::forgotten);

// An unlimited link: messages of the agent are encoded and discarded.
struct Sink final : Driver {
  void send(const wire::Frame& message) override { static_cast<void>(wire::encode_frame(message.type, message.payload)); }
  std::size_t unsent_bytes() const override { return 0; }
  void trust_daemon() override {}
  void wake() override {}
};

class Session {
 public:
  Session() : module_((fill_small(core), core), sink, config, 42) {
    turn();
    wire::CoreWelcome welcome;
    welcome.node_id.bytes[0] = 1;
    welcome.node_name = "here";
    receive(welcome);
    wire::Epoch epoch;
    epoch.number = 1;
    epoch.whole = true;
    epoch.added = {host_key("web")};
    receive(epoch);
  }
  void item(std::uint8_t kind, std::string content) {
    if (kind < kCommand) return row(kind, std::move(content), {host_key("web"), service_key("web", "http")}, true, false);
    if (kind >= kRegister && kind <= kRegister + kGreatestKind) {
      const auto what = content.empty() ? 0U : static_cast<unsigned char>(content[0]);
      return row(kind - kRegister, content.substr(std::min<std::size_t>(1, content.size())), object(what % 8), (what & 8U) != 0,
                 (what & 16U) != 0);
    }
    if (kind == kCommand) return command(content);
    receive_frame({wire::kProtocolVersion, kind, std::move(content)});
  }

  void judge() const {
    for (const FakeObject& object : core.objects) {
      for (const std::string* text : {&object.state.output, &object.state.long_output, &object.state.perf_data}) good_line(*text);
      good_line(object.handed_in.output, true);
    }
    for (const auto& [id, comment] : core.operator_core.comments) {
      good_note(comment.content.author, comment.content.text);
      good_time(comment.content.entry_s);
      good_time(comment.content.expire_s);
    }
    for (const auto& [id, downtime] : core.operator_core.downtimes) {
      good_note(downtime.content.author, downtime.content.comment);
      for (const std::int64_t time : {downtime.content.start_s, downtime.content.end_s, downtime.content.flexible_start_s}) good_time(time);
      MERLIN_ASSERT(downtime.content.fixed || downtime.content.duration_s <= wire::kMaxDuration_s);
    }
    for (const auto& [key, value] : core.operator_core.attributes) good_line(value);
    for (const std::string& line : core.operator_core.commands) good_line(line);
    MERLIN_ASSERT(module_.status({}, {}).find("\"internal_errors\": 0,") != std::string::npos);
  }

 private:
  static void good_line(std::string_view text, bool several = false) {
    MERLIN_ASSERT(text.size() <= wire::kMaxResultBytes && !wire::has_nul(text));
    MERLIN_ASSERT(several || !wire::has_line_break(text));
  }
  static void good_note(const std::string& author, const std::string& text) {
    good_line(author);
    good_line(text);
  }
  static void good_time(std::int64_t time_s) { MERLIN_ASSERT(time_s >= 0 && time_s < wire::kEndOfTime_s); }

  static ObjectKey object(unsigned what) {
    switch (what) {
      case 0:
        return {host_key("web"), 0};
      case 1:
        return {host_key("web"), service_key("web", "disk")};
      case 2:
        return {host_key("db"), 0};  // that this core does not own
      case 3:
        return {host_key("db"), service_key("db", "sql")};
      case 4:
        return {0, host_key("admin")};  // a contact
      case 5:
        return {};  // the program
      case 6:
        return {0, host_key("nobody")};
      default:
        return {host_key("unknown"), 0};
    }
  }

  void row(std::uint8_t kind, std::string value, const ObjectKey& object, bool live, bool alert) {
    wire::Register row;
    row.object = object;
    row.alert = alert;
    row.kind = static_cast<wire::RegisterKind>(kind);
    row.item = kind == 0 ? 0 : 1 + rows_ % 4;
    row.version = {3, 2, 1'000'000 + ++rows_, {}};
    row.version.writer.bytes[0] = 2;
    row.base_ms = core.clock.wall.time_since_epoch().count();
    row.value = std::move(value);
    core.operator_core.problems[3] = true;
    receive(live ? wire::RowsToCore{rows_, {row}, {}} : wire::RowsToCore{rows_, {}, {row}});
  }

  void command(std::string_view line) {
    const std::size_t end = line.find(';');
    const std::string_view arguments = end == std::string_view::npos ? std::string_view() : line.substr(end + 1);
    if (module_.refuses_command(line.substr(0, end), arguments, core.seconds())) return;
    module_.command_begins(line.substr(0, end));
    module_.command_done(line.substr(0, end), arguments);
  }

  template <class Message>
  void receive(const Message& message) {
    receive_frame({wire::kProtocolVersion, static_cast<std::uint8_t>(Message::type_id), wire::encode(message)});
  }
  void receive_frame(const wire::Frame& frame) {
    if (module_.receives() && linked_) linked_ = module_.receive(frame, core.now());
    turn();
  }
  void turn() {
    core.pass(Millis{50});
    module_.tick(core.now());
    while (module_.work(core.now(), 1)) {
    }
  }

  FakeCore core;
  Sink sink;
  config::Config config;
  Agent module_;
  bool linked_ = true;
  std::uint64_t rows_ = 0;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view rest(reinterpret_cast<const char*>(data), size);
  Session session;
  for (std::size_t items = 0; items < kMaxItems && rest.size() >= 3; ++items) {
    const auto byte = [&](std::size_t at) { return static_cast<std::uint8_t>(rest[at]); };
    const std::uint8_t kind = byte(0);
    const std::size_t length = std::size_t{byte(1)} << 8 | byte(2);
    rest.remove_prefix(3);
    session.item(kind, std::string(rest.substr(0, length)));
    rest.remove_prefix(std::min(length, rest.size()));
  }
  session.judge();
  return 0;
}
