// A node with an ssh server on the loopback that lets everybody in and runs the real program mon on that node's own files. mon has another
// home there than the user who runs the test.
#pragma once

#include <arpa/inet.h>
#include <fcntl.h>
#include <libssh/callbacks.h>
#include <libssh/libssh.h>
#include <libssh/server.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <list>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "shared/net/fd.hpp"
#include "shared/net/identity.hpp"
#include "tests/unit/mon_program_support.hpp"

namespace mon_test {

// What a client asked to be run, until the client has its status.
class ServedCommand {
 public:
  explicit ServedCommand(ssh_channel channel) : channel_(channel) {
    callbacks_.userdata = this;
    callbacks_.channel_data_function = [](ssh_session, ssh_channel, void* data, std::uint32_t length, int, void* self) {
      static_cast<ServedCommand*>(self)->input(static_cast<const char*>(data), length);
      return static_cast<int>(length);
    };
    callbacks_.channel_eof_function = [](ssh_session, ssh_channel, void* self) { static_cast<ServedCommand*>(self)->in_.reset(); };
    ssh_callbacks_init(&callbacks_);
    ::ssh_set_channel_callbacks(channel_, &callbacks_);
  }
  ~ServedCommand() {
    ::ssh_channel_free(channel_);
    if (pid_ > 0) ::kill(-pid_, SIGKILL);
    if (pid_ > 0) ::waitpid(pid_, nullptr, 0);
  }
  ServedCommand(const ServedCommand&) = delete;
  ServedCommand& operator=(const ServedCommand&) = delete;

  // `path`: where its programs are found first. If it contains a file "forced", every command is given to the program of a restricted key.
  int run(const std::string& wanted, const std::string& path) {
    const std::string line = std::filesystem::exists(path + "/forced") ? "exec mon sshkey serve" : wanted;
    auto in = pipe();
    auto out = pipe();
    auto err = pipe();
    const std::string search = "PATH=" + path + ":/usr/bin:/bin";
    std::vector<char*> words{arg("sh"), arg("-c"), arg(line), nullptr};
    std::vector<char*> environment{arg(search), arg("SSH_CONNECTION=127.0.0.1 1 127.0.0.1 2"), arg("SSH_ORIGINAL_COMMAND=" + wanted),
                                   nullptr};
    pid_ = ::fork();
    if (pid_ == 0) {
      ::setpgid(0, 0);
      sigset_t none;
      sigemptyset(&none);
      ::sigprocmask(SIG_SETMASK, &none, nullptr);
      ::dup2(in[0].get(), 0);
      ::dup2(out[1].get(), 1);
      ::dup2(err[1].get(), 2);
      ::execve("/bin/sh", words.data(), environment.data());
      ::_exit(127);
    }
    in_ = std::move(in[1]);
    out_ = std::move(out[0]);
    err_ = std::move(err[0]);
    ::fcntl(out_.get(), F_SETFL, O_NONBLOCK);
    ::fcntl(err_.get(), F_SETFL, O_NONBLOCK);
    return 0;
  }

