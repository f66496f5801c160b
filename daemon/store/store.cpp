#include "daemon/store/store.hpp"

#include <fmt/format.h>
#include <signal.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <thread>
#include <utility>

#include "daemon/process/clocks.hpp"
#include "daemon/store/store_work.hpp"

namespace merlin::daemon {
namespace {

constexpr std::chrono::milliseconds kEndTime{500};

using Lock = std::unique_lock<std::mutex>;

// Signals are handled by the loop's thread.
void start_thread(std::shared_ptr<StoreWork> work) {
  sigset_t all;
  sigset_t before;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before);
  std::thread([work = std::move(work)] { work->run(); }).detach();
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

}  // namespace

std::string machine_id(const std::string& path) {
  std::string id;
  std::ifstream(path) >> id;
  return id;
}

Store::Store(ev::loop_ref loop, StoreFile::Place place, StoreEvents events)
    : events_(std::move(events)), wake_(loop), work_(std::make_shared<StoreWork>(std::move(place))) {
  wake_.set<Store, &Store::collect>(this);
  wake_.start();
  work_->wake = [this] { wake_.send(); };
}

Store::~Store() {
  Lock lock(work_->mutex);
  work_->wake = {};
  work_->abandoned = true;
  work_->changed.notify_all();
  // Time for a running write; if the disk hangs, the end of the process ends it.
  if (started_) work_->changed.wait_for(lock, kEndTime, [this] { return work_->ended; });
}

cluster::Stored Store::open() {
  start_thread(work_);
  started_ = true;
  Lock lock(work_->mutex);
  const bool opened = work_->changed.wait_for(lock, kOpenTime, [this] { return work_->held.has_value(); });
  work_->wants_held = false;
  cluster::Stored held = opened ? std::move(*work_->held) : cluster::Stored{};
  work_->held.reset();
  rejected_ = work_->rejects;
  lock.unlock();
  collect();
  if (!opened) {
    events_.on_line(LogLevel::error, fmt::format("the store {} cannot be opened: its disk does not answer; continuing without its contents",
                                                 work_->status.path));
  }
  return held;
}

void Store::save(cluster::Save save) {
  const Lock lock(work_->mutex);
  if (work_->stop_at) return;
  const std::size_t room = kMaxBytes - std::min(kMaxBytes, work_->writing_bytes);
  const std::uint64_t left_out = work_->next.left_out();
  work_->next.add(std::move(save), room);
  const std::uint64_t more = work_->next.left_out() - left_out;
  work_->status.left_out += more;
  work_->changed.notify_all();
  if (more == 0 || std::exchange(said_full_, true)) return;
  events_.on_line(LogLevel::error,
                  fmt::format("{} MiB wait for the store's disk: states of checks are not stored from now on; the other nodes have them",
                              kMaxBytes / (1024 * 1024)));
}

void Store::read(cluster::ReadEvents asked) {
  const Lock lock(work_->mutex);
  work_->reads.push_back(asked);
  work_->changed.notify_all();
}

void Store::find(EventQuery query, std::function<void(FoundEvents)> found) {
  const Lock lock(work_->mutex);
  searches_[++last_search_] = std::move(found);
  work_->searches.push_back({last_search_, std::move(query)});
  work_->changed.notify_all();
}

void Store::keep_events(Millis age, std::uint64_t bytes) {
  const Lock lock(work_->mutex);
  work_->keep_age = age;
  work_->keep_bytes = bytes;
}

void Store::finish() {
  const Lock lock(work_->mutex);
  if (!work_->stop_at) work_->stop_at = read_clocks().steady + kFlushTime;
  work_->changed.notify_all();
}

bool Store::finished() const {
  const Lock lock(work_->mutex);
  return work_->ended || (work_->stop_at && read_clocks().steady >= *work_->stop_at);
}

void Store::collect() noexcept {
  StoreWork::News news;
  {
    const Lock lock(work_->mutex);
    news = std::exchange(work_->news, {});
    if (work_->next.empty() && work_->writing == 0) said_full_ = false;
  }
  for (const StoreLine& line : news.lines) events_.on_line(line.level, line.text);
  for (const StoreWork::Answer& answer : news.answers) events_.on_saved(answer.ticket, answer.ok);
  if (news.lost) events_.on_lost();
  if (!news.kept.empty()) events_.on_kept(news.kept);
  for (cluster::EventsRead& read : news.read) events_.on_read(std::move(read));
  for (auto& [number, found] : news.found) {
    const auto search = searches_.extract(number);
    if (!search.empty()) search.mapped()(std::move(found));
  }
}

void Store::look(SteadyTime now) {
  const StoreStatus found = status(now);
  const bool hangs = found.state == StoreStatus::State::hanging;
  if (hangs == std::exchange(said_hanging_, hangs)) return;
  if (hangs) {
    events_.on_line(
        LogLevel::error,
        fmt::format("the disk of the store {} does not answer; monitoring continues, and new data stays in memory until it does",
                    found.path));
  } else {
    events_.on_line(LogLevel::warning, fmt::format("the disk of the store {} answers again", found.path));
  }
}

StoreStatus Store::status(SteadyTime now) const {
  const Lock lock(work_->mutex);
  StoreStatus found = work_->status;
  found.pending = work_->next.entries() + work_->writing;
  found.pending_bytes = work_->next.bytes() + work_->writing_bytes;
  if (work_->busy_since) found.busy_for = now - *work_->busy_since;
  const bool open = found.state == StoreStatus::State::well || found.state == StoreStatus::State::opening;
  if (open && found.busy_for >= kHanging) found.state = StoreStatus::State::hanging;
  return found;
}

}  // namespace merlin::daemon
