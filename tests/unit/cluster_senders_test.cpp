// Which node can have sent a notification of an object that we own (R4).
#include <boost/test/unit_test.hpp>

#include "shared/cluster/node/senders.hpp"

using namespace merlin;
using namespace merlin::cluster;

namespace {

constexpr std::uint64_t kOwnedSince = 1'000;
constexpr ObjectKey kSentObject{7, 0};
const RegisterKey kKey{kSentObject, wire::RegisterKind::notification, 0};

struct Owner {
  Owner() { senders.gained(kSentObject.host, kOwnedSince); }

  bool believes(std::uint64_t start, Senders::Facts facts) const {
    wire::NotificationRecord record;
    record.notification.start = start;
    record.sent = true;
    return senders.may_have_sent(kKey, record, {}, [&](const NodeId&) { return facts; });
  }

  Senders senders;
};

}  // namespace

BOOST_FIXTURE_TEST_CASE(an_active_node_that_claims_nothing_of_ours_cannot_have_sent_it, Owner) {
  BOOST_TEST(!believes(kOwnedSince + 1, {.is_known = true, .is_active = true}));
  BOOST_TEST(!believes(kOwnedSince + 1, {}));
}

BOOST_FIXTURE_TEST_CASE(the_owner_before_us_or_a_node_that_was_away_can, Owner) {
  BOOST_TEST(believes(kOwnedSince, {.is_known = true, .is_active = true}));
  BOOST_TEST(believes(kOwnedSince + 1, {.is_known = true, .is_active = false}));
  BOOST_TEST(believes(kOwnedSince + 1, {.is_known = true, .is_active = true, .claims_object = true}));
}

// This failed once: the designated notifier's record proved nothing, and the next request waited for ever.
BOOST_FIXTURE_TEST_CASE(the_node_that_notifies_in_our_place_can, Owner) {
  BOOST_TEST(believes(kOwnedSince + 1, {.is_known = true, .is_active = true, .notifies_for_us = true}));
}
