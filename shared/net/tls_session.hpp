// One TLS 1.3 session without a socket: bytes go in, plaintext and bytes to send come out. For daemon and module alike.
//
// Both ends show a certificate and each end asks its TrustCheck about the exact certificate of the other: there are no
// authorities, no names to match, no resumption, no early data. Dates are not judged here, because a clock may be wrong
// and it is the exact certificate that is trusted; TrustCheck sees them and may.
//
// A client is open before the server has judged the client's certificate (that is how TLS 1.3 works): a refusal comes
// as a failure after `open`, with no byte of plaintext before it.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "net/identity.hpp"

struct ssl_ctx_st;
struct ssl_st;

namespace merlin::net {

// Says whether this certificate may be at the other end. Its error's text reaches log and operator.
// Called once a handshake, from within feed(); must not touch the session.
using TrustCheck = std::function<Result<>(const CertificateInfo&)>;

// A node's own certificate, ready for sessions. A value; copies share, and sessions keep what they need of it.
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
  closed,  // the other end said that it has no more to send
  failed,  // see failure()
};

enum class TlsFailure {
  none,
  untrusted,   // this end refused the certificate of the other; error() names its fingerprint
  refused_us,  // the other end refused ours; error() names our fingerprint
  protocol,    // not TLS, TLS before 1.3, no certificate, not Merlin, or damaged on the way
};

class TlsSession {
 public:
  // More plaintext than this in one write() makes more than one TLS record.
  static constexpr std::size_t kRecordBytes = std::size_t{16} * 1024;

  TlsSession(const TlsContext& context, TlsRole role, TrustCheck trust);
  TlsSession(TlsSession&&) = delete;
  ~TlsSession();

  // Bytes from the network. They are worked off at once; what is kept afterwards is less than one record, and the
  // plaintext until it is taken. Ignored after a failure.
  void feed(std::string_view bytes);

  // Plaintext that arrived, in order.
  std::string take_plaintext();

  // Only while open; false when the session has failed by it.
  bool write(std::string_view plaintext);

  // Tells the other end that no more will come. Reading goes on.
  void close();

  // Bytes to send. After a failure this is the alert that tells the other end.
  std::string take_output();
  std::size_t output_bytes() const;

  TlsState state() const { return state_; }
  TlsFailure failure() const { return failure_; }
  const Error& error() const { return error_; }  // when failed

  // The other end's certificate as soon as it was seen, refused or not; its fingerprint is empty before.
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
