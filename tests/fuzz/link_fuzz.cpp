// The links of merlind after TLS: whatever is sent on them, in any order, a node is reported as linked once and by its own certificate,
// each message comes from a linked node and is valid, and the number of links is bounded. The first byte selects: 'p' links of peers, 'c'
// links of modules.
//
// Then come items: a byte for action and link (see item()), two bytes for the length (high byte first), and that many bytes.
// F50 F52 F58 F59 I9 I10
#include <ev++.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "daemon/links/core_link.hpp"
#include "daemon/links/peer_links.hpp"
#include "daemon/process/logging.hpp"
#include "shared/base/assert.hpp"
#include "shared/wire/codec.hpp"
#include "shared/wire/validate.hpp"

namespace {

using namespace merlin;
using namespace merlin::daemon;

constexpr std::size_t kMaxItems = 24;
constexpr std::size_t kLinks = 16;  // numbers of links
constexpr std::size_t kMaxOpened = 24;
constexpr int kTurns = 6;  // of the loop, until everything has arrived

// Nodes by number; we are 2. Node 4 is in no block.
NodeId node(std::uint8_t number) {
  NodeId id;
  id.bytes.fill(number);
  return id;
}

const net::Identity& identity(std::size_t number) {
  static const auto made = [] {
    std::vector<net::Identity> all;
    for (std::uint8_t one = 0; one < 5; ++one)
      all.push_back(net::make_identity(node(one), WallTime{std::chrono::seconds(1'800'000'000)}).value());
    return all;
  }();
  return made.at(number);
}

const net::TlsContext& context(std::size_t number) {
  static const auto made = [] {
    std::vector<net::TlsContext> all;
    for (std::size_t one = 0; one < 5; ++one) all.push_back(net::TlsContext::create(identity(one)).value());
    return all;
  }();
  return made.at(number);
}

const OwnSide kOurs{node(2), "peer02", "lab", 77, "0.1.0"};

NodeBook book_of_two() {
  config::Config config;
  for (const std::size_t number : {1, 3}) {
    config::NodeConfig block;
    block.name = "peer0" + std::to_string(number);
    block.connect = false;
    block.fingerprints = {identity(number).certificate.fingerprint.substr(std::string_view("SHA256:").size())};
    config.nodes.push_back(block);
  }
  NodeBook book;
  book.set_config(config);
  return book;
}

struct Ends {
  Ends() {
    std::array<int, 2> sockets{};
    MERLIN_ASSERT(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, sockets.data()) == 0);
    theirs = net::Fd(sockets[0]);
    ours = net::Fd(sockets[1]);
  }
  net::Fd theirs, ours;
};

// One loop for all inputs; nothing that lives longer than an input waits in it.
ev::dynamic_loop& loop() {
  static ev::dynamic_loop one;
  return one;
}

void turn() {
  for (int turns = 0; turns < kTurns; ++turns) loop().run(ev::NOWAIT);
}

// What is common to both kinds: the other ends of the links, and the log.
class Target {
 public:
  virtual ~Target() = default;

  void item(std::uint8_t kind, std::string_view content) {
    std::unique_ptr<net::Connection>& link = theirs_.at(kind % kLinks);
    switch (kind / kLinks) {
      case 0:
        if (++opened_ <= kMaxOpened) link = open(kind % kLinks);
        break;
      case 1:
        link.reset();
        break;
      case 2:
        apply(kind % 2 == 1);
        break;
      default:
        if (link && !content.empty())
          link->send(net::Priority::control, wire::encode_frame(static_cast<std::uint8_t>(content[0]), content.substr(1)).value());
    }
    turn();
    judge();
  }

 protected:
  virtual std::unique_ptr<net::Connection> open(std::size_t number) = 0;
  virtual void apply(bool afresh) = 0;
  virtual void judge() = 0;

  Refusals refusals_;
  Log log_{{.level = LogLevel::error, .file = "/dev/null"}};
  std::size_t opened_ = 0;
  std::array<std::unique_ptr<net::Connection>, kLinks> theirs_;
};

class Peers final : public Target {
 public:
  Peers() : links_(loop(), kOurs, context(2), book_, refusals_, log_, events()) {}

 private:
  PeerEvents events() {
    PeerEvents made;
    made.on_learned = [] {};
    made.on_up = [this](const NodeId& id) {
      MERLIN_ASSERT((id == node(1) || id == node(3)) && book_.block_of(id) != nullptr);
      MERLIN_ASSERT(up_.insert(id).second && links_.is_linked(id));
    };
    made.on_down = [this](const NodeId& id, bool) { MERLIN_ASSERT(up_.erase(id) == 1 && !links_.is_linked(id)); };
    made.on_message = [this](const NodeId& id, cluster::PeerMessage message) {
      MERLIN_ASSERT(up_.contains(id));
      wire::Rejects rejects;
      MERLIN_ASSERT(std::visit([&](auto& one) { return wire::validate(one, rejects); }, message) && rejects.empty());
    };
    made.on_rejected = [this](const NodeId& id, const wire::Rejects& rejects) { MERLIN_ASSERT(up_.contains(id) && !rejects.empty()); };
    made.on_unreachable = [](const NodeId&) {};
    made.on_module = [](std::unique_ptr<net::Connection>) { MERLIN_ASSERT(false); };
    made.inventory_digest = [] { return std::uint64_t{5}; };
    return made;
  }

  // The lowest two bits: which node; the next: whether we have opened the link.
  std::unique_ptr<net::Connection> open(std::size_t number) override {
    const std::size_t other = number % 4 == 0 ? 4 : number % 4;
    const bool by_us = (number & 4U) != 0 && other != 4;
    const auto any = [](const net::CertificateInfo&) -> Result<> { return Ok{}; };
    Ends ends;
    auto theirs = std::make_unique<net::Connection>(loop(), std::move(ends.theirs), context(other),
                                                    by_us ? net::TlsRole::server : net::TlsRole::client, any, net::ConnectionHandlers{});
    auto ours = std::make_unique<net::Connection>(loop(), std::move(ends.ours), context(2),
                                                  by_us ? net::TlsRole::client : net::TlsRole::server, any, net::ConnectionHandlers{});
    turn();
    MERLIN_ASSERT(ours->is_open());
    links_.adopt(std::move(ours), by_us ? std::optional("peer0" + std::to_string(other)) : std::nullopt);
    return theirs;
  }

  void apply(bool afresh) override { links_.apply(kOurs, afresh); }

  void judge() override {
    // Links that are not agreed on are few; those that were refused are gone when the other end has read why.
    MERLIN_ASSERT(links_.open_links() <= 3 * PeerLinks::kMaxGreeting + up_.size() && up_.size() <= 2);
    MERLIN_ASSERT(refusals_.peers().size() <= Refusals::kMaxPeers);
    links_.send(node(1), cluster::Priority::control, wire::Ask{true, true, true});
  }

  NodeBook book_ = book_of_two();
  std::set<NodeId> up_;
  PeerLinks links_;
};

class Modules final : public Target {
 public:
  Modules() : link_(loop(), kOurs, {Millis{5'000}, Millis{5'000}}, refusals_, log_, events()) {}

 private:
  CoreEvents events() {
    CoreEvents made;
    made.on_up = [this](const wire::CoreHello& hello) {
      MERLIN_ASSERT(!up_ && link_.is_up() && hello.boot_id != 0 && hello.cluster == kOurs.cluster);
      up_ = true;
      link_.send(wire::CoreWelcome{kOurs.node_id, kOurs.name, kOurs.program_version, kOurs.instance, 1, {}});
    };
    made.on_down = [this] { MERLIN_ASSERT(std::exchange(up_, false)); };
    made.on_message = [this](cluster::FromCore message) {
      MERLIN_ASSERT(up_);
      wire::Rejects rejects;
      MERLIN_ASSERT(std::visit([&](auto& one) { return wire::validate(one, rejects); }, message) && rejects.empty());
    };
    made.on_rejected = [this](const wire::Rejects& rejects) { MERLIN_ASSERT(up_ && !rejects.empty()); };
    return made;
  }

  // By the lowest two bits, the process on the other end: not known, this one, another one, one that has ended.
  std::unique_ptr<net::Connection> open(std::size_t number) override {
    const std::array<pid_t, 4> processes{0, ::getpid(), 1, 1 << 22};
    Ends ends;
    link_.adopt(std::make_unique<net::Connection>(loop(), std::move(ends.ours), net::ConnectionHandlers{}), "module",
                processes.at(number % 4));
    return std::make_unique<net::Connection>(loop(), std::move(ends.theirs), net::ConnectionHandlers{});
  }

  void apply(bool) override { link_.apply(kOurs, {Millis{5'000}, Millis{5'000}}); }

  void judge() override {
    MERLIN_ASSERT(link_.open_links() <= CoreLink::kMaxGreeting + 1);
    MERLIN_ASSERT(link_.is_up() == up_);
    link_.answer_heartbeat();
  }

  bool up_ = false;
  CoreLink link_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0 || (data[0] != 'p' && data[0] != 'c')) return 0;
  const std::unique_ptr<Target> target = data[0] == 'p' ? std::unique_ptr<Target>(std::make_unique<Peers>()) : std::make_unique<Modules>();
  std::string_view rest(reinterpret_cast<const char*>(data) + 1, size - 1);
  for (std::size_t items = 0; items < kMaxItems && rest.size() >= 3; ++items) {
    const auto byte = [&](std::size_t at) { return static_cast<std::uint8_t>(rest[at]); };
    const std::uint8_t kind = byte(0);
    const std::size_t length = std::size_t{byte(1)} << 8 | byte(2);
    rest.remove_prefix(3);
    target->item(kind, rest.substr(0, length));
    rest.remove_prefix(std::min(length, rest.size()));
  }
  return 0;
}
