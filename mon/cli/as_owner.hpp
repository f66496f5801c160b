// Files in a folder of another user, such as merlind's.
#pragma once

#include <sys/types.h>

#include <string>
#include <utility>
#include <vector>

#include "shared/base/result.hpp"

namespace merlin::mon {

// Root temporarily works with the rights of the folder's owner, because users who may write there decide where its names lead. Applies to
// all threads. Another user than root keeps its own rights.
class AsOwner {
 public:
  // Error: the folder is behind a link that another user can change, users other than its owner can write there, or its owner's rights
  // cannot be taken. Then nothing may be done there.
  static Result<AsOwner> of(const std::string& folder);

  ~AsOwner();
  AsOwner(AsOwner&& other) noexcept : is_other_(std::exchange(other.is_other_, false)), groups_(std::move(other.groups_)) {}
  AsOwner& operator=(AsOwner&&) = delete;

 private:
  AsOwner() = default;

  bool is_other_ = false;
  std::vector<gid_t> groups_;  // of root, to return to
};

// Gives a file that root created there to the owner of its folder. Does nothing to any other file.
void give_to_owner(const std::string& folder, const std::string& name);

}  // namespace merlin::mon
