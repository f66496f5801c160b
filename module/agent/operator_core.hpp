// What an operator can do at a core, free of any core's headers: comments, downtimes, acknowledgements, attributes.
// Complements Core (core.hpp), under the same rules: only in the core's own thread, nothing blocks. A change made here causes the
// same callbacks as an operator's action; the caller must tell the two apart. Only const functions may be called from inside a
// callback.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "module/agent/core.hpp"

namespace merlin::neb {

// The core's own number of a comment or a downtime; 0: none. It has no meaning in another core.
using LocalId = unsigned long;

struct LocalComment {
  LocalId id = 0;
  Index object = kNoObject;
  wire::CommentRegister content;
};

struct LocalDowntime {
  LocalId id = 0;
  Index object = kNoObject;
  LocalId triggered_by = 0;
  bool in_effect = false;
  wire::DowntimeRegister content;  // without triggered_by
};

// The object to which an attribute belongs.
struct Subject {
  enum class Kind { object, contact, program };
  Kind kind = Kind::program;
  Index index = kNoObject;  // of the object or contact
};

class OperatorCore {
 public:
  virtual ~OperatorCore() = default;

  // ---- comments of operators, programs and acknowledgements; of the host and its services
  virtual void each_comment(Index host, const std::function<void(const LocalComment&)>& visit) const = 0;
  // 0: the core refused.
  virtual LocalId add_comment(Index object, const wire::CommentRegister& content) = 0;
  virtual void delete_comment(Index object, LocalId comment) = 0;

  // ---- downtimes
  virtual void each_downtime(const std::function<void(const LocalDowntime&)>& visit) const = 0;
  virtual std::optional<LocalDowntime> downtime(LocalId id) const = 0;
  // With a flexible start in `content` it is in effect at once. `silent`: neither log line nor notification, even if it
  // starts now. 0: the core refused.
  virtual LocalId add_downtime(Index object, const wire::DowntimeRegister& content, LocalId triggered_by, bool silent) = 0;
  // Starts a flexible or triggered downtime as of that time. The node that detected its start has sent the notification.
  virtual void start_downtime(LocalId id, std::int64_t began_s, bool silent) = 0;
  // Also cancels the downtimes that it triggers.
  virtual void cancel_downtime(LocalId id, bool silent) = 0;

  // ---- acknowledgements
  virtual bool has_problem(Index object) const = 0;
  virtual bool acknowledged(Index object) const = 0;
  virtual bool acknowledged_sticky(Index object) const = 0;
  // Sets the flag only, without a comment.
  virtual void acknowledge(Index object, bool sticky) = 0;
  // Removes the flag and those comments of acknowledgements that are not persistent.
  virtual void remove_acknowledgement(Index object) = 0;

  // ---- attributes by name ("checks_enabled", "_VARIABLE")
  virtual Index contact_count() const = 0;
  virtual std::string_view contact_name(Index contact) const = 0;
  // Attributes that an operator changed from the configuration.
  virtual std::vector<std::string> modified_attributes(const Subject& subject) const = 0;
  virtual std::optional<std::string> attribute(const Subject& subject, std::string_view name) const = 0;
  // As the external command would, marked as modified. False: the core does not know the name or the value.
  virtual bool set_attribute(const Subject& subject, const std::string& name, const std::string& value) = 0;

  // An external command as written to the command file, without the time.
  virtual void run_command(const std::string& line) = 0;
};

}  // namespace merlin::neb
