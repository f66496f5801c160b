// A key change, interrupted anywhere: the disk always contains a matching pair, or mon reports that a change is in progress.
#include "mon/trust/next_key.hpp"
#include "tests/unit/mon_program_support.hpp"

using namespace merlin;
using namespace mon_test;

namespace {

struct RotatingNode {
  Folder folder;
  net::CertificateInfo own;
  mon::NextKey key{folder.file("tls")};

  RotatingNode() {
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
  const RotatingNode local_node;
  const auto next = local_node.key.prepare(local_node.own);
  BOOST_REQUIRE(next.ok());
  BOOST_TEST(next->node_id.hex() == local_node.own.node_id.hex());
  BOOST_TEST(next->fingerprint != local_node.own.fingerprint);
  BOOST_TEST(local_node.in_place() == local_node.own.fingerprint);
  BOOST_TEST(!local_node.key.previous().has_value());
  BOOST_TEST(local_node.key.prepare(local_node.own)->fingerprint == next->fingerprint);
}

BOOST_AUTO_TEST_CASE(it_takes_the_place_of_the_old_one_which_is_known_until_it_is_forgotten) {
  const RotatingNode local_node;
  const auto next = local_node.key.prepare(local_node.own);
  BOOST_REQUIRE(local_node.key.put_in_place().ok());
  BOOST_TEST(local_node.in_place() == next->fingerprint);
  BOOST_REQUIRE(local_node.key.previous().has_value());
  BOOST_TEST(local_node.key.previous()->fingerprint == local_node.own.fingerprint);
  BOOST_TEST(!local_node.has("next"));
  BOOST_REQUIRE(local_node.key.forget_previous().ok());
  BOOST_TEST(!local_node.key.previous().has_value());
  BOOST_TEST(!local_node.has("previous"));
}

BOOST_AUTO_TEST_CASE(what_was_interrupted_is_gone_on_with) {
  const RotatingNode local_node;
  const auto next = local_node.key.prepare(local_node.own);
  std::filesystem::create_directory(local_node.folder.file("tls/previous"));
  BOOST_TEST(!local_node.key.is_half_in_place());
  std::filesystem::create_hard_link(local_node.folder.file("tls/cert.pem"), local_node.folder.file("tls/previous/cert.pem"));
  BOOST_TEST(!local_node.key.is_half_in_place());
  BOOST_TEST(!local_node.key.previous().has_value());
  BOOST_TEST(local_node.in_place() == local_node.own.fingerprint);
  std::filesystem::rename(local_node.folder.file("tls/next/key.pem"), local_node.folder.file("tls/key.pem"));
  BOOST_TEST(local_node.key.is_half_in_place());
  BOOST_REQUIRE(local_node.key.put_in_place().ok());
  BOOST_TEST(!local_node.key.is_half_in_place());
  BOOST_TEST(local_node.in_place() == next->fingerprint);
  BOOST_TEST(local_node.key.previous()->fingerprint == local_node.own.fingerprint);
}

BOOST_AUTO_TEST_CASE(a_folder_that_cannot_be_written_changes_nothing) {
  const RotatingNode local_node;
  local_node.folder.write("tls/next", "in the way");
  BOOST_TEST(!local_node.key.prepare(local_node.own).ok());
  BOOST_TEST(local_node.in_place() == local_node.own.fingerprint);
}
