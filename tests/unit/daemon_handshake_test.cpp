// Which nodes are accepted as peers, and which of two links between the same nodes is kept.
#include <boost/test/unit_test.hpp>
#include <functional>
#include <string>
#include <vector>

#include "daemon/links/handshake.hpp"
#include "shared/wire/frame.hpp"

using namespace merlin;
using namespace merlin::daemon;
using wire::RefuseReason;

namespace {

NodeId id(std::uint8_t last) {
  NodeId made;
  made.bytes[0] = 1;
  made.bytes[15] = last;
  return made;
}

const OwnSide kSelf{id(1), "peer01", "lab", 77, "0.1.0"};

Caller a_caller() {
  Caller caller;
  caller.certificate_id = id(2);
  caller.block = "peer02";
  return caller;
}

wire::Hello a_hello() {
  wire::Hello hello = make_hello({id(2), "peer02", "lab", 88, "0.1.0"}, wire::NodeType::peer, 4711);
  return hello;
}

struct Refused {
  std::string what;
  std::function<void(Caller&, wire::Hello&)> spoil;
  RefuseReason reason;
  std::string words;  // what its text must contain
};

}  // namespace

BOOST_AUTO_TEST_CASE(a_node_of_our_file_is_welcome) {
  BOOST_TEST(!judge(kSelf, a_caller(), a_hello()));
  Caller again = a_caller();
  again.linked_as = id(2);
  BOOST_TEST(!judge(kSelf, again, a_hello()), "a second link of the same node is no other node");
}

// F58 F59 I10
BOOST_AUTO_TEST_CASE(each_refusal_has_its_reason) {
  const std::uint32_t ours = wire::kProtocolVersion;
  const std::vector<Refused> table{
      {"too new", [=](Caller&, wire::Hello& h) { h.oldest_version = h.newest_version = ours + 1; }, RefuseReason::version,
       "upgrade the older node"},
      {"too old", [](Caller&, wire::Hello& h) { h.oldest_version = h.newest_version = 0; }, RefuseReason::version,
       "it supports protocol versions 0 to 0"},
      {"no window", [=](Caller&, wire::Hello& h) { h.oldest_version = ours + 1, h.newest_version = ours - 1; }, RefuseReason::version,
       "protocol"},
      {"other cluster", [](Caller&, wire::Hello& h) { h.cluster = "work"; }, RefuseReason::cluster,
       "its cluster is \"work\", ours is \"lab\""},
      {"no cluster", [](Caller&, wire::Hello& h) { h.cluster.clear(); }, RefuseReason::cluster, "its cluster is \"\""},
      {"lies about its id", [](Caller&, wire::Hello& h) { h.node_id = id(3); }, RefuseReason::identity, "its certificate names"},
      {"no id", [](Caller&, wire::Hello& h) { h.node_id = {}; }, RefuseReason::identity, "its certificate names"},
      {"certificate without id", [](Caller& c, wire::Hello& h) { c.certificate_id = {}, h.node_id = {}; }, RefuseReason::identity,
       "certificate"},
      {"our own id", [](Caller& c, wire::Hello& h) { c.certificate_id = h.node_id = id(1); }, RefuseReason::identity, "our own node id"},
      {"no block", [](Caller& c, wire::Hello&) { c.block.clear(); }, RefuseReason::unknown_node, "no block in merlin.conf"},
      {"two blocks", [](Caller& c, wire::Hello&) { c.also_block = "peer09"; }, RefuseReason::identity, "already belongs to \"peer09\""},
      {"block is taken", [](Caller& c, wire::Hello&) { c.linked_as = id(9); }, RefuseReason::identity, "is linked as \"peer02\""},
      {"no instance", [](Caller&, wire::Hello& h) { h.instance = 0; }, RefuseReason::other, "instance"},
  };
  for (const Refused& row : table) {
    BOOST_TEST_CONTEXT(row.what) {
      Caller caller = a_caller();
      wire::Hello hello = a_hello();
      row.spoil(caller, hello);
      const auto refusal = judge(kSelf, caller, hello);
      BOOST_REQUIRE(refusal);
      BOOST_TEST(word_of(reason_of(refusal->reason)) == word_of(reason_of(row.reason)));
      BOOST_TEST(refusal->text.find(row.words) != std::string::npos, refusal->text);
    }
  }
}

// F58
BOOST_AUTO_TEST_CASE(a_window_that_overlaps_is_enough) {
  wire::Hello hello = a_hello();
  hello.oldest_version = 0;
  hello.newest_version = wire::kProtocolVersion + 5;
  BOOST_TEST(!judge(kSelf, a_caller(), hello));
}

BOOST_AUTO_TEST_CASE(what_a_stranger_says_cannot_break_a_line_of_the_log) {
  wire::Hello hello = a_hello();
  hello.cluster = "x\nERROR: \"faked\"" + std::string(5000, 'y');
  const auto refusal = judge(kSelf, a_caller(), hello);
  BOOST_REQUIRE(refusal);
  BOOST_TEST(refusal->text.find('\n') == std::string::npos);
  BOOST_TEST(refusal->text.size() < 200);
}

BOOST_AUTO_TEST_CASE(a_module_of_another_cluster_or_version_is_refused) {
  wire::CoreHello hello;
  hello.oldest_version = hello.newest_version = wire::kProtocolVersion;
  hello.boot_id = 5;
  hello.cluster = "lab";
  BOOST_TEST(!judge(kSelf, hello));
  hello.boot_id = 0;
  BOOST_TEST(judge(kSelf, hello).has_value());
  hello.boot_id = 5;
  hello.cluster = "work";
  BOOST_TEST((judge(kSelf, hello)->reason == RefuseReason::cluster));
  hello.oldest_version = wire::kProtocolVersion + 1;
  BOOST_TEST((judge(kSelf, hello)->reason == RefuseReason::version));
}

BOOST_AUTO_TEST_CASE(the_hello_says_what_we_are_to_the_other) {
  BOOST_TEST(a_hello().inventory_digest == 4711u);
  BOOST_TEST((make_hello(kSelf, wire::NodeType::master, 0).type == wire::NodeType::poller));
  BOOST_TEST((make_hello(kSelf, wire::NodeType::poller, 0).type == wire::NodeType::master));
  Caller caller = a_caller();
  caller.type = wire::NodeType::poller;
  wire::Hello hello = a_hello();
  BOOST_TEST(relation_mismatch(caller, hello).has_value());
  hello.type = wire::NodeType::poller;
  BOOST_TEST(!relation_mismatch(caller, hello));
}

BOOST_AUTO_TEST_CASE(exactly_one_of_two_nodes_speaks_first) {
  BOOST_TEST(speaks_first(id(2), id(1)));
  BOOST_TEST(!speaks_first(id(1), id(2)));
}

BOOST_AUTO_TEST_CASE(of_two_links_the_standing_one_stays_unless_it_is_stale) {
  const Millis limit{2500};
  const StandingLink fresh{88, true, Millis{100}};
  BOOST_TEST((choose_link(fresh, 88, false, limit) == Choice::keep_standing));
  BOOST_TEST((choose_link(fresh, 89, false, limit) == Choice::take_new), "another instance: the old process is gone");
  BOOST_TEST((choose_link(fresh, 88, true, limit) == Choice::take_new), "the same end opened a new one: it has given up the old one");
  const StandingLink silent{88, true, Millis{2501}};
  BOOST_TEST((choose_link(silent, 88, false, limit) == Choice::take_new));
}
