// While a core is restarted for a push: shows why the node takes longer to return.
#pragma once

#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>

#include "mon/cli/command.hpp"
#include "mon/cli/progress_bar.hpp"

namespace merlin::mon {

class ReturnWatch {
 public:
  // Asks merlind here about `node` every second, until it is destroyed. All parameters must outlive it.
  ReturnWatch(const Call& call, std::string node, ProgressBar& bar);

 private:
  void watch(const std::stop_token& ends);
  void look();

  const Call& call_;
  const std::string node_;
  ProgressBar& bar_;
  bool is_reported_ = false;
  std::mutex mutex_;
  std::condition_variable_any wake_;
  std::jthread thread_;  // the last member: it uses the others
};

}  // namespace merlin::mon
