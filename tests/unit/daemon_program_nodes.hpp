// Two nodes whose files name each other.
#pragma once

#include <pwd.h>
#include <sys/stat.h>

#include "shared/net/connection.hpp"
#include "shared/net/tcp_socket.hpp"
#include "tests/unit/daemon_program_support.hpp"

namespace daemon_test {

using merlin::wire::MessageType;

struct Pair {
  Pair() {
    a.write_conf(a.block_for(b));
    b.write_conf(b.block_for(a));
  }
  void start() {
    a.start();
    b.start();
    BOOST_REQUIRE(wait_until([&] { return a.is_linked_with(b) && b.is_linked_with(a); }));
  }
  Merlind a{"a"};
  Merlind b{"b"};
};

inline std::string run_merlind(const std::vector<std::string>& words, int& status) {
  std::vector<std::string> all{MERLIND};
  all.insert(all.end(), words.begin(), words.end());
  return run(all, status);
}

}  // namespace daemon_test
