// Files in a folder of another user, such as merlind's.
#pragma once

#include <string>

namespace merlin::mon {

// Root temporarily works as the owner of the folder, because users who may write there decide where its names lead. Applies to all threads.
class AsOwner {
 public:
  explicit AsOwner(const std::string& folder);
  ~AsOwner();
  AsOwner(const AsOwner&) = delete;
  AsOwner& operator=(const AsOwner&) = delete;

 private:
  bool is_other_ = false;
};

// Gives a file that root created there to the owner of its folder. Does nothing to any other file.
void give_to_owner(const std::string& folder, const std::string& path);

}  // namespace merlin::mon
