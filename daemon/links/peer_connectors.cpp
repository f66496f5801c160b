// PeerLinks: the nodes to connect to, and the state of each block's link.
#include <algorithm>

#include "daemon/links/peer_links.hpp"
#include "daemon/process/clocks.hpp"
#include "daemon/process/logging.hpp"

namespace merlin::daemon {

void PeerLinks::sync_connectors() {
  known_hosts_.set_nodes(book_.blocks());
  std::erase_if(targets_, [&](const auto& entry) { return !is_block(entry.first); });
  for (const config::NodeConfig& block : book_.blocks()) {
    Target& target = targets_[block.name];
    const bool is_same = target.block == block;
    target.block = block;
    if (!block.connect) {
      target.connector.reset();
      target.clear_trouble();
    } else if (!target.connector) {
      start_connector(block);
    } else if (!is_same) {
      target.connector->set_target({block.address, block.port});
      if (!is_linked(book_.id_of(block.name))) target.connector->start();
    }
  }
}

void PeerLinks::start_connector(const config::NodeConfig& block) {
  const std::string name = block.name;
  net::ConnectorHandlers handlers;
  handlers.on_peer = [this, name](std::unique_ptr<net::Connection> connection) { connected(name, std::move(connection)); };
  handlers.on_failure = [this, name](const net::CloseReason& reason) { attempt_failed(name, reason); };
  net::TrustCheck trust = [this, name](const net::CertificateInfo& certificate) -> Result<> {
    if (book_.block_trusts(name, certificate.fingerprint)) return Ok{};
    return Error{"it is not the one in the block of " + name + " in merlin.conf", "", ""};
  };
  Target& target = targets_[name];
  target.connector = std::make_unique<net::Connector>(loop_, resolver_, net::HostPort{block.address, block.port}, tls_, std::move(trust),
                                                      std::move(handlers), net::ConnectorOptions{.connection = connection_options()});
  if (!is_linked(book_.id_of(name))) target.connector->start();
}

void PeerLinks::attempt_failed(const std::string& block, const net::CloseReason& reason) {
  targets_.at(block).trouble = reason.text;
  targets_.at(block).kind = reason.cause == net::CloseCause::not_listening ? Trouble::not_listening : Trouble::network;
  const RefusalReason refusal = reason_of(reason.cause);
  if (refusal == RefusalReason::untrusted || refusal == RefusalReason::refused_us) {
    note_refused({refusal,
                  reason.text,
                  net::HostPort{targets_.at(block).block.address, targets_.at(block).block.port}.text(),
                  reason.fingerprint,
                  reason.node_id,
                  block,
                  {}});
  } else {
    log_.info("cannot reach " + block + ": " + reason.text);
  }
  const NodeId id = book_.id_of(block);
  if (!id.empty() && !is_linked(id)) events_.on_unreachable(id);
}

void PeerLinks::rest_connector(const std::string& block) {
  const auto found = targets_.find(block);
  if (found == targets_.end()) return;
  found->second.clear_trouble();
  if (found->second.connector) found->second.connector->stop();
}

void PeerLinks::resume_connector(const std::string& block, bool was_good) {
  const auto found = targets_.find(block);
  if (ending_ || found == targets_.end() || !found->second.connector) return;
  if (!is_linked(book_.id_of(block))) found->second.connector->reconnect(was_good);
}

bool PeerLinks::is_block(const std::string& name) const {
  const auto& blocks = book_.blocks();
  return std::any_of(blocks.begin(), blocks.end(), [&](const config::NodeConfig& block) { return block.name == name; });
}

PeerFacts PeerLinks::facts(const config::NodeConfig& block) const {
  PeerFacts facts;
  facts.address = net::HostPort{block.address, block.port}.text();
  facts.goodbye = goodbye_.contains(block.name);
  if (const auto target = targets_.find(block.name); target != targets_.end()) {
    facts.trouble = target->second.trouble;
    facts.kind = target->second.kind;
  }
  if (const auto up = up_.find(book_.id_of(block.name)); up != up_.end()) {
    const PeerLink& link = links_.at(up->second);
    facts.linked = true;
    facts.address = link.address;
  }
  const auto hello = last_hello_.find(block.name);
  if (hello == last_hello_.end()) return facts;
  facts.version = hello->second.program_version;
  Caller caller;
  caller.type = wire_type(block.type);
  facts.mismatch = relation_mismatch(caller, hello->second).value_or("");
  return facts;
}

std::size_t PeerLinks::unauthenticated() const { return listener_ ? listener_->pending() : 0; }

std::uint64_t PeerLinks::descriptor_pauses() const { return listener_ ? listener_->refused().no_descriptor : 0; }

}  // namespace merlin::daemon
