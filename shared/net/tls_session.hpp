// One TLS 1.3 session without a socket: received bytes go in, plaintext and bytes to send come out. For daemon and module.
//
// Both ends present a certificate, and each end asks its TrustCheck about the exact certificate of the other end: there are no authorities,
// no names to match, no resumption, no early data. Dates are not checked here, because a clock can be wrong and trust is in the exact
// certificate; TrustCheck sees them and may check them.
//
// A client is open before the server has checked the client's certificate, as TLS 1.3 defines: a refusal is a failure after `open`, with no
// byte of plaintext before it.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "shared/base/result.hpp"
#include "shared/net/identity.hpp"

struct ssl_ctx_st;
struct ssl_st;

namespace merlin::net {

// Decides whether this certificate is acceptable. The error text is shown in the log and to the operator. Called once per handshake, from
// within feed(); must not access the session.
using TrustCheck = std::function<Result<>(const CertificateInfo&)>;

// A node's own certificate, prepared for sessions. A value: copies share it, and sessions keep the parts that they need.
class TlsContext {
 public:
  static Result<TlsContext> create(const Identity& identity);

  const std::string& fingerprint() const { return fingerprint_; }

 private:
  friend class TlsSession;
  std::shared_ptr<ssl_ctx_st> context_;
  std::string fingerprint_;
};

enum class TlsRole { client, server };

enum class TlsState {
  handshaking,
  open,
  closed,  // the other end has announced the end of its data
  failed,  // see failure()
};

enum class TlsFailure {
  none,
  untrusted,   // this end refused the other end's certificate; error() names its fingerprint
  refused_us,  // the other end refused our certificate; error() names our fingerprint
  protocol,    // not TLS, TLS before 1.3, no certificate, not Merlin, or damaged data
};

class TlsSession {
 public:
  // More plaintext than this in one write() produces more than one TLS record.
  static constexpr std::size_t kRecordBytes = std::size_t{16} * 1024;

  TlsSession(const TlsContext& context, TlsRole role, TrustCheck trust);
  TlsSession(TlsSession&&) = delete;
  ~TlsSession();

  // Bytes from the network. They are processed at once; what is kept afterwards is less than one record, and the plaintext until it is
  // read. Ignored after a failure.
  void feed(std::string_view bytes);

  // Received plaintext, in order.
  std::string take_plaintext();

  // Requires an open session. False if the session has failed because of it.
  bool write(std::string_view plaintext);

  // Informs the other end that no more data will follow. Reading continues.
  void close();

  // Bytes to send. After a failure this is the alert for the other end.
  std::string take_output();
  std::size_t output_bytes() const;

  TlsState state() const { return state_; }
  TlsFailure failure() const { return failure_; }
  const Error& error() const { return error_; }  // when failed

  // The other end's certificate as soon as it was received, refused or not. Before that, its fingerprint is empty.
  const CertificateInfo& peer() const { return peer_; }

 private:
  friend class TlsContext;
  struct Callbacks;
  struct FreeSsl {
    void operator()(ssl_st* ssl) const;
  };

  void shake_hands();
  void read_plaintext();
  void after_handshake();
  bool judge_peer(void* certificate);  // an X509*
  void fail(TlsFailure failure, std::string what);
  void fail_from_queue(int ssl_error);

  std::unique_ptr<ssl_st, FreeSsl> ssl_;
  TrustCheck trust_;
  std::string own_fingerprint_;
  TlsState state_ = TlsState::handshaking;
  TlsFailure failure_ = TlsFailure::none;
  Error error_;
  CertificateInfo peer_;
  std::string plaintext_;
};

}  // namespace merlin::net
