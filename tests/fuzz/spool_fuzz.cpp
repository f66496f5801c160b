// What the module keeps for its next start. The first byte selects: 's' a spool file, 'f' the frames of a spool file with a valid head, 'r'
// the record of the last valid merlin.conf. What is accepted reads the same when it is written again, and a core starts with it.
// F52 I8 I11
#include <fmt/format.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "module/agent/agent.hpp"
#include "module/shell/last_good.hpp"
#include "module/shell/spool.hpp"
#include "shared/base/assert.hpp"
#include "shared/base/hash.hpp"
#include "shared/wire/codec.hpp"
#include "tests/unit/module_fake_core.hpp"

namespace {

using namespace merlin;
using namespace merlin::neb;

constexpr std::uint64_t kBoot = 7, kLast = 90;

std::string with_head(std::string_view frames) {
  return fmt::format("merlin spool 1 {} {} {:016x}\n", kBoot, kLast, hash64(frames, kBoot ^ kLast)).append(frames);
}

// The link to a daemon that receives everything and confirms nothing.
struct Deaf final : Driver {
  void send(const wire::Frame& message) override { bytes += message.payload.size(); }
  std::size_t unsent_bytes() const override { return 0; }
  void trust_daemon() override {}
  void wake() override {}
  std::size_t bytes = 0;
};

// Everything that is restored is sent to the daemon, or kept for the next start again.
void start_with(const Spool& spool, std::size_t bytes) {
  FakeCore core;
  fill_small(core);
  Deaf link;
  Agent agent(core, link, {}, 43);
  agent.restore(spool);
  const auto turn = [&] {
    core.pass(Millis{50});
    agent.tick(core.now());
    while (agent.work(core.now(), 1)) {
    }
  };
  turn();
  wire::CoreWelcome welcome;
  welcome.node_id.bytes[0] = 1;
  welcome.node_name = "here";
  MERLIN_ASSERT(
      agent.receive({wire::kProtocolVersion, static_cast<std::uint8_t>(wire::CoreWelcome::type_id), wire::encode(welcome)}, core.now()));
  for (int turns = 0; turns < 4; ++turns) turn();
  const Spool kept = agent.leave(false);
  MERLIN_ASSERT(kept.rows.size() <= spool.rows.size() + core.objects.size() && kept.alerts.size() <= spool.alerts.size());
  MERLIN_ASSERT(kept.forwards.results.size() <= spool.forwards.results.size() && kept.told.size() <= spool.told.size());
  MERLIN_ASSERT(link.bytes < 64 * 1024 + 16 * bytes);
  MERLIN_ASSERT(agent.status({}, {}).find("\"internal_errors\": 0,") != std::string::npos);
  MERLIN_ASSERT(parse_spool(spool_text(kept)).has_value());
}

void spool(const std::string& text) {
  const auto read = parse_spool(text);
  if (!read) return;
  const auto again = parse_spool(spool_text(*read));
  MERLIN_ASSERT(again && again->size() == read->size() && again->boot_id == read->boot_id && again->last_number == read->last_number);
  MERLIN_ASSERT(spool_text(*again) == spool_text(*read));
  start_with(*read, text.size());
}

void record(std::string_view text) {
  auto read = parse_record(text);
  if (!read) return;
  MERLIN_ASSERT(parse_record(record_text(*read)) == read);
  Replay replay(*std::move(read));
  const auto loaded = config::load_file("/etc/merlin/merlin.conf", replay);
  MERLIN_ASSERT(loaded.ok() == loaded.errors.empty());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  if (data[0] == 's') spool(std::string(text));
  if (data[0] == 'f') spool(with_head(text));
  if (data[0] == 'r') record(text);
  return 0;
}
