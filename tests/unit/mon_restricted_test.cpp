// A key that `mon sshkey push --restricted` added: what it may run, and what authorized_keys contains.
#include <boost/test/unit_test.hpp>
#include <string>

#include "mon/ssh/authorized_keys.hpp"
#include "mon/ssh/permitted.hpp"
#include "mon/ssh/quoting.hpp"
#include "mon/ssh/session_mark.hpp"
#include "tests/unit/mon_ssh_node.hpp"

using namespace mon_test;
using namespace merlin;
using namespace merlin::mon::ssh;

namespace {

bool may_run(const std::vector<std::string>& words) {
  const auto wanted = permitted(marked_command(command_line(words)));
  const auto* command = wanted ? std::get_if<PermittedCommand>(&*wanted) : nullptr;
  return command != nullptr && std::vector<std::string>(words.begin() + 1, words.end()) == command->words;
}

const std::string kDigits = "AAAAC3NzaC1lZDI1NTE5AAAAIFTEUOJEzAA6jMbUsFggBlkV1zQTPLDBAEMhdN6c+a0+";

}  // namespace

BOOST_AUTO_TEST_CASE(it_runs_what_mon_runs_on_other_nodes) {
  for (const std::vector<std::string>& words :
       std::vector<std::vector<std::string>>{{"mon", "node", "apply"},
                                             {"mon", "node", "apply", "--dry-run"},
                                             {"mon", "sshkey", "accept", "--restricted"},
                                             {"mon", "sshkey", "forget", "peer03", "--dry-run"},
                                             {"mon", "sshkey", "hosts"},
                                             {"mon", "cert", "show", "--json"},
                                             {"mon", "cert", "introduce", "--json"},
                                             {"mon", "oconf", "files", "--json", "--resources"},
                                             {"mon", "oconf", "pack"},
                                             {"mon", "oconf", "stage"},
                                             {"mon", "oconf", "activate", "0123456789abcdef", "--restart"},
                                             {"mon", "log", "give", "1700000000:8:abc"},
                                             {"mon", "log", "show", "--raw", "--limit=10", "--first=1", "--host=it's a host"},
                                             {"mon", "restart", "--timeout", "120000ms"}})
    BOOST_TEST(may_run(words), command_line(words));
}

BOOST_AUTO_TEST_CASE(it_runs_nothing_else) {
  for (const std::vector<std::string>& words :
       std::vector<std::vector<std::string>>{{"mon", "sshkey", "accept"},
                                             {"mon", "sshkey", "forget", "peer03"},
                                             {"mon", "sync", "put"},
                                             {"mon", "sync", "compare"},
                                             {"mon", "node", "ctrl", "--self", "--", "id"},
                                             {"mon", "oconf", "stage", "--config", "/tmp/mine.conf"},
                                             {"mon", "oconf", "stage", "--config=/tmp/mine.conf"},
                                             {"mon", "--config", "/tmp/mine.conf", "restart"},
                                             {"mon", "restart", "--config=/tmp/mine.conf"},
                                             {"mon", "log", "show", "/etc/shadow"},
                                             {"mon", "log", "show", "--raw", "--config=/tmp/mine.conf"},
                                             {"mon", "oconf", "activate", "a", "b"},
                                             {"mon"},
                                             {"id"},
                                             {"sh", "-c", "id"}})
    BOOST_TEST(!may_run(words), command_line(words));
  for (const char* line : {"", "id", "mon restart; id", "mon restart", "exec /bin/sh -c 'id'", "exec /bin/sh -c id",
                           "exec /bin/sh -c 'mon restart'", "exec /bin/sh -c 'kill -TERM 5'", "exec /bin/sh -c 'kill -TERM -1'",
                           "exec /bin/sh -c 'kill -HUP -500'", "exec /bin/sh -c 'kill -KILL -5 -6'"})
    BOOST_TEST(!permitted(line).ok(), line);
  for (const char* line : {"mon restart; id", "mon restart $(id)", "mon restart `id`", "mon restart | id", "mon restart\nid",
                           "mon restart >x", "mon 'restart"})
    BOOST_TEST(!permitted(marked_command(line)).ok(), line);
}

BOOST_AUTO_TEST_CASE(it_ends_what_it_has_started) {
  const auto wanted = permitted("exec /bin/sh -c 'kill -TERM -500'");
  BOOST_REQUIRE(wanted.ok());
  BOOST_TEST(std::get<PermittedSignal>(*wanted).group == 500);
  BOOST_TEST(std::get<PermittedSignal>(*wanted).signal == SIGTERM);
}

BOOST_AUTO_TEST_CASE(its_line_replaces_the_one_that_is_there) {
  const auto key = read_public_key("ssh-ed25519 " + kDigits + " root@peer01").value();
  const std::string options = restricted_options("10.0.0.1", "/usr/bin/mon");
  BOOST_TEST(options == "restrict,from=\"10.0.0.1\",command=\"/usr/bin/mon sshkey serve\"");
  const std::string line = options + " " + key.line() + "\n";
  BOOST_TEST(with_restricted_key("", key, options) == line);
  BOOST_TEST(with_restricted_key(line, key, options) == line);
  BOOST_TEST(with_restricted_key("# a\n" + key.line() + "\n# b\n" + key.line() + "\n", key, options) == "# a\n" + line + "# b\n");
  BOOST_TEST(with_key(line, key) == line);  // a push without --restricted does not lift it
  BOOST_TEST(keys_of_node(line, "peer01").size() == 1U);
}

BOOST_AUTO_TEST_CASE(mon_works_through_it_and_other_commands_do_not) {
  const SshNode peer02("peer02");
  const SshNode here("localhost", peer02.block());
  const Outcome pushed = here.mon("sshkey push peer02 --restricted --accept-new");
  BOOST_TEST(pushed.status == 0, pushed.err);
  const std::string keys = peer02.folder.read("home/.ssh/authorized_keys");
  BOOST_TEST(keys.starts_with("restrict,from=\"127.0.0.1\",command=\"" MON_PROGRAM " sshkey serve\" ssh-ed25519 "), keys);

  peer02.folder.write("bin/forced", "");
  const Outcome again = here.mon("sshkey push peer02 --restricted");
  BOOST_TEST(again.status == 0, again.err);
  BOOST_TEST(here.mon("cert push peer02").status == 0);
  const Outcome refused = here.mon("node ctrl peer02 -- id");
  BOOST_TEST(refused.status != 0);
  BOOST_TEST(refused.out == "");
  BOOST_TEST(refused.err.find("this key is restricted to what Merlin itself needs") != std::string::npos, refused.err);
  BOOST_TEST(here.mon("sshkey push peer02").status == 1);
}