  // Passes on what it printed; true a moment after the client has everything: servers may close a channel when the next one is in use.
  bool turn() {
    if (is_over_) return std::chrono::steady_clock::now() - ended_at_ > kCloseDelay;
    if (pid_ <= 0) return false;
    if (::ssh_channel_is_closed(channel_) != 0) return true;
    const bool passed_out = pass(out_, false);
    const bool quiet = !pass(err_, true) && !passed_out;
    int status = 0;
    if (!quiet || out_ || err_ || ::waitpid(pid_, &status, WNOHANG) != pid_) return false;
    pid_ = 0;
    ::ssh_channel_request_send_exit_status(channel_, WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
    ::ssh_channel_send_eof(channel_);
    ended_at_ = std::chrono::steady_clock::now();
    is_over_ = true;
    return false;
  }

 private:
  static std::array<merlin::net::Fd, 2> pipe() {
    std::array<int, 2> ends{-1, -1};
    static_cast<void>(::pipe2(ends.data(), O_CLOEXEC));
    return {merlin::net::Fd(ends[0]), merlin::net::Fd(ends[1])};
  }

  char* arg(const std::string& text) { return texts_.emplace_back(text).data(); }

  void input(const char* data, std::size_t length) {
    while (length > 0 && in_) {
      const ssize_t written = ::write(in_.get(), data, length);
      if (written <= 0) return in_.reset();
      data += written;
      length -= static_cast<std::size_t>(written);
    }
  }

  // Whether there was anything.
  bool pass(merlin::net::Fd& from, bool is_error) {
    std::array<char, 32'768> buffer;
    const ssize_t got = from ? ::read(from.get(), buffer.data(), buffer.size()) : -1;
    if (got == 0) from.reset();
    if (got <= 0) return false;
    const auto length = static_cast<std::uint32_t>(got);
    const int sent =
        is_error ? ::ssh_channel_write_stderr(channel_, buffer.data(), length) : ::ssh_channel_write(channel_, buffer.data(), length);
    if (sent < 0) from.reset();
    return true;
  }

  ssh_channel channel_;
  ssh_channel_callbacks_struct callbacks_{};
  std::list<std::string> texts_;
  merlin::net::Fd in_, out_, err_;
  static constexpr std::chrono::milliseconds kCloseDelay{30};

  pid_t pid_ = 0;
  bool is_over_ = false;
  std::chrono::steady_clock::time_point ended_at_{};
};

// One connection of a client, in a thread.
class ServedSession {
 public:
  ServedSession(ssh_bind bind, int socket, const std::string& path, const std::atomic<bool>& ends)
      : session_(::ssh_new()), path_(path), ends_(ends) {
    callbacks_.userdata = this;
    callbacks_.auth_none_function = [](ssh_session, const char*, void*) -> int { return SSH_AUTH_SUCCESS; };
    callbacks_.channel_open_request_session_function = [](ssh_session session, void* self) -> ssh_channel {
      return static_cast<ServedSession*>(self)->open(session);
    };
    ssh_callbacks_init(&callbacks_);
    ::ssh_set_server_callbacks(session_, &callbacks_);
    if (::ssh_bind_accept_fd(bind, session_, socket) != SSH_OK) ::close(socket);
    thread_ = std::thread([this] { serve(); });
  }
  ~ServedSession() { thread_.join(); }
  ServedSession(const ServedSession&) = delete;
  ServedSession& operator=(const ServedSession&) = delete;

 private:
  ssh_channel open(ssh_session session) {
    const ssh_channel channel = ::ssh_channel_new(session);
    commands_.push_back(std::make_unique<Opened>(this, channel));
    return channel;
  }

  struct Opened {
    Opened(ServedSession* owner, ssh_channel opened) : channel(opened), command(opened) {
      callbacks.userdata = this;
      session = owner;
      callbacks.channel_exec_request_function = [](ssh_session, ssh_channel, const char* line, void* self) {
        auto* mine = static_cast<Opened*>(self);
        return mine->command.run(line, mine->session->path_);
      };
      ssh_callbacks_init(&callbacks);
      ::ssh_add_channel_callbacks(channel, &callbacks);
    }
    ssh_channel channel;
    ServedCommand command;
    ServedSession* session = nullptr;
    ssh_channel_callbacks_struct callbacks{};
  };

  void serve() {
    ::ssh_set_auth_methods(session_, SSH_AUTH_METHOD_NONE);
    const ssh_event event = ::ssh_event_new();
    if (::ssh_handle_key_exchange(session_) == SSH_OK && ::ssh_event_add_session(event, session_) == SSH_OK) {
      while (!ends_ && ::ssh_is_connected(session_) != 0 && ::ssh_event_dopoll(event, kTurnMs) != SSH_ERROR)
        commands_.remove_if([](const auto& opened) { return opened->command.turn(); });
      ::ssh_event_remove_session(event, session_);
    }
    commands_.clear();
    ::ssh_event_free(event);
    ::ssh_disconnect(session_);
    ::ssh_free(session_);
  }

  static constexpr int kTurnMs = 5;

