// A key that changes, interrupted anywhere: what is on disk is always one pair that belongs together, or said to be on its way.
#include "mon/next_key.hpp"
#include "mon_program_support.hpp"

using namespace merlin;
using namespace mon_test;

namespace {

struct Site {
  Folder folder;
  net::CertificateInfo own;
  mon::NextKey key{folder.file("tls")};

  Site() {
    const auto identity = net::load_or_create_identity(folder.file("tls"), std::nullopt, WallTime(std::chrono::hours(24 * 365 * 55)));
    BOOST_REQUIRE(identity.ok());
    own = identity->certificate;
  }
  std::string in_place() const {
    const auto identity = net::load_identity(folder.file("tls"));
    return identity ? identity->certificate.fingerprint : identity.error().what;
  }
  bool has(const std::string& name) const { return std::filesystem::exists(folder.file("tls/" + name)); }
};

}  // namespace

BOOST_AUTO_TEST_CASE(a_new_key_of_the_same_node_waits_beside_the_old_one) {
  const Site site;
  const auto next = site.key.prepare(site.own);
  BOOST_REQUIRE(next.ok());
  BOOST_TEST(next->node_id.hex() == site.own.node_id.hex());
  BOOST_TEST(next->fingerprint != site.own.fingerprint);
  BOOST_TEST(site.in_place() == site.own.fingerprint);
  BOOST_TEST(!site.key.previous().has_value());
  BOOST_TEST(site.key.prepare(site.own)->fingerprint == next->fingerprint);
}

BOOST_AUTO_TEST_CASE(it_takes_the_place_of_the_old_one_which_is_known_until_it_is_forgotten) {
  const Site site;
  const auto next = site.key.prepare(site.own);
  BOOST_REQUIRE(site.key.put_in_place().ok());
  BOOST_TEST(site.in_place() == next->fingerprint);
  BOOST_REQUIRE(site.key.previous().has_value());
  BOOST_TEST(site.key.previous()->fingerprint == site.own.fingerprint);
  BOOST_TEST(!site.has("next"));
  BOOST_REQUIRE(site.key.forget_previous().ok());
  BOOST_TEST(!site.key.previous().has_value());
  BOOST_TEST(!site.has("previous"));
}

BOOST_AUTO_TEST_CASE(what_was_interrupted_is_gone_on_with) {
  const Site site;
  const auto next = site.key.prepare(site.own);
  std::filesystem::create_directory(site.folder.file("tls/previous"));
  BOOST_TEST(!site.key.is_half_in_place());
  std::filesystem::create_hard_link(site.folder.file("tls/cert.pem"), site.folder.file("tls/previous/cert.pem"));
  BOOST_TEST(!site.key.is_half_in_place());
  BOOST_TEST(!site.key.previous().has_value());
  BOOST_TEST(site.in_place() == site.own.fingerprint);
  std::filesystem::rename(site.folder.file("tls/next/key.pem"), site.folder.file("tls/key.pem"));
  BOOST_TEST(site.key.is_half_in_place());
  BOOST_REQUIRE(site.key.put_in_place().ok());
  BOOST_TEST(!site.key.is_half_in_place());
  BOOST_TEST(site.in_place() == next->fingerprint);
  BOOST_TEST(site.key.previous()->fingerprint == site.own.fingerprint);
}

BOOST_AUTO_TEST_CASE(a_folder_that_cannot_be_written_changes_nothing) {
  const Site site;
  site.folder.write("tls/next", "in the way");
  BOOST_TEST(!site.key.prepare(site.own).ok());
  BOOST_TEST(site.in_place() == site.own.fingerprint);
}
