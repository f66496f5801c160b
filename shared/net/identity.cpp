#include "shared/net/identity.hpp"

#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include <cctype>
#include <ctime>

#include "shared/net/openssl.hpp"

namespace merlin::net {
namespace {

constexpr long kDay = 24L * 60 * 60;
constexpr long kValidDays = 20L * 365 + 5;

Error openssl_error(const std::string& what) { return Error{what + ": " + drain_errors(), {}, {}}; }

std::string text_of(BIO* bio) {
  char* data = nullptr;
  const long length = BIO_get_mem_data(bio, &data);
  return {data, static_cast<std::size_t>(length)};
}

std::string to_pem(X509* certificate) {
  const BioPtr bio(BIO_new(BIO_s_mem()));
  return PEM_write_bio_X509(bio.get(), certificate) == 1 ? text_of(bio.get()) : std::string();
}

std::string to_pem(EVP_PKEY* key) {
  const BioPtr bio(BIO_new(BIO_s_secmem()));
  return PEM_write_bio_PKCS8PrivateKey(bio.get(), key, nullptr, nullptr, 0, nullptr, nullptr) == 1 ? text_of(bio.get()) : std::string();
}

bool set_serial(X509* certificate) {
  using Number = std::unique_ptr<BIGNUM, Free<BN_free>>;
  const Number serial(BN_new());
  return BN_rand(serial.get(), 127, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ANY) == 1 &&
         BN_to_ASN1_INTEGER(serial.get(), X509_get_serialNumber(certificate)) != nullptr;
}

bool set_names(X509* certificate, const NodeId& node_id) {
  X509_NAME* name = X509_get_subject_name(certificate);
  const std::string hex = node_id.hex();
  const auto* bytes = reinterpret_cast<const unsigned char*>(hex.c_str());
  return X509_NAME_add_entry_by_NID(name, NID_commonName, MBSTRING_ASC, bytes, static_cast<int>(hex.size()), -1, 0) == 1 &&
         X509_set_issuer_name(certificate, name) == 1;
}

bool set_dates(X509* certificate, WallTime now) {
  const std::time_t seconds = std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count();
  return ASN1_TIME_adj(X509_getm_notBefore(certificate), seconds, 0, -kDay) != nullptr &&
         ASN1_TIME_adj(X509_getm_notAfter(certificate), seconds, kValidDays, 0) != nullptr;
}

CertificatePtr self_signed(EVP_PKEY* key, const NodeId& node_id, WallTime now) {
  CertificatePtr certificate(X509_new());
  const bool made = certificate && X509_set_version(certificate.get(), X509_VERSION_3) == 1 && set_serial(certificate.get()) &&
                    set_names(certificate.get(), node_id) && set_dates(certificate.get(), now) &&
                    X509_set_pubkey(certificate.get(), key) == 1 && X509_sign(certificate.get(), key, EVP_sha256()) > 0;
  if (!made) certificate.reset();
  return certificate;
}

Result<NodeId> random_node_id() {
  NodeId id;
  do {
    if (RAND_bytes(id.bytes.data(), static_cast<int>(id.bytes.size())) != 1) return openssl_error("no random numbers");
  } while (id.empty());
  return id;
}

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

std::string lower(std::string_view text) {
  std::string result;
  for (char c : text) result += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return result;
}

std::string_view without_prefix(std::string_view lower_case) {
  for (std::string_view prefix : {"sha256:", "sha256 fingerprint=", "sha256="}) {
    if (lower_case.starts_with(prefix)) return lower_case.substr(prefix.size());
  }
  return lower_case;
}

// Reads 64 digits, or 32 pairs separated by colons. Empty for anything else.
std::string plain_digits(std::string_view text) {
  constexpr std::size_t kPairs = 32;
  const bool colons = text.size() == kPairs * 3 - 1;
  if (!colons && text.size() != kPairs * 2) return {};
  std::string digits;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool is_colon_place = colons && i % 3 == 2;
    const bool right = is_colon_place ? text[i] == ':' : std::isxdigit(static_cast<unsigned char>(text[i])) != 0;
    if (!right) return {};
    if (!is_colon_place) digits += text[i];
  }
  return digits;
}

}  // namespace

Result<Identity> make_identity(std::optional<NodeId> node_id, WallTime now) {
  if (!node_id) {
    Result<NodeId> random = random_node_id();
    if (!random) return random.error();
    node_id = *random;
  }
  const KeyPtr key(EVP_EC_gen("P-256"));
  if (!key) return openssl_error("cannot create a key");
  const CertificatePtr certificate = self_signed(key.get(), *node_id, now);
  if (!certificate) return openssl_error("cannot create a certificate");
  Result<CertificateInfo> info = describe(certificate.get());
  if (!info) return info.error();
  Identity identity{std::move(*info), to_pem(certificate.get()), to_pem(key.get())};
  if (identity.certificate_pem.empty() || identity.key_pem.empty()) return openssl_error("cannot write key and certificate as text");
  return identity;
}

Result<CertificateInfo> read_certificate(std::string_view pem) {
  const CertificatePtr certificate = certificate_from_pem(pem);
  if (!certificate) return Error{"contains no certificate", {}, {}};
  return describe(certificate.get());
}

Result<std::string> canonical_fingerprint(std::string_view text) {
  const Error wrong{
      "\"" + std::string(text.substr(0, 120)) + "\" is not a fingerprint", {}, "write SHA256: and 64 hex digits, as mon cert show does"};
  const std::string known = lower(trimmed(text));
  const std::string digits = plain_digits(trimmed(without_prefix(known)));
  if (digits.empty()) return wrong;
  return "SHA256:" + digits;
}

}  // namespace merlin::net