  ssh_session session_;
  const std::string path_;
  const std::atomic<bool>& ends_;
  ssh_server_callbacks_struct callbacks_{};
  std::list<std::unique_ptr<Opened>> commands_;
  std::thread thread_;
};

// The environment in which mon runs with this folder's files.
inline std::string environment_of(const Folder& folder) {
  return "LC_ALL=C.UTF-8 COLUMNS=100 ASAN_OPTIONS=verify_asan_link_order=0:$ASAN_OPTIONS LD_PRELOAD=" MON_TEST_HOME " MERLIN_TEST_HOME='" +
         folder.file("home") + "' MERLIN_CONF='" + folder.file("merlin.conf") + "' ";
}

class SshNode {
 public:
  // `conf` is added to its merlin.conf.
  explicit SshNode(const std::string& name, const std::string& conf = "") : name_(name) {
    folder.write("merlin.conf", "node_name = " + name + "\ndaemon {\n\tcontrol_socket = " + folder.file("sock") +
                                    "\n\ttls_dir = " + folder.file("tls") + "\n}\n" + conf);
    std::filesystem::create_directories(folder.file("home/.ssh"));
    const auto now = std::chrono::duration_cast<merlin::Millis>(std::chrono::system_clock::now().time_since_epoch());
    BOOST_REQUIRE(merlin::net::load_or_create_identity(folder.file("tls"), std::nullopt, merlin::WallTime(now)).ok());
    before_mon("");
    ::signal(SIGPIPE, SIG_IGN);
    ssh_key key = nullptr;
    BOOST_REQUIRE(::ssh_pki_generate(SSH_KEYTYPE_ED25519, 0, &key) == SSH_OK);
    unsigned char* hash = nullptr;
    std::size_t size = 0;
    BOOST_REQUIRE(::ssh_get_publickey_hash(key, SSH_PUBLICKEY_HASH_SHA256, &hash, &size) == 0);
    char* const shown = ::ssh_get_fingerprint_hash(SSH_PUBLICKEY_HASH_SHA256, hash, size);
    host_key_ = shown;
    ::ssh_string_free_char(shown);
    ::ssh_clean_pubkey_hash(&hash);
    bind_ = ::ssh_bind_new();
    const bool no = false;
    ::ssh_bind_options_set(bind_, SSH_BIND_OPTIONS_PROCESS_CONFIG, &no);
    ::ssh_bind_options_set(bind_, SSH_BIND_OPTIONS_IMPORT_KEY, key);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = ::htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    BOOST_REQUIRE(::bind(socket_.get(), reinterpret_cast<sockaddr*>(&address), length) == 0 && ::listen(socket_.get(), 8) == 0);
    BOOST_REQUIRE(::getsockname(socket_.get(), reinterpret_cast<sockaddr*>(&address), &length) == 0);
    port_ = ::ntohs(address.sin_port);
    thread_ = std::thread([this] { accept(); });
  }
  ~SshNode() {
    ends_ = true;
    thread_.join();
    sessions_.clear();
    ::ssh_bind_free(bind_);
  }
  SshNode(const SshNode&) = delete;
  SshNode& operator=(const SshNode&) = delete;

  // Its block in another node's merlin.conf. The ssh server also stands for merlind, which need not answer.
  std::string block(const std::string& more = "") const {
    const std::string number = std::to_string(port_);
    return "peer " + name_ + " {\n\taddress = 127.0.0.1\n\tport = " + number + "\n\tssh_port = " + number + "\n" + more + "}\n";
  }
  // The same as settings of `mon node add`.
  std::string settings() const {
    const std::string number = std::to_string(port_);
    return "address=127.0.0.1 port=" + number + " ssh_port=" + number;
  }
  std::string conf() const { return folder.read("merlin.conf"); }
  int port() const { return port_; }
  const std::string& host_key() const { return host_key_; }  // "SHA256:…"

  // Shell commands that run before mon does, when another node runs mon here.
  void before_mon(const std::string& lines) const {
    folder.write("bin/mon", "#!/bin/sh\n" + lines + "\nexport " + environment_of(folder) + "\nexec " MON_PROGRAM " \"$@\"\n");
    ::chmod(folder.file("bin/mon").c_str(), 0755);
  }

  // mon on this node itself; its process id is in the file `pid`.
  Outcome mon(const std::string& arguments) const {
    const std::string line = environment_of(folder) + "sh -c 'echo $$ >\"$0\"; exec " MON_PROGRAM " \"$@\"' '" + folder.file("pid") + "' " +
                             arguments + " 2>'" + folder.file("stderr") + "' </dev/null";
    std::FILE* pipe = ::popen(line.c_str(), "r");
    BOOST_REQUIRE(pipe != nullptr);
    Outcome outcome;
    outcome.out = without_folder(all_of(pipe), folder);
    const int ended = ::pclose(pipe);
    outcome.status = WIFEXITED(ended) ? WEXITSTATUS(ended) : -1;
    outcome.err = without_folder(folder.read("stderr"), folder);
    return outcome;
  }

  Folder folder;

 private:
  void accept() {
    while (!ends_) {
      pollfd waiting{socket_.get(), POLLIN, 0};
      if (::poll(&waiting, 1, 20) <= 0) continue;
      const int client = ::accept4(socket_.get(), nullptr, nullptr, SOCK_CLOEXEC);
      if (client >= 0) sessions_.emplace_back(bind_, client, folder.file("bin"), ends_);
    }
  }

  const std::string name_;
  merlin::net::Fd socket_{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  int port_ = 0;
  std::string host_key_;
  ssh_bind bind_ = nullptr;
  std::atomic<bool> ends_ = false;
  std::list<ServedSession> sessions_;
  std::thread thread_;
};

}  // namespace mon_test
