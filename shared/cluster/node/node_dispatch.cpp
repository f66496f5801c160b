// Passes each kind of message to its handler. Most handlers are in the file of their subject; a message that a single part handles is
// passed to that part here.
#include <utility>
#include <variant>

#include "shared/cluster/node/node_notify.hpp"

namespace merlin::cluster {

void Node::State::receive(const NodeId& from, PeerMessage message, Now now) {
  std::visit([&](auto&& content) { on(from, std::move(content), now); }, std::move(message));
}

void Node::State::on(const NodeId& from, wire::Rows rows, Now now) {
  keep_admitted(from, rows.rows, now);
  for (const wire::Register& row : rows.rows) look_for_forwarded(row);
  compare_apart(rows, now.steady);
  replication.on_rows(from, std::move(rows), peers.at(from).clock().offset());
}

void Node::State::on(const NodeId& from, const wire::RowsAck& ack, Now now) { replication.on_ack(from, ack, now.steady); }
void Node::State::on(const NodeId& from, const wire::Follow& follow, Now now) { replication.on_follow(from, follow, now.steady); }
void Node::State::on(const NodeId& from, const wire::Digests& digests, Now) { replication.on_digests(from, digests); }
void Node::State::on(const NodeId& from, const wire::Differing& differing, Now) { replication.on_differing(from, differing); }
void Node::State::on(const NodeId& from, const wire::SyncDone& done, Now) { replication.on_sync_done(from, done); }

void Node::State::on(const NodeId& from, wire::ForwardedResult result, Now now) { on_forwarded(from, std::move(result), now.steady); }
void Node::State::on(const NodeId&, const wire::ForwardedAck& ack, Now) { forwarded(ack); }

void Node::State::on(const NodeId& from, const wire::NotifyAsk& ask, Now now) {
  if (admits(from, ask, now)) notifications->rule().on_ask(from, ask, now);
}

void Node::State::on(const NodeId& from, wire::NotifyReply reply, Now now) {
  keep_admitted(from, reply.rows, now);
  notifications->rule().asker().on_reply(from, std::move(reply), now);
}

void Node::State::on(const NodeId& from, const wire::NotifyVoid& withdrawn, Now) { notifications->rule().voter().on_void(from, withdrawn); }
void Node::State::on(const NodeId&, const wire::NotifyTell& tell, Now now) { notifications->on_tell(tell.notification, now); }

void Node::State::on(const NodeId& from, const wire::EventMarks& marks, Now) { journal.on_marks(from, marks); }
void Node::State::on(const NodeId& from, const wire::EventsAsk& ask, Now) { journal.on_ask(from, ask); }
void Node::State::on(const NodeId& from, wire::Events message, Now now) { journal.on_events(from, std::move(message), now.steady); }

void Node::State::receive_core(FromCore message, Now now) {
  core.loop().turned(now.steady);
  std::visit([&](auto&& content) { on_core(std::move(content), now); }, std::move(message));
  check_core_loop(now.steady);
}

void Node::State::on_core(const wire::CoreHeartbeat& heartbeat, Now now) {
  core.set_heartbeat(heartbeat);
  if (feed.holds_operators_back() && core.starts().retry(now.steady)) feed.restart();
}
void Node::State::on_core(const wire::RowsConfirmed& confirmed, Now) { feed.on_confirmed(confirmed); }

void Node::State::on_core(const wire::ResultsTaken& results, Now) {
  for (const wire::ForwardedAck& ack : results.taken) {
    if (forwarding.core_took(ack)) acknowledge_forward(ack);
  }
  for (const wire::ForwardedAck& ack : results.refused) forwarding.core_refused(ack);
}

void Node::State::on_core(const wire::NotifyRequest& request, Now now) { notifications->rule().asker().on_request(request, now); }
void Node::State::on_core(const wire::NotifyDone& done, Now now) { notifications->on_done(done, now); }

}  // namespace merlin::cluster
