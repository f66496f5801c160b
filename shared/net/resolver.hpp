// Resolves names without blocking the loop: getaddrinfo() blocks, so it runs in at most kMaxWorkers threads, and the answer returns through
// ev::async. Literals are answered without a thread. Daemon only.
#pragma once

#include <ev++.h>

#include <cstddef>
#include <functional>
#include <memory>
#include <vector>

#include "shared/base/result.hpp"
#include "shared/net/address.hpp"

namespace merlin::net {

using Addresses = std::vector<SocketAddress>;

// Blocks. Returns the result of getaddrinfo() for TCP, at most kMaxAddresses.
Result<Addresses> look_up(const HostPort& where);

class Resolver {
 public:
  static constexpr std::size_t kMaxWorkers = 4;
  static constexpr std::size_t kMaxWaiting = 1024;
  static constexpr std::size_t kMaxAddresses = 16;

  using Lookup = std::function<Result<Addresses>(const HostPort&)>;
  using Answer = std::function<void(Result<Addresses>)>;

  // `lookup` runs in a worker thread. The loop must outlive the resolver.
  explicit Resolver(ev::loop_ref loop, Lookup lookup = look_up);
  Resolver(Resolver&&) = delete;
  // Does not wait for a running lookup; its answer is dropped.
  ~Resolver();

  // Destroying it, anywhere in the loop's thread, cancels the answer.
  using Query = std::shared_ptr<const Answer>;

  // `answer` is called once from the loop, never from within resolve(), and must not destroy the resolver.
  [[nodiscard]] Query resolve(const HostPort& where, Answer answer);

 private:
  struct Shared;
  void deliver() noexcept;
  void start_worker();

  ev::async wake_;
  std::shared_ptr<Shared> shared_;
};

}  // namespace merlin::net
