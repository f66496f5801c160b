// Several nodes that ask each other before they notify (R4), each consisting of the rule only.
#pragma once

#include <boost/test/unit_test.hpp>
#include <deque>
#include <memory>
#include <ostream>

#include "shared/base/hash.hpp"
#include "shared/cluster/notification/rule.hpp"
#include "shared/cluster/state/versions.hpp"
#include "shared/wire/codec.hpp"

namespace merlin::wire {
inline std::ostream& operator<<(std::ostream& out, NotifyDecision decision) { return out << static_cast<int>(decision); }
}  // namespace merlin::wire

namespace merlin::cluster {

using wire::NotificationKind;
using wire::NotifyDecision;

inline constexpr std::uint64_t kStart = std::uint64_t{1'700'000'000'000} << 16;
inline constexpr std::uint64_t kSecond = std::uint64_t{1000} << 16;
inline const ObjectKey kHost{host_key("web"), 0};

inline NodeId node_id(std::size_t number) {
  NodeId id;
  id.bytes.fill(static_cast<std::uint8_t>(number + 1));
  return id;
}

inline wire::Notification problem(std::uint32_t number = 1, std::uint64_t start = kStart) {
  wire::Notification notification;
  notification.object = kHost;
  notification.number = number;
  notification.start = start;
  notification.state = 1;
  notification.notified_on = 2;
  return notification;
}

inline wire::Notification recovery(std::uint32_t number = 1, std::uint64_t start = kStart) {
  wire::Notification notification = problem(number, start);
  notification.kind = NotificationKind::recovery;
  notification.state = 0;
  return notification;
}

struct Cluster;

// One node: its table contains only these registers.
struct LocalNode final : NotificationEnvironment {
  LocalNode(Cluster& all, std::size_t place) : cluster(all), number(place), rule(node_id(place), place + 1, *this) {}

  const wire::Register* find(const RegisterKey& key) const override {
    const auto found = rows.find(key);
    return found == rows.end() ? nullptr : &found->second;
  }
  bool decides(const ObjectKey&) const override { return owner; }
  bool notifies(const ObjectKey&) const override { return teller.value_or(owner); }
  void pass_on(const wire::Notification& notification) override { passed_on.push_back(notification); }
  bool stands_before(const NodeId& one, const NodeId& other, const ObjectKey&) const override { return one < other; }
  Millis interval_of(const NodeId&) const override { return Millis{1000}; }
  bool may_have_sent(const RegisterKey&, const wire::NotificationRecord& record) const override { return record.holder != implausible; }
  void write(const wire::NotificationRecord& told, Now) override;
  void note(const wire::NotificationRecord& told, Now) override { put(told, {0, 0, 0, told.holder}); }
  void learn(wire::Register row, const NodeId&) override { take(std::move(row)); }
  void when_safe(std::function<void(Now)> then, Now now) override {
    if (store_waits) {
      unsaved.push_back(std::move(then));
    } else {
      then(now);
    }
  }
  void send(const NodeId& to, PeerMessage message) override;
  void answer_core(wire::NotifyVerdict verdict) override { verdicts.push_back(std::move(verdict)); }

  void put(const wire::NotificationRecord& told, const wire::Version& version) {
    const RegisterKey key = record_key(told.notification);
    wire::Register row{key.object, key.kind, version, 0, wire::encode(told), key.item, record_rank(told.notification, told.sent)};
    take(std::move(row));
  }
  void take(wire::Register row) {
    const RegisterKey key = key_of(row);
    const auto found = rows.find(key);
    if (found != rows.end() && order(row, found->second) <= 0) return;
    rows[key] = std::move(row);
    rule.asker().record_changed({key.object, wire::RegisterKind::notification, key.item});
  }
  // `writer`: the node whose core found this state.
  void is_checked(int state, std::uint64_t last_hard_ok, const NodeId& writer = {}) {
    wire::CheckRegister check;
    check.current_state = state;
    check.state_type = 1;
    check.last_hard_ok_hlc = last_hard_ok;
    take({kHost, wire::RegisterKind::check, {1, 1, ++writes, writer}, 0, wire::encode(check), 0, 0});
  }
  std::optional<wire::NotificationRecord> told(const wire::Notification& notification) const {
    const wire::Register* row = find(record_key(notification));
    return row == nullptr ? std::nullopt : std::optional{*wire::decode<wire::NotificationRecord>(row->value)};
  }
  bool may_send() const { return !verdicts.empty() && verdicts.back().decision == NotifyDecision::send; }

