// The key of this node while it changes, in daemon { tls_dir }: next/ holds the new key and certificate until they take the
// place of the old ones; previous/ the old certificate until nobody trusts it any more. So what was interrupted at any
// moment can be gone on with. Files are made as the owner of that folder.
#pragma once

#include <optional>
#include <string>

#include "base/result.hpp"
#include "net/identity.hpp"

namespace merlin::mon {

class NextKey {
 public:
  explicit NextKey(std::string tls_folder) : folder_(std::move(tls_folder)) {}

  // The certificate that is being replaced and no longer ours; none: no change is between its switch and its end.
  std::optional<net::CertificateInfo> previous() const;
  // The new one: that which an earlier call has made, else made now with the node id of `own`.
  Result<net::CertificateInfo> prepare(const net::CertificateInfo& own) const;
  // Puts it in the old one's place, or ends what an earlier call began.
  Result<> put_in_place() const;
  // Whether an earlier call ended between the two files.
  bool is_half_in_place() const;
  // The change is over.
  Result<> forget_previous() const;

 private:
  std::string file(const char* name) const { return folder_ + "/" + name; }

  std::string folder_;
};

}  // namespace merlin::mon
