// TLS sessions without a socket: only exact certificates pass, and all other input fails with one clear reason.
#include <openssl/err.h>
#include <openssl/ssl.h>

#include <memory>

#include "shared/net/tls_session.hpp"
#include "tests/unit/net_support.hpp"

using namespace merlin;
using namespace merlin::net;
using namespace merlin::net::test;

namespace {

struct Pair {
  Pair(std::uint8_t client_node, TrustCheck client_trust, std::uint8_t server_node, TrustCheck server_trust)
      : client(context(client_node), TlsRole::client, std::move(client_trust)),
        server(context(server_node), TlsRole::server, std::move(server_trust)) {}

  // Until neither end has more to send.
  void exchange(std::size_t step = 100'000) {
    while (client.output_bytes() > 0 || server.output_bytes() > 0) {
      pour(client.take_output(), server, step);
      pour(server.take_output(), client, step);
    }
  }

  static void pour(const std::string& bytes, TlsSession& into, std::size_t step) {
    for (std::size_t at = 0; at < bytes.size(); at += step) into.feed(std::string_view(bytes).substr(at, step));
  }

  TlsSession client;
  TlsSession server;
};

std::unique_ptr<Pair> trusting_pair() { return std::make_unique<Pair>(1, trust_only(2), 2, trust_only(1)); }

// A foreign end, made with OpenSSL directly.
class Raw {
 public:
  explicit Raw(bool is_client) : context_(SSL_CTX_new(TLS_method()), SSL_CTX_free), is_client_(is_client) {}

  void use(const Identity& one) {
    BIO* bio = BIO_new_mem_buf(one.certificate_pem.data(), static_cast<int>(one.certificate_pem.size()));
    X509* certificate = PEM_read_bio_X509(bio, nullptr, nullptr, nullptr);
    BIO_free(bio);
    bio = BIO_new_mem_buf(one.key_pem.data(), static_cast<int>(one.key_pem.size()));
    EVP_PKEY* key = PEM_read_bio_PrivateKey(bio, nullptr, nullptr, nullptr);
    BIO_free(bio);
    BOOST_REQUIRE(SSL_CTX_use_certificate(context_.get(), certificate) == 1);
    BOOST_REQUIRE(SSL_CTX_use_PrivateKey(context_.get(), key) == 1);
    X509_free(certificate);
    EVP_PKEY_free(key);
  }
  void offer_merlin() {
    static const unsigned char name[] = {8, 'm', 'e', 'r', 'l', 'i', 'n', '/', '1'};
    SSL_CTX_set_alpn_protos(context_.get(), name, sizeof name);
  }
  void offer(const std::string& protocol) {
    const std::string name = static_cast<char>(protocol.size()) + protocol;
    SSL_CTX_set_alpn_protos(context_.get(), reinterpret_cast<const unsigned char*>(name.data()), static_cast<unsigned>(name.size()));
  }
  void at_most_tls12() { SSL_CTX_set_max_proto_version(context_.get(), TLS1_2_VERSION); }

