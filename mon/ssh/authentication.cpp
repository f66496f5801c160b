#include "mon/ssh/authentication.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace merlin::mon::ssh {
namespace {

constexpr int kTriesOnTerminal = 3;
constexpr std::size_t kLongestPassword = 1024;

// Some servers accept passwords only in a dialogue: the password answers each question without echo.
int answer_dialogue(ssh_session session, const std::string& password) {
  int outcome = ::ssh_userauth_kbdint(session, nullptr, nullptr);
  while (outcome == SSH_AUTH_INFO) {
    const int questions = ::ssh_userauth_kbdint_getnprompts(session);
    for (int i = 0; i < questions; ++i) {
      char echo = 0;
      ::ssh_userauth_kbdint_getprompt(session, static_cast<unsigned>(i), &echo);
      ::ssh_userauth_kbdint_setanswer(session, static_cast<unsigned>(i), echo != 0 ? "" : password.c_str());
    }
    outcome = ::ssh_userauth_kbdint(session, nullptr, nullptr);
  }
  return outcome;
}

bool offer(ssh_session session, const std::string& password) {
  const int methods = ::ssh_userauth_list(session, nullptr);
  if ((methods & SSH_AUTH_METHOD_PASSWORD) != 0) return ::ssh_userauth_password(session, nullptr, password.c_str()) == SSH_AUTH_SUCCESS;
  return answer_dialogue(session, password) == SSH_AUTH_SUCCESS;
}

Error lost(ssh_session session, const Target& target) {
  return {fmt::format("the ssh server ended the connection: {}", ::ssh_get_error(session)), target.name, "see its log"};
}

// No key was accepted, and there is no terminal to ask for a password.
Error no_key(const Target& target) {
  const bool is_missing = target.key && ::access(target.key->c_str(), R_OK) != 0;
  if (is_missing) {
    return {fmt::format("its ssh_key {} cannot be read: {}", *target.key, std::strerror(errno)), target.name,
            fmt::format("mon node edit {} ssh_key=PATH", target.name)};
  }
  return {fmt::format("none of our keys is accepted as {}", target.text()), target.name,
          fmt::format("mon sshkey push {} (on a terminal, or with --password-file FILE); a key with a passphrase must be in the agent",
                      target.name)};
}

Result<> ask_for_password(ssh_session session, const Target& target, Asker& asker) {
  for (int attempt = 0; attempt < kTriesOnTerminal; ++attempt) {
    const auto password =
        asker.ask_secret(fmt::format("{}{}'s password ({}): ", attempt == 0 ? "" : "Wrong. ", target.text(), target.name));
    if (!password) break;
    if (offer(session, *password)) return Ok{};
    if (::ssh_is_connected(session) == 0) return lost(session, target);
  }
  return Error{fmt::format("login failed as {}", target.text()), target.name, ""};
}

}  // namespace

Result<> authenticate(ssh_session session, const Target& target, const std::optional<std::string>& password, Asker& asker) {
  if (::ssh_userauth_none(session, nullptr) == SSH_AUTH_SUCCESS) return Ok{};
  if (::ssh_userauth_publickey_auto(session, nullptr, nullptr) == SSH_AUTH_SUCCESS) return Ok{};
  if (::ssh_is_connected(session) == 0) return lost(session, target);

  const bool takes_passwords = (::ssh_userauth_list(session, nullptr) & (SSH_AUTH_METHOD_PASSWORD | SSH_AUTH_METHOD_INTERACTIVE)) != 0;
  if (!takes_passwords) {
    return Error{fmt::format("none of our keys is accepted as {}, and passwords are not allowed", target.text()), target.name,
                 "add our public key (mon sshkey show) to the authorized_keys there"};
  }
  if (password && offer(session, *password)) return Ok{};
  if (password) return Error{fmt::format("the password is wrong for {}", target.text()), target.name, "see --password-file"};
  if (Asker::has_terminal()) return ask_for_password(session, target, asker);
  return no_key(target);
}

Result<std::string> read_password_file(const std::string& path) {
  const net::Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat about {};
  if (!file || ::fstat(file.get(), &about) != 0) {
    return Error{fmt::format("cannot be read: {}", std::strerror(errno)), path, "name a readable file with --password-file"};
  }
  const bool others_may_read = S_ISREG(about.st_mode) && (about.st_mode & (S_IRGRP | S_IROTH)) != 0;
  if (others_may_read) return Error{"other users can read this password", path, fmt::format("chmod 600 {}", path)};
  std::array<char, kLongestPassword> buffer;
  const ssize_t got = ::read(file.get(), buffer.data(), buffer.size());
  const std::string_view text(buffer.data(), got > 0 ? static_cast<std::size_t>(got) : 0);
  const std::string_view line = text.substr(0, text.find_first_of("\r\n"));
  if (line.empty()) return Error{"contains no password", path, "write the password into its first line"};
  return std::string(line);
}

}  // namespace merlin::mon::ssh
