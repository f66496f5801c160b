// TCP between the daemons: reliable and in order while a connection is up, silent during a cut; data that was not
// delivered when an end closes the connection is lost. Both ends may connect.
#pragma once

#include <array>
#include <deque>
#include <functional>
#include <string>
#include <vector>

#include "shared/cluster/interface/messages.hpp"
#include "tests/sim/events.hpp"
#include "tests/sim/plan.hpp"
#include "tests/sim/random.hpp"
#include "tests/sim/story.hpp"
#include "tests/sim/traffic.hpp"

namespace merlin::sim {

struct Packet {
  std::uint8_t type = 0;
  std::string payload;
  cluster::Priority priority = cluster::Priority::control;
};

// The network's events for a node's daemon. Also called for a stopped one, which processes them when it continues.
class NetworkUser {
 public:
  virtual ~NetworkUser() = default;
  virtual bool listens() const = 0;  // its process exists
  virtual bool greets() const = 0;   // and would answer a handshake now
  virtual void link_up(std::size_t peer) = 0;
  virtual void link_down(std::size_t peer, bool by_peer) = 0;
  virtual void arrived(std::size_t from, const Packet& packet) = 0;
  virtual void unreachable(std::size_t peer) = 0;
};

class Network {
 public:
  // All outlive this; `users` is filled before the first event.
  Network(const Plan& plan, Events& events, Random& random, Story& story, std::vector<NetworkUser*>& users);

  // From now on this daemon's process connects, every half second to 5 s per peer.
  void start(std::size_t node);
  // Its process has ended: the other ends see it, unless the power failed.
  void stop(std::size_t node, bool silently);
  void send(std::size_t from, std::size_t to, Packet packet);

  // Nothing passes from one to the other until uncut() has been called as often.
  void cut(std::size_t from, std::size_t to) { ++path(from, to).cuts; }
  void uncut(std::size_t from, std::size_t to);
  void slow(std::size_t from, Millis by);
  // This percentage of the packets to and from the node is lost and sent again.
  void lose(std::size_t node, int percent) { lossy_[node] = percent; }
  // Its line carries 64 kbit/s in each direction; more urgent messages go first.
  void narrow(std::size_t node, bool narrow) { narrow_[node] = narrow ? 1 : 0; }
  // Its connections break at both ends.
  void reset(std::size_t node);
  // Whether the node has the peer in its file: if not, it closes their connection, and neither opens nor accepts another.
  void trust(std::size_t node, std::size_t peer, bool trusted);
  void heal_all();
  bool is_up(std::size_t from, std::size_t to) const { return paths_[from * count_ + to].up; }
  bool is_wanted(std::size_t from, std::size_t to) const {
    return paths_[from * count_ + to].trusted && paths_[to * count_ + from].trusted;
  }
  const Traffic& traffic() const { return traffic_; }

 private:
  enum class What { packet, end };
  struct Item {
    What what = What::packet;
    Packet packet;
    std::uint64_t connection = 0;
  };
  // One direction, and the sending end's view of the connection.
  struct Path {
    int cuts = 0;
    bool up = false;  // this end considers the connection established
    std::uint64_t connection = 0;
    Millis last_arrival{0};  // keeps messages in order
    Millis heard{0};         // when this end last heard the other
    std::deque<Item> held;   // sent during a cut: sent again after it
    int unacknowledged = 0;  // arrived, but the acknowledgement cannot return
    Millis next_dial{0};
    bool trusted = true;
    std::array<std::deque<Item>, 4> line;  // waiting for a slow line, by priority
    bool line_busy = false;
  };

  Path& path(std::size_t from, std::size_t to) { return paths_[from * count_ + to]; }
  Millis travel_time(std::size_t from, std::size_t to);
  void carry(std::size_t from, std::size_t to, Item item);
  void transmit(std::size_t from, std::size_t to);
  void pass(std::size_t from, std::size_t to, Item item);
  Millis repeats(std::size_t from, std::size_t to);
  void arrive(std::size_t from, std::size_t to, const Item& item);
  bool is_blocked(std::size_t from, std::size_t to);
  void watch(std::size_t node);
  void dial(std::size_t from, std::size_t to);
  void greet(std::size_t from, std::size_t to);
  void come_up(std::size_t at, std::size_t peer, std::uint64_t connection);
  void close(std::size_t at, std::size_t peer, bool by_peer);

  const Plan& plan_;
  Events& events_;
  Random& random_;
  Story& story_;
  std::vector<NetworkUser*>& users_;
  std::size_t count_;
  std::vector<Path> paths_;
  std::vector<Millis> slower_;
  std::vector<int> lossy_;
  std::vector<char> narrow_;
  std::uint64_t connections_ = 0;
  Traffic traffic_;
};

}  // namespace merlin::sim
