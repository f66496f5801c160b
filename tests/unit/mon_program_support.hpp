// A folder of its own, a merlind that gives prepared answers, and the real program mon run against both.
#pragma once

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <boost/test/unit_test.hpp>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <mutex>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>
#include <vector>

#include "tests/unit/temp_folder.hpp"

namespace mon_test {

using nlohmann::ordered_json;
using Folder = merlin::test::TempFolder;

// Listens in a thread; answers every line with what `answer` returns, unchanged.
class FakeDaemon {
 public:
  using Answer = std::function<std::string(const ordered_json& request)>;

  FakeDaemon(const std::string& path, Answer answer)
      : answer_(std::move(answer)), socket_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    BOOST_REQUIRE(path.size() < sizeof address.sun_path);
    path.copy(address.sun_path, path.size());
    BOOST_REQUIRE(::bind(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
    BOOST_REQUIRE(::listen(socket_, 16) == 0);
    thread_ = std::thread([this] { serve(); });
  }
  ~FakeDaemon() {
    ends_ = true;
    thread_.join();
    ::close(socket_);
  }
  FakeDaemon(const FakeDaemon&) = delete;
  FakeDaemon& operator=(const FakeDaemon&) = delete;

  std::vector<ordered_json> requests() {
    const std::lock_guard lock(mutex_);
    return requests_;
  }

 private:
  void serve() {
    while (!ends_) {
      pollfd waiting{socket_, POLLIN, 0};
      if (::poll(&waiting, 1, 20) <= 0) continue;
      const int client = ::accept4(socket_, nullptr, nullptr, SOCK_CLOEXEC);
      if (client < 0) continue;
      answer_one(client);
      ::close(client);
    }
  }

  void answer_one(int client) {
    std::string line;
    for (char c = 0; ::read(client, &c, 1) == 1 && c != '\n';) line += c;
    const auto request = ordered_json::parse(line, nullptr, false);
    {
      const std::lock_guard lock(mutex_);
      requests_.push_back(request);
    }
    const std::string answer = answer_(request);
    for (std::size_t sent = 0; sent < answer.size();) {
      const ssize_t got = ::send(client, answer.data() + sent, answer.size() - sent, MSG_NOSIGNAL);
      if (got <= 0) return;
      sent += static_cast<std::size_t>(got);
    }
  }

  Answer answer_;
  int socket_;
  std::atomic<bool> ends_ = false;
  std::mutex mutex_;
  std::vector<ordered_json> requests_;
  std::thread thread_;
};

struct Outcome {
  int status = -1;
  std::string out;
  std::string err;
};

inline std::string all_of(std::FILE* stream) {
  std::string text;
  for (int c = std::fgetc(stream); c != EOF; c = std::fgetc(stream)) text += static_cast<char>(c);
  return text;
}

// `arguments` in shell syntax; merlin.conf is the one in `folder`.
inline Outcome run_mon(const Folder& folder, const std::string& arguments) {
  const std::string errors = folder.file("stderr");
  const std::string line =
      "LC_ALL=C.UTF-8 COLUMNS=100 MERLIN_CONF='" + folder.file("merlin.conf") + "' " MON_PROGRAM " " + arguments + " 2>'" + errors + "'";
  std::FILE* pipe = ::popen(line.c_str(), "r");
  BOOST_REQUIRE(pipe != nullptr);
  Outcome outcome;
  outcome.out = all_of(pipe);
  const int ended = ::pclose(pipe);
  outcome.status = WIFEXITED(ended) ? WEXITSTATUS(ended) : -1;
  outcome.err = folder.read("stderr");
  std::filesystem::remove(errors);
  return outcome;
}

// Positions name a file in a folder that differs between runs.
inline std::string without_folder(std::string text, const Folder& folder) {
  const std::string prefix = folder.file("");
  for (std::size_t at = text.find(prefix); at != std::string::npos; at = text.find(prefix)) text.erase(at, prefix.size());
  return text;
}

}  // namespace mon_test