  Cluster& cluster;
  std::size_t number;
  NotificationRule rule;
  std::map<RegisterKey, wire::Register> rows;
  std::vector<wire::NotifyVerdict> verdicts;
  std::vector<std::function<void(Now)>> unsaved;
  bool owner = false;
  std::optional<bool> teller;  // empty: the owner notifies
  std::vector<wire::Notification> passed_on;
  bool store_waits = false;
  NodeId implausible{.bytes = {255}};  // cannot have sent anything
  std::uint64_t writes = kStart;
};

struct Cluster {
  explicit Cluster(std::size_t count, bool majority = false) {
    for (std::size_t number = 0; number < count; ++number) sites.push_back(std::make_unique<LocalNode>(*this, number));
    for (auto& local_node : sites) {
      Electorate voters{node_id(local_node->number), true, {}, majority, std::nullopt};
      for (const auto& other : sites) {
        if (other != local_node) voters.others.insert(node_id(other->number));
      }
      local_node->rule.asker().set_present(voters.others);
      local_node->rule.asker().set_electorate(std::move(voters));
    }
  }

  LocalNode& operator[](std::size_t number) { return *sites[number]; }
  Now now() const { return {SteadyTime{clock}, WallTime{Millis{1'700'000'000'000} + clock}}; }

  void request(std::size_t number, const wire::Notification& notification, std::uint64_t request = 1) {
    sites[number]->owner = true;
    sites[number]->rule.asker().on_request({request, notification, 1}, now());
  }
  // Delivers all messages in transit, except those from or to `deaf`.
  void deliver() {
    for (std::size_t turns = 0; !mail.empty() && turns < 1000; ++turns) {
      auto [from, to, message] = std::move(mail.front());
      mail.pop_front();
      if (from == deaf || to == deaf) continue;
      LocalNode& local_node = *sites[to];
      if (const auto* ask = std::get_if<wire::NotifyAsk>(&message)) local_node.rule.on_ask(node_id(from), *ask, now());
      if (const auto* reply = std::get_if<wire::NotifyReply>(&message)) local_node.rule.asker().on_reply(node_id(from), *reply, now());
      if (const auto* word = std::get_if<wire::NotifyVoid>(&message)) local_node.rule.voter().on_void(node_id(from), *word);
    }
  }
  void pass(Millis time) {
    for (const Millis end = clock + time; clock < end;) {
      clock += Millis{50};
      for (auto& local_node : sites) local_node->rule.tick(now());
      deliver();
    }
  }
  // Delivers one node's writes to the others.
  void replicate(std::size_t from) {
    for (auto& local_node : sites) {
      for (const auto& [key, row] : sites[from]->rows) {
        if (local_node->number != from && from != deaf && local_node->number != deaf) local_node->take(row);
      }
    }
  }
  // Neither sent nor filtered: the module has refused.
  void done(std::size_t number, bool sent, bool filtered = false) {
    const wire::NotifyVerdict& verdict = sites[number]->verdicts.back();
    sites[number]->rule.asker().on_done({verdict.question, sent, sent ? 2U : 0U, verdict.notification, filtered, {}}, now());
  }
  void lose(std::size_t number) {
    deaf = number;
    for (auto& local_node : sites) {
      std::set<NodeId> present;
      for (const auto& other : sites) {
        if (other != local_node && other->number != number && local_node->number != number) present.insert(node_id(other->number));
      }
      local_node->rule.asker().set_present(std::move(present));
    }
  }

  struct Mail {
    std::size_t from;
    std::size_t to;
    PeerMessage message;
  };
  Millis clock{1'000'000};
  std::optional<std::size_t> deaf;
  std::deque<Mail> mail;
  std::vector<std::unique_ptr<LocalNode>> sites;
};

inline void LocalNode::write(const wire::NotificationRecord& told, Now) { put(told, {1, 1, ++writes, node_id(number)}); }

inline void LocalNode::send(const NodeId& to, PeerMessage message) {
  for (const auto& local_node : cluster.sites) {
    if (node_id(local_node->number) == to) cluster.mail.push_back({number, local_node->number, std::move(message)});
  }
}

template <class Message>
inline std::size_t count(const std::deque<Cluster::Mail>& mail) {
  return static_cast<std::size_t>(
      std::count_if(mail.begin(), mail.end(), [](const auto& one) { return std::holds_alternative<Message>(one.message); }));
}

}  // namespace merlin::cluster
