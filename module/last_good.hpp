// The last right merlin.conf of this process. The core unloads its modules when it reloads, and loads them anew: what a
// module wants to know then it must leave where the process keeps it. That is a nameless file in memory (memfd), which is
// no child's and ends with the process. Holds what loading has read, so that a reload can read the very same again.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "config/load.hpp"
#include "config/sources.hpp"

namespace merlin::neb {

// Reads through to `below` and remembers every answer.
class Recorder final : public config::Sources {
 public:
  // Question to answer.
  using Record = std::map<std::string, std::string>;

  explicit Recorder(config::Sources& below) : below_(below) {}

  Result<std::string> read(const std::string& path) override;
  std::vector<std::string> match(const std::string& pattern) override;
  std::string identity(const std::string& path) override;
  std::string host_name() override;

  const Record& record() const { return record_; }

 private:
  config::Sources& below_;
  Record record_;
};

// Gives the answers of a record; what was not asked then is not there.
class Replay final : public config::Sources {
 public:
  explicit Replay(Recorder::Record record) : record_(std::move(record)) {}

  Result<std::string> read(const std::string& path) override;
  std::vector<std::string> match(const std::string& pattern) override;
  std::string identity(const std::string& path) override;
  std::string host_name() override;

 private:
  std::string answer(const std::string& question) const;

  Recorder::Record record_;
};

// Replaces what was kept. Best effort: without memory for it the next reload has nothing to fall back on.
void keep_in_process(const Recorder::Record& record);
// Nothing: none was kept by this process.
std::optional<Recorder::Record> kept_in_process();

struct Loading {
  config::LoadResult result;  // of `path`, or of what was kept where that is wrong
  std::vector<Error> errors;  // of `path` as it is
  bool is_last_good = false;
};

// Loads `path`. A right file is kept; for a wrong one the last right one of this process is used, if there is one.
Loading load_or_fall_back(const std::string& path, config::Sources& disk);

}  // namespace merlin::neb