  void meet(TlsSession& session) {
    ssl_.reset(SSL_new(context_.get()));
    SSL_set_bio(ssl_.get(), BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
    is_client_ ? SSL_set_connect_state(ssl_.get()) : SSL_set_accept_state(ssl_.get());
    for (int round = 0; round < 10; ++round) {
      const std::string theirs = session.take_output();
      BIO_write(SSL_get_rbio(ssl_.get()), theirs.data(), static_cast<int>(theirs.size()));
      SSL_do_handshake(ssl_.get());
      ERR_clear_error();
      session.feed(output());
    }
  }
  std::string output() {
    std::string bytes(BIO_ctrl_pending(SSL_get_wbio(ssl_.get())), '\0');
    if (!bytes.empty()) BIO_read(SSL_get_wbio(ssl_.get()), bytes.data(), static_cast<int>(bytes.size()));
    return bytes;
  }
  SSL* ssl() { return ssl_.get(); }

 private:
  std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context_;
  std::unique_ptr<SSL, decltype(&SSL_free)> ssl_{nullptr, SSL_free};
  bool is_client_;
};

}  // namespace

BOOST_AUTO_TEST_CASE(two_nodes_that_trust_each_other_talk) {
  for (std::size_t step : {std::size_t{1}, std::size_t{7}, std::size_t{100'000}}) {
    const auto pair = trusting_pair();
    pair->exchange(step);
    BOOST_REQUIRE(pair->client.state() == TlsState::open);
    BOOST_REQUIRE(pair->server.state() == TlsState::open);
    BOOST_TEST((pair->client.peer().node_id == node(2)));
    BOOST_TEST((pair->server.peer().node_id == node(1)));
    BOOST_TEST(pair->server.peer().fingerprint == identity(1).certificate.fingerprint);

    BOOST_TEST(pair->client.write("from client"));
    BOOST_TEST(pair->server.write("from server"));
    pair->exchange(step);
    BOOST_TEST(pair->server.take_plaintext() == "from client");
    BOOST_TEST(pair->client.take_plaintext() == "from server");
    BOOST_TEST(pair->client.take_plaintext() == "");
  }
}

BOOST_AUTO_TEST_CASE(much_passes_in_order) {
  const auto pair = trusting_pair();
  pair->exchange();
  std::string sent;
  for (int i = 0; i < 300'000; ++i) sent += std::to_string(i);
  for (std::size_t at = 0; at < sent.size(); at += 50'000) BOOST_REQUIRE(pair->client.write(std::string_view(sent).substr(at, 50'000)));
  pair->exchange(999);
  BOOST_TEST((pair->server.take_plaintext() == sent));
}

// F57
BOOST_AUTO_TEST_CASE(a_server_refuses_a_client_that_it_does_not_trust) {
  Pair pair(3, trust_only(2), 2, trust_only(1));
  pair.exchange();
  const std::string fingerprint = identity(3).certificate.fingerprint;
  BOOST_REQUIRE(pair.server.state() == TlsState::failed);
  BOOST_TEST((pair.server.failure() == TlsFailure::untrusted));
  BOOST_TEST(pair.server.error().text() == "the certificate " + fingerprint + " is not trusted: nobody introduced it; mon cert push");
  BOOST_TEST(pair.server.peer().fingerprint == fingerprint);
  BOOST_TEST((pair.server.peer().node_id == node(3)));

  BOOST_REQUIRE(pair.client.state() == TlsState::failed);
  BOOST_TEST((pair.client.failure() == TlsFailure::refused_us));
  BOOST_TEST(pair.client.error().text() == "the other end does not trust our certificate " + fingerprint);
}

BOOST_AUTO_TEST_CASE(a_client_refuses_a_server_that_it_does_not_trust) {
  Pair pair(1, trust_only(2), 3, trust_all());
  pair.exchange();
  BOOST_REQUIRE(pair.client.state() == TlsState::failed);
  BOOST_TEST((pair.client.failure() == TlsFailure::untrusted));
  BOOST_TEST(contains(pair.client.error().text(), identity(3).certificate.fingerprint));
  BOOST_REQUIRE(pair.server.state() == TlsState::failed);
  BOOST_TEST((pair.server.failure() == TlsFailure::refused_us));
  BOOST_TEST(contains(pair.server.error().text(), identity(3).certificate.fingerprint));
}

// Trust is in the exact certificate: the same node id with another key is a stranger.
BOOST_AUTO_TEST_CASE(a_certificate_that_only_names_a_trusted_node_is_refused) {
  const auto impostor = make_identity(node(1), kTestTime);
  BOOST_REQUIRE(impostor.ok());
  const auto impostor_context = TlsContext::create(*impostor);
  BOOST_REQUIRE(impostor_context.ok());
  TlsSession client(*impostor_context, TlsRole::client, trust_all());
  TlsSession server(context(2), TlsRole::server, trust_only(1));
  for (int i = 0; i < 5; ++i) {
    server.feed(client.take_output());
    client.feed(server.take_output());
  }
  BOOST_TEST((server.failure() == TlsFailure::untrusted));
}

BOOST_AUTO_TEST_CASE(a_trust_check_that_throws_refuses) {
  Pair pair(1, trust_all(), 2, [](const CertificateInfo&) -> Result<> { throw std::runtime_error("store is gone"); });
  pair.exchange();
  BOOST_REQUIRE(pair.server.state() == TlsState::failed);
  BOOST_TEST(contains(pair.server.error().text(), "store is gone"));
}

// A wrong clock must not separate a cluster: the exact certificate is trusted, whatever its dates are.
// F57
BOOST_AUTO_TEST_CASE(dates_are_left_to_the_trust_check) {
  const auto old = make_identity(node(4), WallTime(std::chrono::seconds(1)));
  BOOST_REQUIRE(old.ok());
  const auto old_context = TlsContext::create(*old);
  BOOST_REQUIRE(old_context.ok());
  WallTime seen{};
  TlsSession client(*old_context, TlsRole::client, trust_all());
  TlsSession server(context(2), TlsRole::server, [&seen](const CertificateInfo& info) -> Result<> {
    seen = info.not_after;
    return Ok{};
  });
  for (int i = 0; i < 5; ++i) {
    server.feed(client.take_output());
    client.feed(server.take_output());
  }
  BOOST_TEST((server.state() == TlsState::open));
  BOOST_TEST((seen < WallTime(std::chrono::hours(24) * 366 * 21)));
}

// F57
BOOST_AUTO_TEST_CASE(a_client_without_a_certificate_is_refused) {
  Raw raw(true);
  raw.offer_merlin();
  TlsSession server(context(2), TlsRole::server, trust_all());
  raw.meet(server);
  BOOST_REQUIRE(server.state() == TlsState::failed);
  BOOST_TEST((server.failure() == TlsFailure::protocol));
  BOOST_TEST(contains(server.error().text(), "presented no certificate"));
}

// F57
BOOST_AUTO_TEST_CASE(tls_1_2_is_refused_by_both_roles) {
  for (bool raw_is_client : {true, false}) {
    Raw raw(raw_is_client);
    raw.offer_merlin();
    raw.at_most_tls12();
    raw.use(identity(1));
    TlsSession ours(context(2), raw_is_client ? TlsRole::server : TlsRole::client, trust_all());
    raw.meet(ours);
    BOOST_REQUIRE(ours.state() == TlsState::failed);
    BOOST_TEST(contains(ours.error().text(), "does not offer TLS 1.3"));
  }
}

BOOST_AUTO_TEST_CASE(an_end_that_does_not_speak_merlin_is_refused) {
  for (const std::string protocol : {"", "h2"}) {
    Raw raw(true);
    if (!protocol.empty()) raw.offer(protocol);
    raw.use(identity(1));
    TlsSession server(context(2), TlsRole::server, trust_only(1));
    raw.meet(server);
    BOOST_REQUIRE(server.state() == TlsState::failed);
    BOOST_TEST(contains(server.error().text(), "does not speak the Merlin protocol"));
  }
  Raw raw(false);
  raw.use(identity(1));
  TlsSession client(context(2), TlsRole::client, trust_only(1));
  raw.meet(client);
  BOOST_TEST(contains(client.error().text(), "does not speak the Merlin protocol"));
}

BOOST_AUTO_TEST_CASE(a_certificate_without_a_node_name_is_refused) {
  const TempFolder folder;
  const std::string command =
      "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=www.example.org -days 10 -keyout " +
      folder.file("key.pem") + " -out " + folder.file("cert.pem") + " 2>/dev/null";
  BOOST_REQUIRE(std::system(command.c_str()) == 0);
  Identity nameless;
  nameless.certificate_pem = content(folder.file("cert.pem"));
  nameless.key_pem = content(folder.file("key.pem"));
  Raw raw(true);
  raw.offer_merlin();
  raw.use(nameless);
  TlsSession server(context(2), TlsRole::server, trust_all());
  raw.meet(server);
  BOOST_REQUIRE(server.state() == TlsState::failed);
  BOOST_TEST((server.failure() == TlsFailure::untrusted));
  BOOST_TEST(contains(server.error().text(), "names no node"));
  BOOST_TEST(contains(server.error().text(), server.peer().fingerprint));
}

BOOST_AUTO_TEST_CASE(no_session_can_be_resumed) {
  Raw raw(true);
  raw.offer_merlin();
  raw.use(identity(1));
  TlsSession server(context(2), TlsRole::server, trust_only(1));
  raw.meet(server);
  BOOST_REQUIRE(server.state() == TlsState::open);
  char byte = 0;
  SSL_read(raw.ssl(), &byte, 1);  // would read a ticket
  BOOST_TEST(SSL_SESSION_is_resumable(SSL_get_session(raw.ssl())) == 0);
  BOOST_TEST(SSL_version(raw.ssl()) == TLS1_3_VERSION);
}

// F50
BOOST_AUTO_TEST_CASE(garbage_fails_and_nothing_is_kept_of_what_follows) {
  for (TlsRole role : {TlsRole::client, TlsRole::server}) {
    for (const std::string& garbage :
         {std::string("GET / HTTP/1.1\r\n\r\n"), std::string(100'000, 'x'), std::string(100'000, '\0'),
          std::string("\x16\x03\x01\xff\xff") + std::string(70'000, 'x'), std::string("SSH-2.0-OpenSSH\r\n")}) {
      TlsSession session(context(1), role, trust_all());
      session.feed(garbage);
      BOOST_REQUIRE(session.state() == TlsState::failed);
      BOOST_TEST((session.failure() == TlsFailure::protocol));
      BOOST_TEST(!session.error().text().empty());
      session.feed(std::string(1'000'000, 'x'));
      BOOST_TEST(session.take_plaintext() == "");
      BOOST_TEST(ERR_peek_error() == 0u);
    }
  }
}

// F52
BOOST_AUTO_TEST_CASE(half_a_handshake_waits_and_passes_nothing_on) {
  TlsSession client(context(1), TlsRole::client, trust_only(2));
  const std::string hello = client.take_output();
  for (std::size_t length = 0; length < hello.size(); ++length) {
    TlsSession server(context(2), TlsRole::server, trust_only(1));
    server.feed(std::string_view(hello).substr(0, length));
    BOOST_REQUIRE(server.state() == TlsState::handshaking);
    BOOST_REQUIRE_EQUAL(server.output_bytes(), 0u);
    BOOST_REQUIRE(server.take_plaintext().empty());
  }
}

// I11
BOOST_AUTO_TEST_CASE(a_flipped_bit_on_the_way_is_noticed) {
  const auto pair = trusting_pair();
  pair->exchange();
  BOOST_REQUIRE(pair->client.write(std::string(1000, 'a')));
  std::string bytes = pair->client.take_output();
  bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 1);
  pair->server.feed(bytes);
  BOOST_REQUIRE(pair->server.state() == TlsState::failed);
  BOOST_TEST((pair->server.failure() == TlsFailure::protocol));
  BOOST_TEST(pair->server.take_plaintext() == "");
}

BOOST_AUTO_TEST_CASE(closing_is_told_to_the_other_end_after_what_was_sent) {
  const auto pair = trusting_pair();
  pair->exchange();
  BOOST_REQUIRE(pair->client.write("last words"));
  pair->client.close();
  pair->exchange();
  BOOST_TEST((pair->server.state() == TlsState::closed));
  BOOST_TEST(pair->server.take_plaintext() == "last words");
}

// A peer may close at the moment at which it is to be informed why it is refused.
BOOST_AUTO_TEST_CASE(what_is_left_to_send_leaves_after_the_other_end_has_closed) {
  const auto pair = trusting_pair();
  pair->exchange();
  pair->client.close();
  Pair::pour(pair->client.take_output(), pair->server, 100'000);
  BOOST_REQUIRE((pair->server.state() == TlsState::closed));
  BOOST_TEST(pair->server.write("last words"));
  Pair::pour(pair->server.take_output(), pair->client, 100'000);
  BOOST_TEST(pair->client.take_plaintext() == "last words");
}

BOOST_AUTO_TEST_CASE(a_session_that_has_failed_takes_nothing) {
  const auto pair = trusting_pair();
  pair->exchange();
  pair->server.feed(std::string(100, 'x'));
  BOOST_REQUIRE((pair->server.state() == TlsState::failed));
  BOOST_TEST(!pair->server.write("words"));
}

BOOST_AUTO_TEST_CASE(an_identity_without_its_key_makes_no_context) {
  Identity broken = identity(1);
  broken.key_pem = identity(2).key_pem;
  BOOST_TEST(!TlsContext::create(broken).ok());
  broken.key_pem.clear();
  BOOST_TEST(!TlsContext::create(broken).ok());
  BOOST_TEST(ERR_peek_error() == 0u);
}
