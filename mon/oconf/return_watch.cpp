#include "mon/oconf/return_watch.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "mon/cli/local_node.hpp"

namespace merlin::mon {
namespace {

constexpr Millis kLookEvery{1'000};
constexpr Millis kStatusTimeout{2'000};

}  // namespace

ReturnWatch::ReturnWatch(const Call& call, std::string node, ProgressBar& bar)
    : call_(call), node_(std::move(node)), bar_(bar), thread_([this](const std::stop_token& ends) { watch(ends); }) {}

void ReturnWatch::watch(const std::stop_token& ends) {
  std::unique_lock lock(mutex_);
  while (!wake_.wait_for(lock, ends, kLookEvery, [&] { return ends.stop_requested(); }) && !ends.stop_requested()) look();
}

// The bar counts down; one line stays, so that a log shows the reason too.
void ReturnWatch::look() {
  Call quick = call_;
  quick.timeout = std::min(call_.timeout, kStatusTimeout);
  const Answer status = ask_daemon(quick, {{"command", "status"}});
  if (!status) return;
  const std::string delay = delay_text_of(node_of(*status, node_));
  if (delay.empty()) return;
  const std::string line = fmt::format("{}: waiting: {}", node_, plain(delay));
  if (!is_reported_) bar_.line(line);
  is_reported_ = true;
  bar_.show(line);
}

}  // namespace merlin::mon
