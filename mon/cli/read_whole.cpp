#include "mon/cli/read_whole.hpp"

#include <unistd.h>

#include <cerrno>

namespace merlin::mon {

Result<std::string> read_whole(const net::Fd& file, std::uint64_t bytes, const std::string& shown) {
  std::string text(bytes, '\0');
  std::size_t have = 0;
  while (have < text.size()) {
    const ssize_t got = ::read(file.get(), text.data() + have, text.size() - have);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return Error{"changed while it was read", shown, "try again"};
    have += static_cast<std::size_t>(got);
  }
  return text;
}

}  // namespace merlin::mon
