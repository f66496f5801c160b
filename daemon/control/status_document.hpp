// The answers of the control socket as JSON, keys as docs/control.md has them. Pure.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "daemon/control/status.hpp"

namespace merlin::daemon {

// Keys stay in the order in which they are written.
using Json = nlohmann::ordered_json;

Json status_document(const Status& status);
Json certs_document(const Status& status, const std::string& certificate_file);
Json owner_document(const std::string& host, const cluster::OwnerView& owner);

// {"ok":false,"errors":[…]}
Json error_document(const std::vector<Error>& errors);

// JSON on one line. Bytes that are not UTF-8 (a core uses whatever is in its files) are replaced.
std::string one_line(const Json& document);

}  // namespace merlin::daemon
