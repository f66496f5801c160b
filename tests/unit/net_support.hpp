// Common parts of the tests of shared/net: a loop that runs until something is true, identities, and a temporary folder.
#pragma once

#include <ev++.h>
#include <stdlib.h>

#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <sstream>
#include <string>

#include "shared/net/connection.hpp"
#include "shared/net/identity.hpp"
#include "shared/net/tls_session.hpp"
#include "tests/unit/temp_folder.hpp"

namespace merlin::net::test {

using merlin::test::TempFolder;

inline constexpr WallTime kTestTime{std::chrono::seconds(1'800'000'000)};

inline bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

inline std::string content(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

class TestLoop {
 public:
  // False if it is still not true after that time.
  bool run_until(const std::function<bool()>& done, Millis limit = Millis{10'000}) {
    const auto end = std::chrono::steady_clock::now() + limit;
    tick_.set<TestLoop, &TestLoop::wake>(this);
    tick_.start(0.002, 0.002);
    while (!done() && std::chrono::steady_clock::now() < end) loop.run(ev::ONCE);
    tick_.stop();
    return done();
  }
  void run_for(Millis duration) {
    run_until([] { return false; }, duration);
  }

  ev::dynamic_loop loop;

 private:
  void wake() noexcept {}
  ev::timer tick_{loop};
};

inline NodeId node(std::uint8_t number) {
  NodeId id;
  id.bytes.fill(number);
  return id;
}

// Made once per number, because keys take time.
inline const Identity& identity(std::uint8_t number) {
  static std::map<std::uint8_t, Identity> made;
  auto found = made.find(number);
  if (found == made.end()) {
    Result<Identity> one = make_identity(node(number), kTestTime);
    BOOST_REQUIRE(one.ok());
    found = made.emplace(number, std::move(*one)).first;
  }
  return found->second;
}

inline TlsContext context(std::uint8_t number) {
  Result<TlsContext> made = TlsContext::create(identity(number));
  BOOST_REQUIRE(made.ok());
  return std::move(*made);
}

inline TrustCheck trust_only(std::uint8_t number) {
  return [wanted = identity(number).certificate.fingerprint](const CertificateInfo& shown) -> Result<> {
    if (shown.fingerprint == wanted) return Ok{};
    return Error{"nobody introduced it", {}, "mon cert push"};
  };
}

inline TrustCheck trust_all() {
  return [](const CertificateInfo&) -> Result<> { return Ok{}; };
}

}  // namespace merlin::net::test
