// Rows of our own operators and those of other nodes that meet in the table, as our core sees them (R5, R6).
#include <boost/test/unit_test.hpp>
#include <variant>

#include "shared/wire/codec.hpp"
#include "tests/unit/cluster_node_support.hpp"

namespace {

using namespace merlin;
using namespace merlin::cluster;

wire::Register comment_row(bool deleted) {
  wire::CommentRegister content;
  content.deleted = deleted;
  return {{host_key("web"), 0}, wire::RegisterKind::comment, {1, 1, 500, kSelf}, 0, wire::encode(content), 9, deleted ? 1U : 0U};
}

template <class Message, class Action>
std::vector<Message> messages(const Actions& actions) {
  std::vector<Message> found;
  for (const auto& action : actions) {
    const auto* sent = std::get_if<Action>(&action);
    const auto* message = sent == nullptr ? nullptr : std::get_if<Message>(&sent->message);
    if (message != nullptr) found.push_back(*message);
  }
  return found;
}

}  // namespace

// Another node deletes our comment, with its version and a higher rank, before it is on our disk and while our core receives another
// row.
BOOST_FIXTURE_TEST_CASE(a_deletion_reaches_our_core_although_its_comment_was_written_there, WithCore) {
  wire::Register check;
  check.object = {host_key("web"), 0};
  check.version = {1, 1, 50, kPeer};
  const auto receiving =
      messages<wire::RowsToCore, SendToCore>(node.receive(kPeer, wire::Rows{77, 1, wire::RowStream::live, {check}}, now_at(now)));
  BOOST_REQUIRE(receiving.size() == 1U);
  std::uint64_t ticket = 0;
  for (const auto& action : node.receive_core(wire::CoreRows{{comment_row(false)}, 1, wire::CoreRowsKind::write, 7}, now_at(now))) {
    if (const auto* save = std::get_if<Save>(&action)) ticket = save->ticket;
  }
  BOOST_REQUIRE(ticket != 0);
  node.receive(kPeer, wire::Rows{77, 2, wire::RowStream::live, {comment_row(true)}}, now_at(now));
  node.saved(ticket, true, now_at(now));
  const auto next = messages<wire::RowsToCore, SendToCore>(node.receive_core(wire::RowsConfirmed{receiving[0].batch}, now_at(now)));
  BOOST_REQUIRE(next.size() == 1U);
  std::vector<wire::Register> rows = next[0].live;
  rows.insert(rows.end(), next[0].imposed.begin(), next[0].imposed.end());
  BOOST_REQUIRE(rows.size() == 1U);
  BOOST_TEST(rows[0].rank == 1U);
}
