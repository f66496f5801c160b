// The layer between socket and frames on a TCP link: TLS. A unix socket has none.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "shared/base/result.hpp"

namespace merlin::neb {

class Wrap {
 public:
  virtual ~Wrap() = default;
  virtual void feed(std::string_view from_network) = 0;
  virtual std::string take_plaintext() = 0;
  virtual void write(std::string_view plaintext) = 0;
  virtual std::string take_output() = 0;
  virtual bool open() const = 0;
  // The reason why it cannot continue; empty while it can.
  virtual std::optional<Error> failure() const = 0;
};

// Creates one for each connection. May read files; does not use the network.
class WrapFactory {
 public:
  virtual ~WrapFactory() = default;
  virtual Result<std::unique_ptr<Wrap>> make() = 0;
};

}  // namespace merlin::neb
