#include "daemon/option_texts.hpp"
#include "packaging/man/pages.hpp"
#include "packaging/man/roff.hpp"

namespace merlin::manual {
namespace {

std::string option_entries() {
  std::string text;
  for (const daemon::OptionText& option : daemon::all_options) {
    const std::string term = option.value.empty() ? bold(option.name) : bold(option.name) + " " + italic(option.value);
    text += entry(term, plain(option.help));
  }
  return text;
}

std::string signals() {
  return section("SIGNALS") + entry(bold("SIGHUP"), plain("opens the log anew and reads merlin.conf again; a wrong file changes nothing")) +
         entry(bold("SIGUSR1"), "opens the log anew") +
         entry(bold("SIGTERM") + ", " + bold("SIGINT"),
               "says goodbye to the other nodes, which keep this node\\(aqs checks for it for ten seconds, and ends; a second one ends it "
               "at once");
}

std::string files() {
  return section("FILES") + entry(italic("/etc/merlin/merlin.conf"), "the configuration of daemon, module and command") +
         entry(italic("/etc/merlin/tls/"), "key and certificate of this node, made at the first start") +
         entry(italic("/var/lib/merlin/"), "what this node knows: states, what operators did, the history of events") +
         entry(italic("/var/log/merlin/"), "the logs of daemon and module") + entry(italic("/run/merlin/"), "process id and sockets");
}

}  // namespace

std::string merlind_page() {
  std::string text =
      header("merlind", "8", "Merlin") + section("NAME") + "merlind \\- links monitoring servers that watch the same hosts as one\n";
  text += section("SYNOPSIS") + bold("merlind");
  for (const daemon::OptionText& option : daemon::all_options) {
    text += " [" + bold(option.name) + (option.value.empty() ? "" : " " + italic(option.value)) + "]";
  }
  text +=
      "\n" + section("DESCRIPTION") +
      paragraph(plain("One merlind runs on each monitoring server, beside the core and the module that is loaded into it. It talks to the "
                      "others by TLS on TCP port 15551,\nknows which of them are well, decides which server runs which check, and keeps "
                      "what all of them know.\nWithout --foreground it goes to the background; started by root it becomes the user of "
                      "daemon { user }."));
  text += section("OPTIONS") + option_entries() + signals() + files();
  text += section("EXIT STATUS") + entry("0", "it has started, or did what it was asked for") +
          entry("1", "it could not; standard error says why") + entry("2", "wrong usage");
  return text + section("SEE ALSO") + bold("mon") + "(1), " + bold("merlin.conf") + "(5)\n";
}

}  // namespace merlin::manual
