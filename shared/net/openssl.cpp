#include "shared/net/openssl.hpp"

#include <openssl/err.h>
#include <openssl/pem.h>

#include <array>
#include <ctime>
#include <optional>

namespace merlin::net {
namespace {

// There is no passphrase for an encrypted key here; the default would ask on the terminal.
int no_passphrase(char*, int, int, void*) { return 0; }

BioPtr reading(std::string_view text) { return BioPtr(BIO_new_mem_buf(text.data(), static_cast<int>(text.size()))); }

std::optional<WallTime> wall_time(const ASN1_TIME* time) {
  std::tm parts{};
  if (ASN1_TIME_to_tm(time, &parts) != 1) return std::nullopt;
  return WallTime(std::chrono::seconds(timegm(&parts)));
}

std::string fingerprint_of(X509* certificate) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int length = 0;
  if (X509_digest(certificate, EVP_sha256(), digest.data(), &length) != 1) return {};
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text = "SHA256:";
  for (unsigned int i = 0; i < length; ++i) {
    text += kDigits[digest[i] >> 4];
    text += kDigits[digest[i] & 15];
  }
  return text;
}

// Empty unless the only common name is an id: with a second name, the certificate could be read in two ways.
NodeId node_id_of(X509* certificate) {
  const X509_NAME* subject = X509_get_subject_name(certificate);
  const int first = X509_NAME_get_index_by_NID(subject, NID_commonName, -1);
  if (first < 0 || X509_NAME_get_index_by_NID(subject, NID_commonName, first) >= 0) return {};
  const ASN1_STRING* name = X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, first));
  const std::string_view text(reinterpret_cast<const char*>(ASN1_STRING_get0_data(name)), ASN1_STRING_length(name));
  return NodeId::from_hex(text).value_or(NodeId{});
}

}  // namespace

std::string drain_errors() {
  const unsigned long last = ERR_peek_last_error();
  std::string text = "unknown error";
  if (const char* reason = ERR_reason_error_string(last)) text = reason;
  ERR_clear_error();
  return text;
}

CertificatePtr certificate_from_pem(std::string_view pem) {
  CertificatePtr certificate(PEM_read_bio_X509(reading(pem).get(), nullptr, no_passphrase, nullptr));
  ERR_clear_error();
  return certificate;
}

KeyPtr key_from_pem(std::string_view pem) {
  KeyPtr key(PEM_read_bio_PrivateKey(reading(pem).get(), nullptr, no_passphrase, nullptr));
  ERR_clear_error();
  return key;
}

Result<CertificateInfo> describe(X509* certificate) {
  CertificateInfo info;
  info.fingerprint = fingerprint_of(certificate);
  info.node_id = node_id_of(certificate);
  const std::optional<WallTime> from = wall_time(X509_get0_notBefore(certificate));
  const std::optional<WallTime> until = wall_time(X509_get0_notAfter(certificate));
  ERR_clear_error();
  if (info.fingerprint.empty() || !from || !until) return Error{"the certificate is damaged", {}, {}};
  info.not_before = *from;
  info.not_after = *until;
  return info;
}

}  // namespace merlin::net
