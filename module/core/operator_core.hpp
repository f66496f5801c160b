// What an operator can do to a core, free of any core's headers: comments, downtimes, acknowledgements, attributes.
// Beside Core (core.hpp), and under its rules: the core's own thread, nothing blocks. What changes the core here makes it
// call back as for an operator's own doing; whoever calls must know that it was not one. Nothing of it from inside of a
// callback, unless it is const.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "module/core/core.hpp"

namespace merlin::neb {

// The core's own number of a comment or a downtime; 0: none. Means nothing in another core.
using LocalId = unsigned long;

struct LocalComment {
  LocalId id = 0;
  Index object = no_object;
  bool of_acknowledgement = false;  // else a person's or a program's
  wire::CommentRegister content;
};

struct LocalDowntime {
  LocalId id = 0;
  Index object = no_object;
  LocalId triggered_by = 0;
  bool in_effect = false;
  wire::DowntimeRegister content;  // without triggered_by
};

// Whose attribute it is.
struct Subject {
  enum class Kind { object, contact, program };
  Kind kind = Kind::program;
  Index index = no_object;  // of the object, or the contact
};

class OperatorCore {
 public:
  virtual ~OperatorCore() = default;

  // ---- comments: of persons and programs, and of acknowledgements; the host's own and its services'
  virtual void each_comment(Index host, const std::function<void(const LocalComment&)>& visit) const = 0;
  // 0: the core refused.
  virtual LocalId add_comment(Index object, const wire::CommentRegister& content) = 0;
  virtual void delete_comment(Index object, LocalId comment) = 0;

  // ---- downtimes
  virtual void each_downtime(const std::function<void(const LocalDowntime&)>& visit) const = 0;
  virtual std::optional<LocalDowntime> downtime(LocalId id) const = 0;
  // With a flexible start in `content` it is in effect at once. `silent`: neither log line nor notification, also when it
  // starts now. 0: the core refused.
  virtual LocalId add_downtime(Index object, const wire::DowntimeRegister& content, LocalId triggered_by, bool silent) = 0;
  // A flexible or triggered one began then. Its notification was sent by who saw it begin.
  virtual void start_downtime(LocalId id, std::int64_t began_s, bool silent) = 0;
  // With all that it triggers.
  virtual void cancel_downtime(LocalId id, bool silent) = 0;

  // ---- acknowledgements
  virtual bool has_problem(Index object) const = 0;
  virtual bool acknowledged(Index object) const = 0;
  virtual bool acknowledged_sticky(Index object) const = 0;
  // Flag, type and comment; what is there already stays.
  virtual void acknowledge(Index object, const wire::AcknowledgementRegister& content) = 0;
  virtual void remove_acknowledgement(Index object) = 0;

  // ---- attributes by name ("checks_enabled", "_VARIABLE")
  virtual Index contact_count() const = 0;
  virtual std::string_view contact_name(Index contact) const = 0;
  // Those that differ from the configuration by an operator's word.
  virtual std::vector<std::string> modified_attributes(const Subject& subject) const = 0;
  virtual std::optional<std::string> attribute(const Subject& subject, std::string_view name) const = 0;
  // As the external command would, marked as modified. false: the core does not know the name or the value.
  virtual bool set_attribute(const Subject& subject, const std::string& name, const std::string& value) = 0;

  // An external command as it is written to the command file, without the time.
  virtual void run_command(const std::string& line) = 0;
};

}  // namespace merlin::neb
