// What happened once, on every node once and in order (R7, I1-I3): each event has a number in the stream of the node where
// it happened. Pure, and holds no events but those on their way to the disk: they are in the store, and what is kept here
// says which. Whoever lacks some asks one node for them. No number is said to anybody before its event is on disk.
// Each start of the daemon begins a stream of its own: whatever was put back in place of its store, no number is given twice,
// and what the others know of the streams before is fetched back like that of any other node.
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

#include "base/log.hpp"
#include "base/time.hpp"
#include "cluster/node.hpp"

namespace merlin::cluster {

inline constexpr std::uint64_t kEventsAMessage = 500;
inline constexpr std::size_t kEventTextBytes = 4096;
inline constexpr std::size_t kAsksAStream = 4;  // unanswered
inline constexpr std::size_t kAsksAPeer = 8;
inline constexpr std::size_t kReadsAPeer = 2 * kAsksAPeer;      // by it, for which our store has not answered
inline constexpr std::size_t kMaxStreams = 4096;                // starts of all nodes within the retention
inline constexpr std::size_t kArrivedBytes = 16 * 1024 * 1024;  // of others' events on their way to the disk: then none are asked for
inline constexpr std::size_t kMaxUnsafeEventBytes = 64 * 1024 * 1024;  // of ours while the disk fails
inline constexpr std::size_t kEventsASave = 10'000;                    // of ours
inline constexpr Millis kAnswerPatience{15'000};                       // for any events of a node that was asked
inline constexpr Millis kAvoidFor{10'000};                             // a node that could not answer
inline constexpr Millis kMarksEvery{100};                              // of others' streams
inline constexpr std::uint64_t kGreatestEvent = std::uint64_t{1} << 62;

class Journal {
 public:
  struct Outside {
    std::function<void(const NodeId& to, PeerMessage message)> send;  // as bulk, over a direct link
    std::function<void(ReadEvents)> read;
    std::function<void(LogLevel, std::string)> log;
  };

  // `seed`: random, another at each start of the daemon; of our epochs.
  Journal(const NodeId& self, std::uint64_t seed, Outside outside);

  void restore(const std::vector<wire::EventMark>& streams);
  // Here, just now.
  void happened(wire::Event event);

  // Whether there is something to save; then put_into() takes it.
  bool has_to_save(SteadyTime now) const;
  void put_into(Save& save);
  void saved(std::uint64_t ticket, bool ok, SteadyTime now);
  // The store holds no events any more.
  void store_lost();
  // The store has removed its oldest.
  void kept(const std::vector<wire::EventMark>& streams);

  void session_up(const NodeId& peer, SteadyTime now);
  void session_down(const NodeId& peer);
  void forget(const NodeId& peer);
  void on_marks(const NodeId& peer, const wire::EventMarks& marks);
  void on_ask(const NodeId& peer, const wire::EventsAsk& ask);
  void on_events(const NodeId& peer, wire::Events events, SteadyTime now);
  void on_read(EventsRead read);

  // Says and asks what there is to say and to ask.
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
    std::uint64_t first = 1;  // that is kept
    std::uint64_t safe = 0;   // on disk up to this
    std::uint64_t taken = 0;  // and on its way there
    std::deque<Ask> asks;
    std::map<NodeId, SteadyTime> avoid;
  };
  struct Peer {  // marks and questions may come before our side of the session begins
    bool up = false;
    std::map<StreamKey, wire::EventMark> marks;
    std::size_t asked = 0;
    std::size_t reads = 0;
    SteadyTime answered{};
  };
  struct UnderWay {
    std::uint64_t ticket = 0;
    std::vector<wire::Event> own;
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
  bool is_news(const wire::EventMark& mark);

  NodeId self_;
  std::uint64_t seed_;
  Outside outside_;
  std::uint64_t epoch_ = 0;
  std::map<StreamKey, Stream> streams_;
  std::map<NodeId, Peer> peers_;

  std::deque<wire::Event> made_;  // ours, without a number
  std::size_t made_bytes_ = 0;
  std::vector<EventRun> arrived_;
  std::size_t arrived_bytes_ = 0;  // those, and what is under way
  std::deque<UnderWay> under_way_;
  bool without_events_ = false;  // the store is to forget what it has
  SteadyTime save_not_before_{};

  bool said_lost_ = false;
  bool said_full_ = false;
  bool tell_own_ = false;
  std::set<StreamKey> tell_;  // others' streams with news
  SteadyTime told_{};
  bool look_ = true;  // something may be to be asked for
  SteadyTime looked_{};

  std::uint64_t dropped_ = 0;
  std::uint64_t skipped_ = 0;
};

}  // namespace merlin::cluster
