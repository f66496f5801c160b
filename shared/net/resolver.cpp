#include "shared/net/resolver.hpp"

#include <netdb.h>
#include <signal.h>

#include <cstring>
#include <deque>
#include <mutex>
#include <system_error>
#include <thread>

namespace merlin::net {

namespace {

Error not_found(const HostPort& where, const std::string& why) {
  return Error{"the name cannot be resolved: " + why, where.host, "correct the name, or write its IP address"};
}

Result<Addresses> guarded_lookup(const Resolver::Lookup& lookup, const HostPort& where) {
  try {
    return lookup(where);
  } catch (const std::exception& caught) {
    return not_found(where, caught.what());
  }
}

// Signals are handled by the loop's thread.
class AllSignalsBlocked {
 public:
  AllSignalsBlocked() {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  AllSignalsBlocked(AllSignalsBlocked&&) = delete;
  ~AllSignalsBlocked() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

 private:
  sigset_t before_{};
};

}  // namespace

struct Resolver::Shared {
  struct Job {
    HostPort where;
    std::weak_ptr<const Answer> query;
  };
  struct Done {
    std::weak_ptr<const Answer> query;
    Result<Addresses> addresses;
  };

  explicit Shared(Lookup chosen) : lookup(std::move(chosen)) {}

  bool add(Job job);
  // Whether a new worker is needed; it is then counted as running.
  bool reserve_worker();
  void worker_failed();
  std::optional<Job> next_job();
  void finish(Done result);
  static void work(const std::shared_ptr<Shared>& shared);

  const Lookup lookup;
  std::mutex mutex;  // guards the following members
  std::deque<Job> jobs;
  std::vector<Done> done;
  std::size_t workers = 0;
  ev::async* wake = nullptr;  // null after the Resolver was destroyed
};

bool Resolver::Shared::add(Job job) {
  const std::lock_guard lock(mutex);
  if (jobs.size() >= kMaxWaiting) return false;
  jobs.push_back(std::move(job));
  return true;
}

bool Resolver::Shared::reserve_worker() {
  const std::lock_guard lock(mutex);
  if (workers >= kMaxWorkers) return false;
  ++workers;
  return true;
}

// The existing workers process the jobs; without any worker the jobs fail.
void Resolver::Shared::worker_failed() {
  const std::lock_guard lock(mutex);
  if (--workers > 0) return;
  for (const Job& job : jobs) done.push_back({job.query, not_found(job.where, "no thread could be started")});
  jobs.clear();
  wake->send();
}

// Empty: the calling worker ends and is no longer counted.
std::optional<Resolver::Shared::Job> Resolver::Shared::next_job() {
  const std::lock_guard lock(mutex);
  if (jobs.empty()) {
    --workers;
    return std::nullopt;
  }
  Job job = std::move(jobs.front());
  jobs.pop_front();
  return job;
}

void Resolver::Shared::finish(Done result) {
  const std::lock_guard lock(mutex);
  if (wake == nullptr) return;
  done.push_back(std::move(result));
  wake->send();
}

void Resolver::Shared::work(const std::shared_ptr<Shared>& shared) {
  while (const std::optional<Job> job = shared->next_job()) {
    if (job->query.expired()) continue;
    shared->finish({job->query, guarded_lookup(shared->lookup, job->where)});
  }
}

Result<Addresses> look_up(const HostPort& where) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_NUMERICSERV;
  addrinfo* list = nullptr;
  const int error = ::getaddrinfo(where.host.c_str(), std::to_string(where.port).c_str(), &hints, &list);
  if (error != 0) return not_found(where, error == EAI_SYSTEM ? std::strerror(errno) : ::gai_strerror(error));
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner(list, &::freeaddrinfo);
  Addresses found;
  for (const addrinfo* one = list; one != nullptr && found.size() < Resolver::kMaxAddresses; one = one->ai_next) {
    if (const auto address = SocketAddress::from_system(one->ai_addr, one->ai_addrlen)) found.push_back(*address);
  }
  if (found.empty()) return not_found(where, "it has no IP address");
  return found;
}

Resolver::Resolver(ev::loop_ref loop, Lookup lookup) : wake_(loop), shared_(std::make_shared<Shared>(std::move(lookup))) {
  wake_.set<Resolver, &Resolver::deliver>(this);
  wake_.start();
  shared_->wake = &wake_;
}

Resolver::~Resolver() {
  const std::lock_guard lock(shared_->mutex);
  shared_->wake = nullptr;
  shared_->jobs.clear();
}

Resolver::Query Resolver::resolve(const HostPort& where, Answer answer) {
  Query query = std::make_shared<const Answer>(std::move(answer));
  if (const auto literal = SocketAddress::from_literal(where.host, where.port)) {
    shared_->finish({query, Addresses{*literal}});
    return query;
  }
  if (!shared_->add({where, query})) {
    shared_->finish({query, not_found(where, "too many lookups are waiting")});
    return query;
  }
  start_worker();
  return query;
}

void Resolver::start_worker() {
  if (!shared_->reserve_worker()) return;
  const AllSignalsBlocked signals_blocked;
  try {
    std::thread(&Shared::work, shared_).detach();
  } catch (const std::system_error&) {
    shared_->worker_failed();
  }
}

void Resolver::deliver() noexcept {
  std::vector<Shared::Done> answers;
  {
    const std::lock_guard lock(shared_->mutex);
    answers.swap(shared_->done);
  }
  for (Shared::Done& answer : answers) {
    const Query query = answer.query.lock();
    if (!query) continue;
    try {
      (*query)(std::move(answer.addresses));
    } catch (...) {
      // The handler's owner is responsible for its errors; the other answers must still be delivered.
    }
  }
}

}  // namespace merlin::net
