// What the shell needs from its process: the core's event loop and a folder. All calls are made in the core's own thread; none
// blocks.
#pragma once

#include <string>

namespace merlin::neb {

// Called by the core's loop. Exceptions are caught at the border to the core and disable the module.
class Watcher {
 public:
  virtual ~Watcher() = default;
  virtual void on_ready(int fd) = 0;
};

class Loop {
 public:
  virtual ~Loop() = default;

  // One registration per descriptor and direction; unwatch before close. False: the core refused.
  virtual bool watch(int fd, Watcher& watcher) = 0;
  virtual bool watch_writable(int fd, Watcher& watcher) = 0;
  virtual void unwatch(int fd) = 0;
  // Descriptors that a fork of the core must not keep open: closed in the child.
  virtual void close_in_children(int fd, bool close) = 0;
  // The folder for data that the core keeps; empty: none.
  virtual std::string state_folder() const = 0;
};

}  // namespace merlin::neb
