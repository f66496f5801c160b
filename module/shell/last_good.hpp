// The last valid merlin.conf of this process. The core unloads its modules when it reloads, and loads them again, so a module must store
// what it needs later in the process: in an unnamed file in memory (memfd), which no child inherits and which ends with the process. It
// contains everything that loading has read, so that a reload can read exactly the same.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "shared/config/load.hpp"
#include "shared/config/sources.hpp"

namespace merlin::neb {

// Passes reads on to `below` and records every answer.
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

// Gives the recorded answers; anything else does not exist.
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

// Replaces the stored record. Best effort: without memory, the next reload has no fallback.
void keep_in_process(const Recorder::Record& record);
// Empty: this process has stored none.
std::optional<Recorder::Record> kept_in_process();

// Conversion to and from the stored text. Empty: it is damaged, or of another version.
std::string record_text(const Recorder::Record& record);
std::optional<Recorder::Record> parse_record(std::string_view text);

struct Loading {
  config::LoadResult result;  // of `path`, or of the stored record if `path` is invalid
  std::vector<Error> errors;  // of `path` itself
  bool is_last_good = false;
};

// Loads `path`. A valid file is stored; if it is invalid, the last valid one of this process is used, if there is one.
Loading load_or_fall_back(const std::string& path, config::Sources& disk);

}  // namespace merlin::neb
