#include "daemon/store/store_work.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <iterator>
#include <utility>

#include "daemon/process/clocks.hpp"

namespace merlin::daemon {
namespace {

constexpr std::chrono::seconds kLookAside{10};
constexpr Millis kRemoveEvery{10'000};

SteadyTime present() { return read_clocks().steady; }

std::string fix_of(const Error& error) { return error.fix.empty() ? "" : "; " + error.fix; }

}  // namespace

StoreWork::StoreWork(StoreFile::Place place) : file_(std::move(place)) {
  status.path = file_.path();
  file_.set_patience([this] { return goes_on_waiting(); });
}

void StoreWork::run() {
  Lock lock(mutex);
  open_first(lock);
  while (wait_for_work(lock)) {
    if (has_questions()) answer_questions(lock);
    if (is_write_due()) write_next(lock);
  }
  lock.unlock();
  file_.close();
  lock.lock();
  status.state = StoreStatus::State::closed;
  ended = true;
  tell({});
}

void StoreWork::open_first(Lock& lock) {
  busy_since = present();
  patient_until_ = *busy_since + Store::kStartPatience;
  lock.unlock();
  OpenedStore opened = file_.open();
  const std::uint64_t bytes = file_.bytes();
  lock.lock();
  busy_since.reset();
  status.bytes = bytes;
  is_known_ = !opened.fault;
  tell({{}, std::move(opened.said), false, opened.set_aside, {}, {}, {}});
  note(opened.fault, 0);
  if (wants_held) held = std::move(opened.held);
  rejects = opened.rejects;
  tell({});
}

// False: the thread must end.
bool StoreWork::wait_for_work(Lock& lock) {
  const auto woken = [this] { return abandoned || stop_at || has_questions() || (retry_ == Millis{0} && !next.empty()); };
  while (!woken()) {
    if (retry_ > Millis{0}) {
      if (!changed.wait_for(lock, std::max(Millis{0}, retry_at_ - present()), woken)) return true;
    } else if (status.set_aside.empty()) {
      changed.wait(lock, woken);
    } else if (!changed.wait_for(lock, kLookAside, woken)) {
      look_aside();
    }
  }
  if (abandoned) return false;
  if (!stop_at) return true;
  const bool goes_on = !next.empty() && !(last_try_ && retry_ > Millis{0}) && present() < *stop_at;
  last_try_ = true;
  return goes_on;
}

bool StoreWork::is_write_due() const {
  if (stop_at) return true;
  return retry_ > Millis{0} ? present() >= retry_at_ : !next.empty();
}

// All current queries; while the file cannot be used, the answer is that nothing was found.
void StoreWork::answer_questions(Lock& lock) {
  const std::deque<cluster::ReadEvents> to_read = std::exchange(reads, {});
  const std::deque<Search> to_find = std::exchange(searches, {});
  busy_since = present();
  patient_until_ = *busy_since + Store::kLockPatience;
  lock.unlock();
  News found;
  for (const cluster::ReadEvents& asked : to_read) {
    auto read = file_.read_events(asked);
    note_damage(read.fault);
    found.read.push_back(std::move(read.value));
  }
  for (const Search& search : to_find) {
    auto events = file_.find_events(search.query);
    note_damage(events.fault);
    found.found.emplace_back(search.number, std::move(events.value));
  }
  lock.lock();
  busy_since.reset();
  tell(std::move(found));
}

// The data read is damaged: the next write creates a new file.
void StoreWork::note_damage(const std::optional<StoreFault>& fault) {
  if (!fault || !fault->is_damaged) return;
  distrusted_ = true;
  file_.close();
}

void StoreWork::remove_old_events(Millis age, std::uint64_t bytes, News& found) {
  const SteadyTime now = present();
  if (!more_to_remove_ && now - removed_at_ < kRemoveEvery) return;
  removed_at_ = now;
  const std::int64_t wall_ms = read_clocks().wall.time_since_epoch().count();
  const auto removed = file_.remove_oldest(age > Millis{0} ? wall_ms - age.count() : INT64_MIN, bytes);
  more_to_remove_ = removed.value;
  if (removed.fault) file_.close();
  note_damage(removed.fault);
  if (removed.value) found.kept = file_.streams();
}

void StoreWork::write_next(Lock& lock) {
  StoreBatch batch = std::exchange(next, {});
  writing = batch.entries();
  writing_bytes = batch.bytes();
  busy_since = present();
  patient_until_ = *busy_since + Store::kLockPatience;
  const Millis age = keep_age;
  const std::uint64_t most_bytes = keep_bytes;
  lock.unlock();
  News found;
  const std::optional<StoreFault> fault = write(batch, found);
  if (!fault) remove_old_events(age, most_bytes, found);
  const std::uint64_t bytes = file_.bytes();
  lock.lock();
  busy_since.reset();
  writing = writing_bytes = 0;
  status.bytes = bytes;
  answer(batch, !fault);
  const std::size_t entries = batch.entries();
  if (fault) next.put_below(std::move(batch));
  tell(std::move(found));
  note(fault, entries);
  tell({});
}

// A damaged or missing file is replaced at once, and pending data is written into the new one.
std::optional<StoreFault> StoreWork::write(const StoreBatch& batch, News& found) {
  std::optional<StoreFault> fault;
  for (int attempt = 0; attempt < 2; ++attempt) {
    fault = file_.is_open() ? std::nullopt : open_again(found);
    if (!fault) fault = file_.write(batch);
    if (!fault || !fault->is_damaged) return fault;
    distrusted_ = true;
  }
  return fault;
}

std::optional<StoreFault> StoreWork::open_again(News& found) {
  if (is_known_ && !distrusted_) {
    std::optional<StoreFault> fault = file_.reopen();
    if (!fault || !fault->is_damaged) return fault;
  }
  OpenedStore opened = file_.open(distrusted_);
  if (opened.fault) return opened.fault;
  is_known_ = true;
  distrusted_ = false;
  found.lost = opened.begun_anew;
  std::move(opened.said.begin(), opened.said.end(), std::back_inserter(found.lines));
  found.set_aside = opened.set_aside;
  return std::nullopt;
}

void StoreWork::answer(const StoreBatch& batch, bool ok) {
  for (const StoreBatch::Ticket& ticket : batch.tickets()) news.answers.push_back({ticket.number, ok && ticket.whole});
}

void StoreWork::note(const std::optional<StoreFault>& fault, std::size_t entries) {
  status.epoch = file_.epoch();
  status.rows = file_.rows();
  status.forwards = file_.forwards();
  status.events = file_.events();
  const bool was_failing = retry_ > Millis{0};
  if (!fault) {
    status.state = StoreStatus::State::well;
    status.fault.reset();
    retry_ = Millis{0};
    if (was_failing) {
      news.lines.push_back(
          {LogLevel::warning, fmt::format("the store {} works again: wrote the kept {} rows and results", status.path, entries)});
    }
    return;
  }
  status.state = StoreStatus::State::failing;
  status.fault = fault->error;
  status.last_error = fault->error.what;
  retry_ = was_failing ? std::min(retry_ * 2, Store::kLastRetry) : Store::kFirstRetry;
  retry_at_ = present() + retry_;
  if (was_failing) return;
  news.lines.push_back(
      {LogLevel::error, fmt::format("the store cannot be written: {}: {}; monitoring continues, and new data is kept until it works "
                                    "again{}",
                                    status.path, fault->error.what, fix_of(fault->error))});
}

void StoreWork::note_aside(const std::string& name) {
  if (!name.empty()) status.set_aside = name;
}

void StoreWork::tell(News found) {
  std::move(found.lines.begin(), found.lines.end(), std::back_inserter(news.lines));
  news.lost = news.lost || found.lost;
  note_aside(found.set_aside);
  std::move(found.read.begin(), found.read.end(), std::back_inserter(news.read));
  std::move(found.found.begin(), found.found.end(), std::back_inserter(news.found));
  if (!found.kept.empty()) news.kept = std::move(found.kept);
  changed.notify_all();
  if (wake) wake();
}

// After an administrator has examined and removed the damaged file, it need not be reported any more.
void StoreWork::look_aside() {
  if (::access(status.set_aside.c_str(), F_OK) != 0) status.set_aside.clear();
}

bool StoreWork::goes_on_waiting() {
  const Lock lock(mutex);
  const SteadyTime now = present();
  return !abandoned && now < patient_until_ && !(stop_at && now >= *stop_at);
}

}  // namespace merlin::daemon
