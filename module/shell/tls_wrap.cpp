#include "module/shell/tls_wrap.hpp"

#include <unistd.h>

#include "shared/base/state_paths.hpp"
#include "shared/net/identity.hpp"
#include "shared/net/tls_session.hpp"

namespace merlin::neb {
namespace {

class TlsWrap final : public Wrap {
 public:
  TlsWrap(const net::TlsContext& context, net::TrustCheck trust) : session_(context, net::TlsRole::client, std::move(trust)) {}

  void feed(std::string_view from_network) override { session_.feed(from_network); }
  std::string take_plaintext() override { return session_.take_plaintext(); }
  void write(std::string_view plaintext) override { session_.write(plaintext); }
  std::string take_output() override { return session_.take_output(); }
  bool open() const override { return session_.state() == net::TlsState::open; }
  std::optional<Error> failure() const override {
    if (session_.state() == net::TlsState::failed) return session_.error();
    if (session_.state() == net::TlsState::closed) return Error{"the daemon closed the connection", "", ""};
    return std::nullopt;
  }

 private:
  net::TlsSession session_;
};

}  // namespace

Result<std::unique_ptr<Wrap>> TlsWraps::make() {
  if (trusted_.empty()) {
    return Error{"module { fingerprint } does not name the certificate of the daemon at " + daemon_, "merlin.conf",
                 "set it to the fingerprint that 'mon cert show' prints there"};
  }
  const std::string own = TlsPaths(directory_).of_module().folder();
  const auto identity = net::load_identity(::access(own.c_str(), F_OK) == 0 ? own : directory_);
  if (!identity) {
    const Error& error = identity.error();
    return Error{error.what, error.where,
                 error.fix.empty() ? "run merlind --init as root here, which creates it for the core's user" : error.fix};
  }
  const auto context = net::TlsContext::create(*identity);
  if (!context) return context.error();
  auto trust = [trusted = trusted_](const net::CertificateInfo& shown) -> Result<> {
    for (const std::string& text : trusted) {
      const auto wanted = net::canonical_fingerprint(text);
      if (wanted && *wanted == shown.fingerprint) return Ok{};
    }
    return Error{"the daemon presented another certificate (" + shown.fingerprint + ")", "",
                 "compare module { fingerprint } with 'mon cert show' there"};
  };
  return std::unique_ptr<Wrap>(std::make_unique<TlsWrap>(*context, std::move(trust)));
}

}  // namespace merlin::neb
