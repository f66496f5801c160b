#include "mon/ssh/side_by_side.hpp"

#include <algorithm>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

namespace merlin::mon::ssh {

void side_by_side(std::size_t count, const std::function<void(std::size_t)>& work, const std::function<void(std::size_t)>& done) {
  std::mutex mutex;
  std::condition_variable changed;
  std::size_t next = 0;
  std::vector<bool> ended(count, false);
  std::exception_ptr fault;

  const auto labour = [&] {
    std::unique_lock lock(mutex);
    while (next < count) {
      const std::size_t mine = next++;
      lock.unlock();
      std::exception_ptr thrown;
      try {
        work(mine);
      } catch (...) {
        thrown = std::current_exception();
      }
      lock.lock();
      if (!fault) fault = thrown;
      ended[mine] = true;
      changed.notify_one();
    }
  };
  std::vector<std::jthread> threads;
  for (std::size_t i = 0; i < std::min(count, kMostAtOnce); ++i) threads.emplace_back(labour);

  for (std::size_t i = 0; i < count; ++i) {
    {
      std::unique_lock lock(mutex);
      changed.wait(lock, [&] { return ended[i]; });
    }
    done(i);
  }
  threads.clear();
  if (fault) std::rethrow_exception(fault);
}

}  // namespace merlin::mon::ssh
