// mon version
#include <fmt/format.h>

#include "mon/cli/local_node.hpp"
#include "mon/cli/options.hpp"
#include "shared/wire/frame.hpp"

namespace merlin::mon {
namespace {

using nlohmann::ordered_json;

std::string window(const ordered_json& document) {
  const auto protocol = document.value("protocol", ordered_json::array());
  if (protocol.size() != 2 || !protocol[0].is_number_integer() || !protocol[1].is_number_integer()) return "unknown";
  const auto oldest = protocol[0].get<std::int64_t>();
  const auto newest = protocol[1].get<std::int64_t>();
  return oldest == newest ? fmt::format("{}", newest) : fmt::format("{} to {}", oldest, newest);
}

// A merlind that does not run is no failure, because this command reports its version, not its health.
Outcome<int> run_version(const Call& call, Console& console) {
  const ordered_json own{{"version", MERLIN_VERSION},
                         {"protocol", ordered_json::array({int{wire::kOldestProtocolVersion}, int{wire::kProtocolVersion}})}};
  const Answer daemon = ask_daemon(call, {{"command", "version"}});
  if (!daemon && !daemon.not_running()) return daemon.failure();
  if (call.json()) {
    console.print({{"mon", own}, {"merlind", daemon ? *daemon : ordered_json(nullptr)}});
    return kAllWell;
  }
  console.out << fmt::format("mon {}, protocol {}\n", MERLIN_VERSION, window(own));
  if (daemon)
    console.out << plain(fmt::format("merlind {}, protocol {}", text_at(*daemon, "version", "unknown"), window(*daemon))) << '\n';
  else
    console.out << "merlind is not running here\n";
  return kAllWell;
}

}  // namespace

namespace commands {

extern const Command kVersion{
    .name = "version",
    .section = Section::mon,
    .summary = "show the versions of mon and merlind on this node",
    .examples = {"mon version"},
    .options = {options::kJson},
    .run = run_version,
};

}  // namespace commands

}  // namespace merlin::mon
