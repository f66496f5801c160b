// The spool file: what the agent saves at a planned stop (spool.hpp of the agent) for the core's next start. Written once, read once; a
// killed core leaves none.
#pragma once

#include <optional>
#include <string>

#include "module/agent/spool.hpp"
#include "shared/base/result.hpp"

namespace merlin::neb {

// All or nothing; on disk when it returns. At most as large as the queues from which it is filled.
Result<> write_spool(const std::string& path, const Spool& spool);
// Removes the file after reading it. Empty: there was none. A damaged file is renamed to PATH.damaged; this is an error.
Result<std::optional<Spool>> take_spool(const std::string& path);

// Conversion to and from the file's contents. Empty: they are damaged.
std::string spool_text(const Spool& spool);
std::optional<Spool> parse_spool(const std::string& bytes);

}  // namespace merlin::neb
