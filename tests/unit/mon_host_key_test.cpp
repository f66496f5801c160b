// The first login at a node: merlin.conf can name its host key, and --accept-new reports what it accepted.
#include <boost/test/unit_test.hpp>
#include <string>

#include "tests/unit/mon_ssh_node.hpp"

using namespace mon_test;

namespace {

const std::string kWrong = "SHA256:" + std::string(43, 'A');

}  // namespace

BOOST_AUTO_TEST_CASE(a_host_key_in_merlin_conf_is_accepted_without_a_question) {
  const SshNode peer02("peer02");
  const SshNode here("localhost", peer02.block("\thostkey = " + peer02.host_key() + "\n"));
  const Outcome done = here.mon("node ctrl peer02 -- echo in");
  BOOST_TEST(done.status == 0);
  BOOST_TEST(done.out == "in\n");
  BOOST_TEST(done.err == "");
  // From now on known_hosts decides.
  here.folder.write("merlin.conf", here.conf().replace(here.conf().find(peer02.host_key()), kWrong.size(), kWrong));
  BOOST_TEST(here.mon("node ctrl peer02 -- echo in").out == "in\n");
}

BOOST_AUTO_TEST_CASE(another_host_key_than_that_in_merlin_conf_is_refused) {
  const SshNode peer02("peer02");
  const SshNode here("localhost", peer02.block("\thostkey = " + kWrong + "\n"));
  const Outcome done = here.mon("node ctrl peer02 --accept-new -- echo in");
  BOOST_TEST(done.status != 0);
  BOOST_TEST(done.out == "");
  BOOST_TEST(done.err == "mon: peer02: REFUSED: its host key is ssh-ed25519 " + peer02.host_key() + ", and merlin.conf has hostkey = " +
                             kWrong + "; compare it with ssh-keygen -lf on that machine; mon node edit peer02 hostkey=SHA256:…\n");
  BOOST_TEST(here.folder.read("home/.ssh/known_hosts") == "");
}

BOOST_AUTO_TEST_CASE(a_host_key_that_accept_new_accepts_is_shown_once) {
  const SshNode peer02("peer02");
  const SshNode here("localhost", peer02.block());
  const std::string command = "node ctrl peer02 --accept-new -- true";
  BOOST_TEST(here.mon(command).err == "mon: peer02: its host key is trusted from now on: ssh-ed25519 " + peer02.host_key() + "\n");
  BOOST_TEST(here.mon(command).err == "");
}
