#include "mon/cli/memory_file.hpp"

#include <sys/mman.h>
#include <unistd.h>

namespace merlin::mon {

net::Fd memory_file(std::string_view text) {
  net::Fd file(::memfd_create("text", MFD_CLOEXEC));
  while (file && !text.empty()) {
    const ssize_t written = ::write(file.get(), text.data(), text.size());
    if (written <= 0) return {};
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  ::lseek(file.get(), 0, SEEK_SET);
  return file;
}

}  // namespace merlin::mon
