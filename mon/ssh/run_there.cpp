// Runs a command on another node, in an authenticated session.
#include <fmt/format.h>
#include <libssh/callbacks.h>
#include <poll.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <exception>
#include <map>
#include <optional>

#include "mon/ssh/job.hpp"
#include "mon/ssh/session_mark.hpp"
#include "mon/ssh/wait.hpp"
#include "shared/base/time.hpp"

namespace merlin::mon::ssh {
namespace {

using Clock = std::chrono::steady_clock;

constexpr Millis kLinger{1'000};  // for the output of an ended command
constexpr Millis kGraceAfterTerm{3'000};
constexpr Millis kGraceAfterKill{1'000};
constexpr Millis kLongest = std::chrono::hours(24 * 365);
constexpr Millis kStartTimeout{30'000};
constexpr int kTurnMs = 1'000;
constexpr std::uint32_t kMostInput = 32'768;  // bytes at a time

// Linux's signal numbers, for an exit status as in a shell.
int number_of_signal(std::string_view name) {
  static const std::map<std::string_view, int> kNumbers{{"HUP", 1},   {"INT", 2},   {"QUIT", 3},  {"ILL", 4},   {"ABRT", 6},
                                                        {"FPE", 8},   {"KILL", 9},  {"USR1", 10}, {"SEGV", 11}, {"USR2", 12},
                                                        {"PIPE", 13}, {"ALRM", 14}, {"TERM", 15}};
  const auto found = kNumbers.find(name);
  return found == kNumbers.end() ? 0 : found->second;
}

class RemoteRun {
 public:
  RemoteRun(ssh_session session, const std::string& name, const Job& job, const Interrupt& interrupt)
      : session_(session), name_(name), job_(job), interrupt_(interrupt), channel_(::ssh_channel_new(session)), event_(::ssh_event_new()) {}
  // libssh keeps the channel until the server has closed it too, and would call us during a later command of the session. It does not
  // free what it keeps of a descriptor together with the event.
  ~RemoteRun() {
    ::ssh_event_remove_fd(event_.get(), interrupt_.fd());
    if (input_watched_) ::ssh_event_remove_fd(event_.get(), job_.input);
    ::ssh_event_remove_session(event_.get(), session_);
    ::ssh_remove_channel_callbacks(channel_.get(), &callbacks_);
  }
  RemoteRun(const RemoteRun&) = delete;
  RemoteRun& operator=(const RemoteRun&) = delete;

  Result<Ended> run() {
    if (interrupt_.raised()) return Error{"interrupted", name_, ""};
    set_callbacks();
    if (auto started = start(); !started) return started.error();
    if (job_.input < 0) ::ssh_channel_send_eof(channel_.get());
    input_open_ = job_.input >= 0;
    last_news_ = begin_ = Clock::now();
    const bool lives = follow([this] { return interrupt_.raised() || exceeded().has_value(); }, kLongest);
    flush();
    if (const auto limit = exceeded()) return end_it(*limit);
    if (is_over()) return outcome();
    if (lives && interrupt_.raised()) return end_it("interrupted");
    return Error{"the connection was lost while the command ran", name_, "it is not known what it has done there"};
  }

 private:
  static int ignore_event(socket_t, int, void*) { return 0; }

  // libssh itself would wait without a limit for a server that does not answer.
  Result<> start() {
    const auto deadline = Clock::now() + kStartTimeout;
    const std::string line = marked_command(job_.line);
    const auto patiently = [&](const auto& step) {
      int outcome = step();
      while (outcome == SSH_AGAIN && wait_for_news(session_, deadline, interrupt_)) outcome = step();
      return outcome;
    };
    ::ssh_set_blocking(session_, 0);
    int outcome = patiently([&] { return ::ssh_channel_open_session(channel_.get()); });
    if (outcome == SSH_OK) outcome = patiently([&] { return ::ssh_channel_request_exec(channel_.get(), line.c_str()); });
    ::ssh_set_blocking(session_, 1);
    if (outcome == SSH_AGAIN && interrupt_.raised()) return Error{"interrupted", name_, "it may still be running there"};
    if (outcome == SSH_AGAIN) return Error{fmt::format("its ssh server does not answer for {} s", in_seconds(kStartTimeout)), name_, ""};
    const bool started = outcome == SSH_OK && ::ssh_event_add_session(event_.get(), session_) == SSH_OK &&
                         ::ssh_event_add_fd(event_.get(), interrupt_.fd(), POLLIN, ignore_event, nullptr) == SSH_OK;
    if (!started) return Error{fmt::format("the command cannot be started there: {}", ::ssh_get_error(session_)), name_, ""};
    return Ok{};
  }

  static std::int64_t in_seconds(Millis time) { return std::chrono::duration_cast<std::chrono::seconds>(time).count(); }

  // The limit that the command has exceeded.
  std::optional<std::string> exceeded() const {
    if (output_fault_) return output_fault_;
    if (!job_.limits) return std::nullopt;
    if (received_ > job_.limits->bytes) return fmt::format("its answer is longer than {} MiB", job_.limits->bytes >> 20);
    if (has_ended_) return std::nullopt;
    const auto now = Clock::now();
    if (now - last_news_ > job_.limits->silence) return fmt::format("no answer within {} s", in_seconds(job_.limits->silence));
    if (now - begin_ > job_.limits->time) return fmt::format("the command did not end within {} s", in_seconds(job_.limits->time));
    return std::nullopt;
  }

  void set_callbacks() {
    callbacks_.userdata = this;
    callbacks_.channel_data_function = [](ssh_session, ssh_channel, void* data, std::uint32_t length, int is_error, void* self) {
      static_cast<RemoteRun*>(self)->take({static_cast<const char*>(data), length}, is_error != 0);
      return static_cast<int>(length);
    };
    callbacks_.channel_exit_status_function = [](ssh_session, ssh_channel, int status, void* self) {
      static_cast<RemoteRun*>(self)->ended(status, "");
    };
    callbacks_.channel_exit_signal_function = [](ssh_session, ssh_channel, const char* signal, int, const char*, const char*, void* self) {
      static_cast<RemoteRun*>(self)->ended(128 + number_of_signal(signal), signal);
    };
    ssh_callbacks_init(&callbacks_);
    ::ssh_set_channel_callbacks(channel_.get(), &callbacks_);
  }

  void take(std::string_view bytes, bool is_error) {
    last_news_ = Clock::now();
    received_ += bytes.size();
    contain([&] {
      const std::string shown = is_error ? errors_.feed(bytes) : std::string();  // the mark is needed to end the command
      if (exceeded()) return;
      if (!is_error) job_.output(Stream::out, bytes);
      if (!shown.empty()) job_.output(Stream::err, shown);
    });
  }

  void flush() {
    contain([&] {
      const std::string shown = errors_.rest();
      if (!shown.empty()) job_.output(Stream::err, shown);
    });
  }

  // No exception may pass through libssh.
  template <class Work>
  void contain(const Work& work) {
    try {
      work();
    } catch (const std::exception& fault) {
      output_fault_ = fmt::format("its output cannot be processed: {}", fault.what());
    }
  }

  void ended(int status, std::string signal) {
    last_news_ = Clock::now();
    has_ended_ = true;
    end_ = {status, std::move(signal)};
  }

  bool is_closed() const { return ::ssh_channel_is_closed(channel_.get()) != 0 || ::ssh_channel_is_eof(channel_.get()) != 0; }
  bool is_over() const { return has_ended_ && (is_closed() || Clock::now() - last_news_ >= kLinger); }
  Result<Ended> outcome() const { return end_; }

  // Until the command has ended, `enough` returns true, or the time is up. False: the connection is lost.
  template <class Enough>
  bool follow(const Enough& enough, Millis at_most) {
    const auto begin = Clock::now();
    while (!is_over() && !enough() && Clock::now() - begin < at_most) {
      if (::ssh_channel_is_closed(channel_.get()) != 0 || ::ssh_is_connected(session_) == 0) return false;
      watch_input();
      if (::ssh_event_dopoll(event_.get(), has_ended_ ? 50 : kTurnMs) == SSH_ERROR) return false;
    }
    return true;
  }

  // The input is read only while the other end accepts more of it.
  void watch_input() {
    const bool wanted = input_open_ && !has_ended_ && ::ssh_channel_window_size(channel_.get()) > 0;
    if (wanted == input_watched_) return;
    input_watched_ = wanted;
    if (!wanted) {
      ::ssh_event_remove_fd(event_.get(), job_.input);
      return;
    }
    const auto on_input = [](socket_t, int, void* self) {
      static_cast<RemoteRun*>(self)->pass_input();
      return 0;
    };
    ::ssh_event_add_fd(event_.get(), job_.input, POLLIN, on_input, this);
  }

  void pass_input() {
    std::array<char, kMostInput> buffer;
    const std::size_t room = std::min<std::size_t>(buffer.size(), ::ssh_channel_window_size(channel_.get()));
    if (room == 0) return;
    const ssize_t got = ::read(job_.input, buffer.data(), room);
    if (got < 0 && (errno == EINTR || errno == EAGAIN)) return;
    last_news_ = Clock::now();
    if (got > 0 && ::ssh_channel_write(channel_.get(), buffer.data(), static_cast<std::uint32_t>(got)) == got) return;
    input_open_ = false;
    ::ssh_channel_send_eof(channel_.get());
  }

  Error end_it(const std::string& why) {
    follow([this] { return !errors_.process().empty(); }, kGraceAfterTerm);
    for (const auto& [signal, grace] : {std::pair{"TERM", kGraceAfterTerm}, std::pair{"KILL", kGraceAfterKill}}) {
      if (is_over() || errors_.process().empty()) break;
      send_signal(signal);
      if (!follow([] { return false; }, grace)) break;
    }
    flush();
    return {why, name_, is_over() ? "" : "it may still be running there"};
  }

  // By a separate command, because most servers refuse ssh's signals in root's sessions.
  void send_signal(const char* signal) {
    const Channel helper(::ssh_channel_new(session_));
    const std::string line = fmt::format("exec /bin/sh -c 'kill -{} -{}'", signal, errors_.process());
    const bool sent =
        helper && ::ssh_channel_open_session(helper.get()) == SSH_OK && ::ssh_channel_request_exec(helper.get(), line.c_str()) == SSH_OK;
    if (!sent) return;
    ::ssh_channel_send_eof(helper.get());
    while (::ssh_channel_is_eof(helper.get()) == 0 && ::ssh_channel_poll_timeout(helper.get(), kTurnMs, 0) > 0) {
      std::array<char, 256> unread;
      ::ssh_channel_read_nonblocking(helper.get(), unread.data(), unread.size(), 0);
    }
  }

  ssh_session session_;
  const std::string& name_;
  const Job& job_;
  const Interrupt& interrupt_;
  ssh_channel_callbacks_struct callbacks_{};
  Channel channel_;
  Event event_;
  MarkReader errors_;
  bool input_open_ = false;
  bool input_watched_ = false;
  bool has_ended_ = false;
  Ended end_;
  Clock::time_point begin_ = Clock::now();
  Clock::time_point last_news_ = begin_;
  std::size_t received_ = 0;
  std::optional<std::string> output_fault_{};
};

}  // namespace

Result<Ended> run_there(ssh_session session, const std::string& name, const Job& job, const Interrupt& interrupt) {
  return RemoteRun(session, name, job, interrupt).run();
}

}  // namespace merlin::mon::ssh
