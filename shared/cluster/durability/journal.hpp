// The history: every node has each event once and in order (R7, I1-I3), because each event has a number in the stream of the node
// where it happened. Pure. The journal itself contains only events on their way to the disk; all others are in the store, and the
// journal knows which. A node that lacks events requests them from one other node. No number is announced before its event is on
// disk. Each start of the daemon begins a new stream: whatever was restored in place of its store, no number is assigned twice. What
// other nodes have of this node's earlier streams is fetched like the streams of any other node.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "shared/base/log.hpp"
#include "shared/base/time.hpp"
#include "shared/cluster/interface/actions.hpp"
#include "shared/cluster/interface/views.hpp"

namespace merlin::cluster {

inline constexpr std::uint64_t kEventsAMessage = 500;
inline constexpr std::size_t kEventTextBytes = 4096;
inline constexpr std::size_t kAsksAStream = 4;  // unanswered
inline constexpr std::size_t kAsksAPeer = 8;
inline constexpr std::size_t kReadsAPeer = 2 * kAsksAPeer;                // its requests that our store has not answered yet
inline constexpr std::size_t kMaxStreams = 4096;                          // starts of all nodes within the retention
inline constexpr std::size_t kMaxStreamsPerOrigin = 1024;                 // of one node
inline constexpr std::size_t kMaxForeignStreamsPerPeer = 256;             // of unknown nodes, offered by one that is known
inline constexpr std::size_t kMaxForeignBytesPerPeer = 64 * 1024 * 1024;  // of events in those, per day
inline constexpr Millis kForeignBytesFor{24 * 60 * 60 * 1000};
inline constexpr Millis kForgetStreamsEvery{60'000};
inline constexpr std::size_t kArrivedBytes = 16 * 1024 * 1024;  // of other nodes' events on their way to the disk: then none are requested
inline constexpr std::size_t kMaxUnsafeEventBytes = 64 * 1024 * 1024;  // of ours while the disk fails
inline constexpr std::size_t kEventsASave = 10'000;                    // of ours
inline constexpr Millis kAnswerPatience{15'000};                       // for any events of a node that was asked
inline constexpr Millis kAvoidFor{10'000};                             // a node that could not answer
inline constexpr Millis kMarksEvery{100};                              // of other nodes' streams
inline constexpr std::uint64_t kGreatestEvent = std::uint64_t{1} << 62;

// In memory, about.
inline std::size_t size_of(const wire::Event& event) {
  std::size_t bytes = sizeof event + event.host.size() + event.service.size() + event.author.size() + event.text.size();
  for (const std::string& line : event.log) bytes += sizeof line + line.size();
  return bytes;
}

class Journal {
 public:
  struct Environment {
    std::function<void(const NodeId& to, PeerMessage message)> send;  // as bulk, over a direct link
    std::function<void(ReadEvents)> read;
    std::function<void(LogLevel, std::string)> log;
    std::function<bool(const NodeId&)> knows = nullptr;        // it is a node of the configuration; null: all are
    std::function<void(const NodeId& peer)> refuse = nullptr;  // there is no room for a stream that it offers
    // Events of another node, from number `first` on; again if they cannot be saved.
    std::function<void(const StreamKey& stream, std::uint64_t first, const std::vector<wire::Event>& events)> arrived = nullptr;
  };

  // `seed`: random and different at each start of the daemon; our epochs are derived from it.
  Journal(const NodeId& self, std::uint64_t seed, Environment environment);

  void restore(const std::vector<wire::EventMark>& streams);
  // An event that has just happened here. `alert_clock`: of the alert of our own core that it comes from; 0: of none. The events of an
  // alert follow each other, and are saved together.
  void happened(wire::Event event, std::uint64_t alert_clock = 0);

  // Events since this start, in order: how many there were, and how many of the first ones no longer wait for the disk.
  std::uint64_t happened_count() const { return happened_; }
  std::uint64_t settled_count() const;

  // Whether there is something to save; put_into() then adds it to a Save.
  bool has_to_save(SteadyTime now) const;
  void put_into(Save& save);
  void saved(std::uint64_t ticket, bool ok, SteadyTime now);
  // The store has lost its events.
  void store_lost();
  // The store has removed its oldest events.
  void kept(const std::vector<wire::EventMark>& streams);

  void session_up(const NodeId& peer, SteadyTime now);
  void session_down(const NodeId& peer);
  void forget(const NodeId& peer);
  void on_marks(const NodeId& peer, const wire::EventMarks& marks);
  void on_ask(const NodeId& peer, const wire::EventsAsk& ask);
  void on_events(const NodeId& peer, wire::Events events, SteadyTime now);
  void on_read(EventsRead read);

  // Sends the announcements and requests that are due.
  void settle(SteadyTime now);
  void shift(Millis late_by, SteadyTime now);

  JournalView view() const;
  StreamKey own() const { return {self_, epoch_}; }

 private:
  struct Ask {
    NodeId peer;
    std::uint64_t first = 0;
    std::uint64_t last = 0;
    bool after_gap = false;
    SteadyTime since{};
  };
  struct Stream {
    std::uint64_t first = 1;  // the oldest event that is kept
    std::uint64_t safe = 0;   // on disk up to this
    std::uint64_t taken = 0;  // including events on their way to the disk
    std::deque<Ask> asks;
    std::map<NodeId, SteadyTime> avoid;
    NodeId offered_by;  // empty: its origin was known then
  };
  struct Peer {  // announcements and requests may arrive before our end of the session is up
    bool up = false;
    std::map<StreamKey, wire::EventMark> marks;
    std::size_t asked = 0;
    std::size_t reads = 0;
    SteadyTime answered{};
    std::size_t foreign_streams = 0;
    std::size_t foreign_bytes = 0;  // since foreign_since
    SteadyTime foreign_since{};
  };
  struct Made {
    wire::Event event;
    std::uint64_t serial = 0;  // since this start: happened_count() with this event
    std::uint64_t alert_clock = 0;
  };
  struct UnderWay {
    std::uint64_t ticket = 0;
    std::vector<Made> own;
    std::uint64_t own_last = 0;
    struct Taken {
      StreamKey stream;
      std::uint64_t first = 0;
      std::uint64_t last = 0;
      bool after_gap = false;
    };
    std::vector<Taken> taken;
    std::size_t arrived_bytes = 0;
  };

  void put_own(Save& save, UnderWay& entry);
  void raise(const UnderWay& entry);
  void withdraw_from(std::deque<UnderWay>::iterator entry);
  void bound_own();
  std::uint64_t unsafe() const;

  // journal_asks.cpp
  void tell(const NodeId& peer, std::set<StreamKey> streams);
  wire::EventMark mark_of(const StreamKey& key, const Stream& stream) const;
  void ask_all(SteadyTime now);
  void ask(const StreamKey& key, Stream& stream, SteadyTime now);
  const NodeId* whom_to_ask(const StreamKey& key, const Stream& stream, SteadyTime now) const;
  void drop_asks(Stream& stream);
  void give_up(Stream& stream, SteadyTime now);
  void note_arrived(const StreamKey& key, Stream& stream, const Ask& asked, wire::Events events);
  void say_if_lost(const wire::EventMark& mark);
  bool is_news(const NodeId& from, const wire::EventMark& mark);
  Stream& add_stream(const StreamKey& key, const NodeId& offered_by = {});
  bool is_known(const NodeId& node) const { return !environment_.knows || environment_.knows(node); }
  bool may_fetch(const Peer& peer, const StreamKey& key, SteadyTime now) const;
  void forget_idle_streams();
  std::map<StreamKey, Stream>::iterator erase_stream(std::map<StreamKey, Stream>::iterator stream);

  NodeId self_;
  std::uint64_t seed_;
  Environment environment_;
  std::uint64_t epoch_ = 0;
  std::map<StreamKey, Stream> streams_;
  std::map<NodeId, std::size_t> origins_;  // number of streams of each
  std::map<NodeId, Peer> peers_;

  std::deque<Made> made_;  // own events without a number yet
  std::size_t made_bytes_ = 0;
  std::uint64_t happened_ = 0;
  std::vector<EventRun> arrived_;
  std::size_t arrived_bytes_ = 0;  // of those, and of events under way
  std::deque<UnderWay> under_way_;
  bool without_events_ = false;  // the store must remove its events
  SteadyTime save_not_before_{};

  bool said_lost_ = false;
  bool said_full_ = false;
  bool tell_own_ = false;
  std::set<StreamKey> tell_;  // others' streams with news
  SteadyTime told_{};
  bool look_ = true;  // something may have to be requested
  SteadyTime looked_{};
  SteadyTime forgot_{};

  std::uint64_t dropped_ = 0;
  std::uint64_t skipped_ = 0;
};

}  // namespace merlin::cluster
