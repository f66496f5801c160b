// Owners of libssh's objects.
#pragma once

#include <libssh/libssh.h>

#include <memory>

namespace merlin::mon::ssh {

struct EndSession {
  void operator()(ssh_session session) const {
    ssh_disconnect(session);
    ssh_free(session);
  }
};
using Session = std::unique_ptr<ssh_session_struct, EndSession>;

// A channel must be closed before its session.
struct EndChannel {
  void operator()(ssh_channel channel) const { ssh_channel_free(channel); }
};
using Channel = std::unique_ptr<ssh_channel_struct, EndChannel>;

struct EndEvent {
  void operator()(ssh_event event) const { ssh_event_free(event); }
};
using Event = std::unique_ptr<ssh_event_struct, EndEvent>;

struct EndKey {
  void operator()(ssh_key key) const { ssh_key_free(key); }
};
using Key = std::unique_ptr<ssh_key_struct, EndKey>;

// Text that libssh allocated.
struct EndText {
  void operator()(char* text) const { ssh_string_free_char(text); }
};
using Text = std::unique_ptr<char, EndText>;

}  // namespace merlin::mon::ssh
