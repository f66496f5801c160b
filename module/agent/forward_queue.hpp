// The module's part of forwarding: results that this core received without owning the object, and commands that only the owner
// executes. They are numbered here, sent to the daemon, and kept until it has stored them, so that a daemon that dies loses
// none. Bounded: the oldest are dropped first.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <variant>
#include <vector>

#include "shared/wire/messages.hpp"

namespace merlin::cluster {

class ForwardQueue {
 public:
  static constexpr std::size_t kMaxBytes = 16 * 1024 * 1024;

  // Returns its number.
  std::uint64_t push(wire::CheckResult result) { return add(std::move(result)); }
  std::uint64_t push(wire::Command command) { return add(std::move(command)); }

  // The next entries to send, oldest first: at most `count`, and at most one beyond that many bytes. They are kept until they are stored.
  wire::CoreResults take(std::size_t count, std::int64_t wall_ms, std::size_t bytes = kMaxBytes) {
    wire::CoreResults message;
    for (std::size_t taken = 0; count > 0 && taken < bytes && has_unsaid(); --count, ++said_) {
      taken += cost(queue_[said_]);
      std::visit([&](auto item) { put(message, std::move(item), wall_ms); }, queue_[said_]);
    }
    return message;
  }
  // A new link: everything that is not stored is sent again.
  void say_again() { said_ = 0; }
  void safe(const std::vector<std::uint64_t>& numbers) {
    for (const std::uint64_t number : numbers) {
      const auto found = std::partition_point(queue_.begin(), queue_.end(), [&](const Item& item) { return number_of(item) < number; });
      if (found != queue_.end() && number_of(*found) == number) remove(found);
    }
  }

  // This core has processed a newer result of that object.
  void supersede(const ObjectKey& object) {
    for (auto item = queue_.begin(); item != queue_.end();) {
      const auto* result = std::get_if<wire::CheckResult>(&*item);
      item = result != nullptr && result->object == object ? remove(item) : std::next(item);
    }
  }

  // Everything that is not stored, and the last number, for a later start of the core that continues from there.
  wire::CoreResults all() const {
    wire::CoreResults message;
    for (const Item& item : queue_) {
      std::visit([&](auto content) { put(message, std::move(content), 0); }, item);
    }
    return message;
  }
  std::uint64_t last_number() const { return number_; }
  // Call before the first push.
  void restore(wire::CoreResults kept, std::uint64_t last_number) {
    for (wire::CheckResult& result : kept.results) queue_.emplace_back(std::move(result));
    for (wire::Command& command : kept.commands) queue_.emplace_back(std::move(command));
    std::sort(queue_.begin(), queue_.end(), [](const Item& a, const Item& b) { return number_of(a) < number_of(b); });
    for (const Item& item : queue_) {
      number_ = std::max(number_, number_of(item));
      bytes_ += cost(item);
    }
    number_ = std::max(number_, last_number);
  }

  bool has_unsaid() const { return said_ < queue_.size(); }
  std::size_t size() const { return queue_.size(); }
  std::uint64_t dropped() const { return dropped_; }

 private:
  using Item = std::variant<wire::CheckResult, wire::Command>;

  static std::uint64_t number_of(const Item& item) {
    return std::visit([](const auto& content) { return content.number; }, item);
  }
  static std::size_t cost(const Item& item) {
    const auto* result = std::get_if<wire::CheckResult>(&item);
    return sizeof item + (result != nullptr ? result->output.size() : std::get<wire::Command>(item).line.size());
  }
  static void put(wire::CoreResults& message, wire::CheckResult result, std::int64_t wall_ms) {
    result.sent_ms = wall_ms;
    message.results.push_back(std::move(result));
  }
  static void put(wire::CoreResults& message, wire::Command command, std::int64_t wall_ms) {
    command.sent_ms = wall_ms;
    message.commands.push_back(std::move(command));
  }

  template <class Content>
  std::uint64_t add(Content content) {
    content.number = ++number_;
    bytes_ += cost(queue_.emplace_back(std::move(content)));
    for (; bytes_ > kMaxBytes; ++dropped_) remove(queue_.begin());
    return number_;
  }
  std::deque<Item>::iterator remove(std::deque<Item>::iterator item) {
    if (item - queue_.begin() < static_cast<std::ptrdiff_t>(said_)) --said_;
    bytes_ -= cost(*item);
    return queue_.erase(item);
  }

  std::deque<Item> queue_;
  std::size_t said_ = 0;
  std::size_t bytes_ = 0;
  std::uint64_t number_ = 0;
  std::uint64_t dropped_ = 0;
};

}  // namespace merlin::cluster
