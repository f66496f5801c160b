#include "shared/net/tls_session.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <array>
#include <utility>

#include "shared/base/assert.hpp"
#include "shared/net/openssl.hpp"

namespace merlin::net {
namespace {

// Wire format: length, then the name. It identifies the frame format, not the version of the messages.
constexpr std::array<unsigned char, 9> kProtocolName = {8, 'm', 'e', 'r', 'l', 'i', 'n', '/', '1'};
constexpr long kMaxCertificateBytes = 16L * 1024;

int choose_protocol(SSL*, const unsigned char** chosen, unsigned char* length, const unsigned char* offered, unsigned int offered_length,
                    void*) {
  unsigned char* match = nullptr;
  const int outcome = SSL_select_next_proto(&match, length, kProtocolName.data(), kProtocolName.size(), offered, offered_length);
  *chosen = match;
  return outcome == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

bool speaks_our_protocol(const SSL* ssl) {
  const unsigned char* name = nullptr;
  unsigned int length = 0;
  SSL_get0_alpn_selected(ssl, &name, &length);
  const std::string_view ours(reinterpret_cast<const char*>(kProtocolName.data()) + 1, kProtocolName.size() - 1);
  return std::string_view(reinterpret_cast<const char*>(name), length) == ours;
}

bool use_identity(SSL_CTX* context, const Identity& identity) {
  const CertificatePtr certificate = certificate_from_pem(identity.certificate_pem);
  const KeyPtr key = key_from_pem(identity.key_pem);
  return certificate && key && SSL_CTX_use_certificate(context, certificate.get()) == 1 &&
         SSL_CTX_use_PrivateKey(context, key.get()) == 1 && SSL_CTX_check_private_key(context) == 1;
}

// Set explicitly, so that a system-wide openssl.cnf cannot weaken it.
bool restrict(SSL_CTX* context) {
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_options(context, SSL_OP_NO_TICKET | SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION);
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_max_cert_list(context, kMaxCertificateBytes);
  return SSL_CTX_set_min_proto_version(context, TLS1_3_VERSION) == 1 && SSL_CTX_set_max_proto_version(context, TLS1_3_VERSION) == 1 &&
         SSL_CTX_set_num_tickets(context, 0) == 1 && SSL_CTX_set_max_early_data(context, 0) == 1 &&
         SSL_CTX_set_alpn_protos(context, kProtocolName.data(), kProtocolName.size()) == 0;
}

// How the alerts with which others refuse our certificate appear in the error queue.
bool is_refusal(int reason) {
  switch (reason) {
    case SSL_R_SSLV3_ALERT_BAD_CERTIFICATE:
    case SSL_R_SSLV3_ALERT_UNSUPPORTED_CERTIFICATE:
    case SSL_R_SSLV3_ALERT_CERTIFICATE_REVOKED:
    case SSL_R_SSLV3_ALERT_CERTIFICATE_EXPIRED:
    case SSL_R_SSLV3_ALERT_CERTIFICATE_UNKNOWN:
    case SSL_R_TLSV1_ALERT_UNKNOWN_CA:
    case SSL_R_TLSV1_ALERT_ACCESS_DENIED:
      return true;
    default:
      return false;
  }
}

std::string explained(int reason, const std::string& text) {
  switch (reason) {
    case SSL_R_UNSUPPORTED_PROTOCOL:
    case SSL_R_UNKNOWN_PROTOCOL:
    case SSL_R_TLSV1_ALERT_PROTOCOL_VERSION:
    case SSL_R_VERSION_TOO_LOW:
      return "the other end does not offer TLS 1.3";
    case SSL_R_WRONG_VERSION_NUMBER:
    case SSL_R_HTTP_REQUEST:
      return "the received data is not TLS (" + text + ")";
    case SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE:
      return "the other end presented no certificate";
    case SSL_R_NO_APPLICATION_PROTOCOL:
    case SSL_R_TLSV1_ALERT_NO_APPLICATION_PROTOCOL:
      return "the other end does not speak the Merlin protocol";
    default:
      return "TLS failed: " + text;
  }
}

}  // namespace

struct TlsSession::Callbacks {
  static int verify(X509_STORE_CTX* store, void*) {
    auto* ssl = static_cast<SSL*>(X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx()));
    auto* session = static_cast<TlsSession*>(SSL_get_app_data(ssl));
    bool trusted = false;
    try {
      trusted = session->judge_peer(X509_STORE_CTX_get0_cert(store));
    } catch (const std::exception& caught) {
      session->fail(TlsFailure::untrusted, std::string("the certificate could not be checked: ") + caught.what());
    }
    X509_STORE_CTX_set_error(store, trusted ? X509_V_OK : X509_V_ERR_CERT_REJECTED);
    return trusted ? 1 : 0;
  }
};

void TlsSession::FreeSsl::operator()(ssl_st* ssl) const { SSL_free(ssl); }

Result<TlsContext> TlsContext::create(const Identity& identity) {
  TlsContext made;
  made.context_.reset(SSL_CTX_new(TLS_method()), SSL_CTX_free);
  made.fingerprint_ = identity.certificate.fingerprint;
  SSL_CTX* context = made.context_.get();
  if (context == nullptr || !restrict(context) || !use_identity(context, identity)) {
    return Error{"cannot set TLS up with the node's certificate: " + drain_errors(), {}, {}};
  }
  SSL_CTX_set_alpn_select_cb(context, choose_protocol, nullptr);
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  SSL_CTX_set_cert_verify_callback(context, &TlsSession::Callbacks::verify, nullptr);
  return made;
}

TlsSession::TlsSession(const TlsContext& context, TlsRole role, TrustCheck trust)
    : ssl_(SSL_new(context.context_.get())), trust_(std::move(trust)), own_fingerprint_(context.fingerprint_) {
  // asserted: both fail only if there is no memory
  MERLIN_ASSERT(ssl_ != nullptr);
  SSL_set_app_data(ssl_.get(), this);
  SSL_set_bio(ssl_.get(), BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
  // asserted: as above
  MERLIN_ASSERT(SSL_get_rbio(ssl_.get()) != nullptr && SSL_get_wbio(ssl_.get()) != nullptr);
  if (role == TlsRole::client) {
    SSL_set_connect_state(ssl_.get());
    shake_hands();
  } else {
    SSL_set_accept_state(ssl_.get());
  }
}

TlsSession::~TlsSession() = default;

void TlsSession::feed(std::string_view bytes) {
  if (state_ == TlsState::failed || state_ == TlsState::closed || bytes.empty()) return;
  // BIO_write takes an int; a memory BIO accepts all or nothing.
  if (bytes.size() > std::size_t{1} << 30) return fail(TlsFailure::protocol, "too much data at once");
  const int length = static_cast<int>(bytes.size());
  if (BIO_write(SSL_get_rbio(ssl_.get()), bytes.data(), length) != length) return fail_from_queue(SSL_ERROR_SSL);
  if (state_ == TlsState::handshaking) shake_hands();
  if (state_ == TlsState::open) read_plaintext();
}

void TlsSession::shake_hands() {
  ERR_clear_error();
  const int outcome = SSL_do_handshake(ssl_.get());
  if (outcome == 1) return after_handshake();
  const int error = SSL_get_error(ssl_.get(), outcome);
  if (error != SSL_ERROR_WANT_READ) fail_from_queue(error);
}

void TlsSession::after_handshake() {
  if (!speaks_our_protocol(ssl_.get())) return fail(TlsFailure::protocol, "the other end does not speak the Merlin protocol");
  state_ = TlsState::open;
}

void TlsSession::read_plaintext() {
  std::array<char, kRecordBytes> record;
  for (;;) {
    ERR_clear_error();
    const int length = SSL_read(ssl_.get(), record.data(), static_cast<int>(record.size()));
    if (length > 0) {
      plaintext_.append(record.data(), static_cast<std::size_t>(length));
      continue;
    }
    const int error = SSL_get_error(ssl_.get(), length);
    if (error == SSL_ERROR_WANT_READ) return;
    if (error != SSL_ERROR_ZERO_RETURN) return fail_from_queue(error);
    state_ = TlsState::closed;
    return;
  }
}

std::string TlsSession::take_plaintext() { return std::exchange(plaintext_, {}); }

bool TlsSession::write(std::string_view plaintext) {
  // The other end may send its close alert while we still have data for it: it reads until we close too.
  if (state_ != TlsState::open && state_ != TlsState::closed) return false;
  if (plaintext.empty()) return true;
  ERR_clear_error();
  std::size_t written = 0;
  const int outcome = SSL_write_ex(ssl_.get(), plaintext.data(), plaintext.size(), &written);
  if (outcome == 1 && written == plaintext.size()) return true;
  fail_from_queue(SSL_get_error(ssl_.get(), outcome));
  return false;
}

void TlsSession::close() {
  if (state_ != TlsState::open && state_ != TlsState::closed) return;
  ERR_clear_error();
  SSL_shutdown(ssl_.get());
  ERR_clear_error();
}

std::size_t TlsSession::output_bytes() const { return BIO_ctrl_pending(SSL_get_wbio(ssl_.get())); }

std::string TlsSession::take_output() {
  std::string bytes(output_bytes(), '\0');
  if (bytes.empty()) return bytes;
  const int length = BIO_read(SSL_get_wbio(ssl_.get()), bytes.data(), static_cast<int>(bytes.size()));
  bytes.resize(length > 0 ? static_cast<std::size_t>(length) : 0);
  return bytes;
}

bool TlsSession::judge_peer(void* certificate) {
  Result<CertificateInfo> info = describe(static_cast<X509*>(certificate));
  if (!info) {
    fail(TlsFailure::untrusted, info.error().what);
    return false;
  }
  peer_ = std::move(*info);
  if (peer_.node_id.empty()) {
    fail(TlsFailure::untrusted, "the certificate " + peer_.fingerprint + " names no node");
    return false;
  }
  const Result<> verdict = trust_(peer_);
  if (verdict) return true;
  fail(TlsFailure::untrusted, "the certificate " + peer_.fingerprint + " is not trusted");
  if (!verdict.error().what.empty()) error_.what += ": " + verdict.error().what;
  error_.fix = verdict.error().fix;
  return false;
}

// The first failure is the cause; later OpenSSL errors follow from it.
void TlsSession::fail(TlsFailure failure, std::string what) {
  if (state_ == TlsState::failed) return;
  state_ = TlsState::failed;
  failure_ = failure;
  error_ = Error{std::move(what), {}, {}};
}

void TlsSession::fail_from_queue(int ssl_error) {
  const int reason = ERR_GET_REASON(ERR_peek_last_error());
  const std::string text = drain_errors();
  if (ssl_error != SSL_ERROR_SSL) return fail(TlsFailure::protocol, "TLS failed");
  if (is_refusal(reason)) return fail(TlsFailure::refused_us, "the other end does not trust our certificate " + own_fingerprint_);
  fail(TlsFailure::protocol, explained(reason, text));
}

}  // namespace merlin::net
