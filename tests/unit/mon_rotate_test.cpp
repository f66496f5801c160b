// A key change over real ssh connections: it goes on only if the other nodes trust the new certificate, whatever their exit status is.
#include <boost/test/unit_test.hpp>
#include <string>

#include "mon/trust/certificate.hpp"
#include "tests/unit/mon_ssh_node.hpp"

using namespace mon_test;
using namespace merlin;

namespace {

boost::test_tools::assertion_result is_root(boost::unit_test::test_unit_id) {
  boost::test_tools::assertion_result root(::geteuid() == 0);
  root.message() << "it needs root";
  return root;
}

std::string own_digits(const SshNode& node) {
  const auto own = mon::own_certificate(node.folder.file("merlin.conf"));
  return own ? mon::digits_of(own->fingerprint) : own.error().text();
}

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

const std::string kRotate = "cert rotate --accept-new";

}  // namespace

BOOST_AUTO_TEST_CASE(all_nodes_trust_the_new_certificate_at_the_end, *boost::unit_test::precondition(is_root)) {
  const SshNode peer02("peer02");
  const SshNode here("localhost", peer02.block());
  peer02.folder.write("merlin.conf", peer02.conf() + here.block());
  const std::string old = own_digits(here);
  const Outcome done = here.mon(kRotate);
  BOOST_TEST(done.status == 0, done.err);
  BOOST_TEST(own_digits(here) != old);
  BOOST_TEST(has(peer02.conf(), own_digits(here)));
  BOOST_TEST(!has(peer02.conf(), old));
}

BOOST_AUTO_TEST_CASE(a_node_that_does_not_trust_it_keeps_the_old_one_in_use, *boost::unit_test::precondition(is_root)) {
  const SshNode peer02("peer02");  // without a block for us: it receives the certificate, and trusts none
  const SshNode here("localhost", peer02.block());
  const std::string old = own_digits(here);
  const Outcome done = here.mon(kRotate);
  BOOST_TEST(done.status == 1);
  BOOST_TEST(has(done.err, "mon: peer02: it does not trust our certificate SHA256:"), done.err);
  BOOST_TEST(has(done.err, "the old one stays in use"), done.err);
  BOOST_TEST(own_digits(here) == old);
}

BOOST_AUTO_TEST_CASE(a_node_that_reports_nothing_keeps_the_old_one_in_use, *boost::unit_test::precondition(is_root)) {
  const SshNode peer02("peer02");
  peer02.before_mon("cat >/dev/null; exit 0");
  const SshNode here("localhost", peer02.block());
  const std::string old = own_digits(here);
  const Outcome done = here.mon(kRotate);
  BOOST_TEST(done.status == 1);
  BOOST_TEST(has(done.err, "mon: peer02: it does not report which certificates it trusts"), done.err);
  BOOST_TEST(own_digits(here) == old);
}
