// cluster::Node, whose peers have trusted certificates but are hostile: whatever they send, in any order, no assertion fails, what the
// node sends and logs is valid and bounded, and without them it checks its host again.
//
// The input is a sequence of items: a byte for the kind, two bytes for the length (high byte first), and that many bytes:
//   0        time passes: so many ticks as the first byte
//   1        the link of the peer ends, or comes up
//   2        the core ends, or connects
//   4        the disk fails, or works again
//   others   the payload of a message of that type of the peer; with 128 added, of the third node
// F52 F53 I8 I9
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <variant>
#include <vector>

#include "shared/base/assert.hpp"
#include "shared/cluster/node/bounds.hpp"
#include "shared/wire/any_message.hpp"
#include "shared/wire/text.hpp"
#include "shared/wire/validate.hpp"
#include "tests/unit/cluster_node_support.hpp"

namespace {

using namespace merlin;
using namespace merlin::cluster;

constexpr std::size_t kMaxItems = 48;
constexpr int kMaxTicks = 600;
constexpr Millis kTick{50};
const std::uint64_t kWeb = host_key("web");
// What one message, of these many bytes, may cause here and now.
constexpr std::size_t kMostBytesSent = std::size_t{256} * 1024;
constexpr std::size_t kMostBytesSentPerByte = 64;
constexpr std::size_t kMostLineBytes = 8'192;

Settings hostile_settings() {
  Settings made = settings({kPeer, kThird});
  made.join_timeout = Millis{2'000};
  return made;
}

class Attacked {
 public:
  Attacked() : node_(hostile_settings(), {}, kInstance, 9, clock()) {
    carry_out(node_.start(clock()));
    for (const NodeId& peer : {kPeer, kThird}) carry_out(node_.link_up(peer, clock()));
    core(true);
    for (int turn = 0; turn < 300 && !units_.contains(kWeb); ++turn) tick();
    MERLIN_ASSERT(units_.contains(kWeb));
  }

  void item(std::uint8_t kind, std::string_view content) {
    bytes_in_ += content.size() + 1;
    switch (kind) {
      case 0:
        for (int turn = content.empty() ? 1 : static_cast<std::uint8_t>(content[0]); turn > 0 && ticks_ < kMaxTicks; --turn, ++ticks_)
          tick();
        return;
      case 1:
        return link(!is_linked_);
      case 2:
        return core(!has_core_);
      case 4:
        has_disk_ = !has_disk_;
        return;
      default:
        receive(kind < 128 ? kPeer : kThird, kind % 128, content);
    }
  }

  void judge() {
    MERLIN_ASSERT(bytes_out_ <= kMostBytesSent + kMostBytesSentPerByte * bytes_in_);
    if (!has_core_) core(true);
    has_disk_ = true;
    if (is_linked_) link(false);
    carry_out(node_.link_down(kThird, true, clock()));
    const ClusterView view = node_.view(clock());
    MERLIN_ASSERT(view.rows <= bytes_in_ && view.term <= kTermToCatchUp + kTermStep * static_cast<std::uint64_t>(now_ / 1000 + 1));
    MERLIN_ASSERT(view.nodes.size() <= 3 + bytes_in_ && view.contested.size() <= bytes_in_);
    for (int turn = 0; turn < 1'200 && !units_.contains(kWeb); ++turn) tick();
    MERLIN_ASSERT(units_.contains(kWeb));
  }

 private:
  Now clock() const { return now_at(now_); }

  void tick() {
    now_ += static_cast<int>(kTick.count());
    if (has_core_ && now_ % 500 == 0) carry_out(node_.receive_core(wire::CoreHeartbeat{++heartbeats_, 0, 0, 0, 0, 0}, clock()));
    carry_out(node_.tick(clock()));
  }

  // What the node sends to the peer in the turn in which the link ends is dropped.
  void link(bool is_up) {
    is_linked_ = true;
    carry_out(is_up ? node_.link_up(kPeer, clock()) : node_.link_down(kPeer, true, clock()));
    is_linked_ = is_up;
  }

  void core(bool is_there) {
    has_core_ = is_there;
    units_.clear();
    if (!is_there) return carry_out(node_.core_disconnected(clock()));
    carry_out(node_.core_connected({}, clock()));
    for (wire::Inventory part : Inventory({{"web", {"http"}}, {"db", {}}}, 1).parts(kSelf))
      carry_out(node_.receive_core(std::move(part), clock()));
    carry_out(node_.receive_core(wire::CoreRows{{}, 0, wire::CoreRowsKind::initial_last, 0}, clock()));
  }

  // As merlind does.
  void receive(const NodeId& from, std::uint8_t type, std::string_view payload) {
    auto message = wire::decode_any<PeerMessage>(type, payload);
    if (!message || !*message || (from == kPeer && !is_linked_)) return;
    wire::Rejects rejects;
    if (!std::visit([&](auto& content) { return wire::validate(content, rejects); }, **message)) return;
    carry_out(node_.receive(from, std::move(**message), clock()));
  }

  void carry_out(Actions actions) {
    std::deque<Action> left(std::make_move_iterator(actions.begin()), std::make_move_iterator(actions.end()));
    for (std::size_t done = 0; !left.empty(); ++done) {
      MERLIN_ASSERT(done < 10'000);
      const Action action = std::move(left.front());
      left.pop_front();
      Actions more = std::visit([this](const auto& one) { return carry_out(one); }, action);
      left.insert(left.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
    }
  }

  // No node and no core may reject what we send.
  template <class Variant>
  void is_valid(const Variant& message) {
    std::visit(
        [this](auto copy) {
          const std::size_t bytes = wire::encode(copy).size();
          MERLIN_ASSERT(bytes <= wire::kMaxPayloadBytes);
          bytes_out_ += bytes;
          wire::Rejects rejects;
          MERLIN_ASSERT(wire::validate(copy, rejects) && rejects.empty());
        },
        message);
  }

  Actions carry_out(const SendToPeer& send) {
    MERLIN_ASSERT(send.to == kThird || (send.to == kPeer && is_linked_));
    is_valid(send.message);
    return {};
  }
  Actions carry_out(const SendToCore& send) {
    MERLIN_ASSERT(has_core_);
    is_valid(send.message);
    if (const auto* epoch = std::get_if<wire::Epoch>(&send.message)) return follow(*epoch);
    if (const auto* rows = std::get_if<wire::RowsToCore>(&send.message))
      return node_.receive_core(wire::RowsConfirmed{rows->batch}, clock());
    return {};
  }
  Actions follow(const wire::Epoch& epoch) {
    if (epoch.whole) units_.clear();
    units_.insert(epoch.added.begin(), epoch.added.end());
    for (const std::uint64_t unit : epoch.removed) units_.erase(unit);
    return node_.receive_core(wire::CoreClaims{epoch.number, epoch.whole, epoch.added, epoch.removed, {}}, clock());
  }
  Actions carry_out(const Save& save) { return node_.saved(save.ticket, has_disk_, clock()); }
  Actions carry_out(const ReadEvents& asked) { return node_.events_read({asked.asker, asked.stream, 0, asked.first, {}}, clock()); }
  Actions carry_out(const Persist&) { return {}; }
  Actions carry_out(const Rejected& rejected) {
    MERLIN_ASSERT(rejected.from == kPeer || rejected.from == kThird);
    is_line(rejected.rejects.what());
    return {};
  }
  Actions carry_out(const cluster::Log& log) {
    is_line(log.line);
    return {};
  }
  static void is_line(const std::string& line) {
    MERLIN_ASSERT(line.size() <= kMostLineBytes);
    MERLIN_ASSERT(std::ranges::none_of(line, wire::is_control));
  }

  int now_ = 0;
  int ticks_ = 0;
  bool has_core_ = false;
  bool has_disk_ = true;
  bool is_linked_ = true;
  std::size_t bytes_in_ = 0;
  std::size_t bytes_out_ = 0;
  std::uint64_t heartbeats_ = 0;
  std::unordered_set<std::uint64_t> units_;  // that the core owns
  Node node_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view rest(reinterpret_cast<const char*>(data), size);
  Attacked attacked;
  for (std::size_t items = 0; items < kMaxItems && rest.size() >= 3; ++items) {
    const auto byte = [&](std::size_t at) { return static_cast<std::uint8_t>(rest[at]); };
    const std::uint8_t kind = byte(0);
    const std::size_t length = std::size_t{byte(1)} << 8 | byte(2);
    rest.remove_prefix(3);
    attacked.item(kind, rest.substr(0, length));
    rest.remove_prefix(std::min(length, rest.size()));
  }
  attacked.judge();
  return 0;
}
