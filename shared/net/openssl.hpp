// Only for use inside merlin_tls: owners for OpenSSL objects, and the text of OpenSSL errors.
#pragma once

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include <memory>
#include <string>
#include <string_view>

#include "shared/net/identity.hpp"

namespace merlin::net {

template <auto function>
struct Free {
  template <class T>
  void operator()(T* pointer) const {
    function(pointer);
  }
};

using BioPtr = std::unique_ptr<BIO, Free<BIO_free_all>>;
using KeyPtr = std::unique_ptr<EVP_PKEY, Free<EVP_PKEY_free>>;
using CertificatePtr = std::unique_ptr<X509, Free<X509_free>>;

// Empties the calling thread's error queue. Returns the text of its last entry, or "unknown error".
std::string drain_errors();

// Null if the text contains none; the error queue is left empty. Never asks for a passphrase.
CertificatePtr certificate_from_pem(std::string_view pem);
KeyPtr key_from_pem(std::string_view pem);

Result<CertificateInfo> describe(X509* certificate);

}  // namespace merlin::net
