// This node's key while it changes, in daemon { tls_dir }: next/ contains the new key and certificate until they replace
// the old ones; previous/ contains the old certificate until no node trusts it any more. So a change that was interrupted at
// any moment can be continued. The owner of that folder owns the files.
#pragma once

#include <optional>
#include <string>

#include "shared/base/result.hpp"
#include "shared/base/state_paths.hpp"
#include "shared/net/identity.hpp"

namespace merlin::mon {

class NextKey {
 public:
  explicit NextKey(std::string tls_folder) : paths_(std::move(tls_folder)) {}

  // The certificate that was replaced but is still trusted; empty: no change is between its switch and its end.
  std::optional<net::CertificateInfo> previous() const;
  // The new certificate: the one that an earlier call has made, else a new one with the node id of `own`.
  Result<net::CertificateInfo> prepare(const net::CertificateInfo& own) const;
  // Replaces the old one, or completes what an earlier call began.
  Result<> put_in_place() const;
  // Whether an earlier call was interrupted between the two files.
  bool is_half_in_place() const;
  // The change is complete.
  Result<> forget_previous() const;

 private:
  TlsPaths paths_;
};

}  // namespace merlin::mon
