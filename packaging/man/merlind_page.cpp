#include "daemon/process/option_texts.hpp"
#include "packaging/man/pages.hpp"
#include "packaging/man/roff.hpp"

namespace merlin::manual {
namespace {

std::string option_entries() {
  std::string text;
  for (const daemon::OptionText& option : daemon::kAllOptions) {
    const std::string term = option.value.empty() ? bold(option.name) : bold(option.name) + " " + italic(option.value);
    text += entry(term, plain(option.help));
  }
  return text;
}

std::string signals() {
  return section("SIGNALS") + entry(bold("SIGHUP"), plain("reopens the log and reads merlin.conf again; a wrong file changes nothing")) +
         entry(bold("SIGUSR1"), "reopens the log") +
         entry(bold("SIGTERM") + ", " + bold("SIGINT"),
               "announces the stop to the other nodes, which keep this node\\(aqs claims valid for ten seconds, and exits; a second "
               "signal ends it at once");
}

std::string files() {
  return section("FILES") + entry(italic("/etc/merlin/merlin.conf"), "the configuration of daemon, module and command") +
         entry(italic("/etc/merlin/tls/"), "key and certificate of this node, created at the first start") +
         entry(italic("/var/lib/merlin/"), "data of this node: states, acknowledgements, comments, downtimes, the history of events") +
         entry(italic("/var/log/merlin/"), "the logs of daemon and module") + entry(italic("/run/merlin/"), "pid file and sockets");
}

}  // namespace

std::string merlind_page() {
  std::string text =
      header("merlind", "8", "Merlin") + section("NAME") + "merlind \\- the daemon that connects monitoring servers to one system\n";
  text += section("SYNOPSIS") + bold("merlind");
  for (const daemon::OptionText& option : daemon::kAllOptions) {
    text += " [" + bold(option.name) + (option.value.empty() ? "" : " " + italic(option.value)) + "]";
  }
  text += "\n" + section("DESCRIPTION") +
          paragraph(plain(
              "One merlind runs on each monitoring server, beside the core and the module that is loaded into it. It communicates with "
              "the other servers over TLS on TCP port 15551,\nmonitors which of them are active, decides which checks this server runs, "
              "and stores the state of all objects.\n"
              "Without --foreground it goes to the background. If root starts it, it switches to the user in daemon { user }."));
  text += section("OPTIONS") + option_entries() + signals() + files();
  text += section("EXIT STATUS") + entry("0", "it has started, or has completed the task") +
          entry("1", "it failed; the reason is on standard error") + entry("2", "wrong usage");
  return text + section("SEE ALSO") + bold("mon") + "(1), " + bold("merlin.conf") + "(5)\n";
}

}  // namespace merlin::manual
