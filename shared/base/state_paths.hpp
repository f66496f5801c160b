// The names of all files below state_dir and tls_dir of daemon { }: merlind, the module and mon take them from here.
#pragma once

#include <string>
#include <vector>

namespace merlin {

// What merlind keeps across restarts, and mon beside it.
class StatePaths {
 public:
  explicit StatePaths(std::string state_dir) : folder_(std::move(state_dir)) {}

  const std::string& folder() const { return folder_; }
  std::string state() const { return folder_ + "/state"; }  // terms and counters
  std::string store() const { return folder_ + "/store.db"; }
  std::string known_nodes() const { return folder_ + "/known_nodes"; }
  std::string config_history() const { return folder_ + "/config_history"; }
  // merlind's own; SQLite keeps two files beside the store.
  std::vector<std::string> of_daemon() const {
    return {state(), known_nodes(), config_history(), store(), store() + "-wal", store() + "-shm"};
  }
  // mon's copy of the core's log of another node.
  std::string log_copy(const std::string& node) const { return folder_ + "/logs/" + node + ".log"; }

 private:
  std::string folder_;
};

// A folder with one key and its certificate, and what belongs to them.
class TlsPaths {
 public:
  explicit TlsPaths(std::string tls_dir) : folder_(std::move(tls_dir)) {}

  const std::string& folder() const { return folder_; }
  std::string key() const { return folder_ + "/key.pem"; }
  std::string certificate() const { return folder_ + "/cert.pem"; }
  std::string trusted() const { return folder_ + "/trusted.json"; }  // mon's list of certificates
  // The pair of a module that connects by TLS; the pair that will replace this one; the one that it replaced.
  TlsPaths of_module() const { return TlsPaths(folder_ + "/module"); }
  TlsPaths next() const { return TlsPaths(folder_ + "/next"); }
  TlsPaths previous() const { return TlsPaths(folder_ + "/previous"); }

 private:
  std::string folder_;
};

}  // namespace merlin
