// mon version
#include <fmt/format.h>

#include "mon/commands.hpp"
#include "mon/site.hpp"
#include "wire/frame.hpp"

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

}  // namespace

// A merlind that does not run is no failure: its version is asked for, not its health.
int run_version(const Call& call, Console& console) {
  const ordered_json own{{"version", MERLIN_VERSION},
                         {"protocol", ordered_json::array({int{wire::kOldestProtocolVersion}, int{wire::kProtocolVersion}})}};
  const Answer daemon = ask_daemon(call, {{"command", "version"}});
  if (!daemon && !daemon.not_running()) {
    print_fault(daemon.fault(), console);
    return failed;
  }
  if (call.json()) {
    console.print({{"mon", own}, {"merlind", daemon ? *daemon : ordered_json(nullptr)}});
    return all_well;
  }
  console.out << fmt::format("mon {}, protocol {}\n", MERLIN_VERSION, window(own));
  if (daemon)
    console.out << plain(fmt::format("merlind {}, protocol {}", text_at(*daemon, "version", "unknown"), window(*daemon))) << '\n';
  else
    console.out << "merlind does not run here\n";
  return all_well;
}

}  // namespace merlin::mon
