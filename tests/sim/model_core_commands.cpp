// External commands of the model core: those that operators and programs submit in a simulated run.
#include <stdexcept>

#include "module/agent/agent.hpp"
#include "tests/sim/model_core.hpp"

namespace merlin::sim {
namespace {

// The fields of a command, one after the other.
class Fields {
 public:
  explicit Fields(std::string text) : rest_(std::move(text)) {}
  std::string text() {
    const std::size_t end = rest_.find(';');
    std::string field = rest_.substr(0, end);
    rest_ = end == std::string::npos ? "" : rest_.substr(end + 1);
    return field;
  }
  std::int64_t number() { return std::stoll(text()); }
  std::string rest() { return std::move(rest_); }

 private:
  std::string rest_;
};

wire::CommentRegister comment_of(Fields& fields, Seconds now) {
  wire::CommentRegister comment;
  comment.persistent = fields.number() != 0;
  comment.author = fields.text();
  comment.text = fields.rest();
  comment.entry_s = now;
  comment.external = true;
  return comment;
}

wire::DowntimeRegister downtime_of(Fields& fields, Seconds now) {
  wire::DowntimeRegister downtime;
  downtime.entry_s = now;
  downtime.start_s = fields.number();
  downtime.end_s = fields.number();
  downtime.fixed = fields.number() != 0;
  fields.number();  // skips the trigger
  downtime.duration_s = fields.number();
  downtime.author = fields.text();
  downtime.comment = fields.rest();
  return downtime;
}

wire::AcknowledgementRegister acknowledgement_of(Fields& fields) {
  wire::AcknowledgementRegister acknowledgement;
  acknowledgement.set = true;
  acknowledgement.sticky = fields.number() == 2;
  acknowledgement.notify = fields.number() != 0;
  acknowledgement.persistent = fields.number() != 0;
  acknowledgement.author = fields.text();
  acknowledgement.text = fields.rest();
  return acknowledgement;
}

}  // namespace

void ModelCore::command(const std::string& line) {
  const std::size_t name_end = line.find(';');
  const std::string name = line.substr(0, name_end);
  const std::string arguments = line.substr(name_end + 1);
  environment_.tell("command " + line.substr(0, 200));
  const bool refused = module_->refuses_command(name, arguments, seconds());
  module_->command_begins(name);
  if (!refused) carry_out(name, arguments);
  module_->command_done(name, refused ? "" : arguments);
}

void ModelCore::carry_out(const std::string& name, const std::string& arguments) {
  Fields fields(arguments);
  if (name.starts_with("DELAY_") || arguments.ends_with(";absurd")) throw std::logic_error("the core dies of the command " + name);
  if (name.starts_with("DEL_")) {
    const auto id = static_cast<neb::LocalId>(fields.number());
    return name.ends_with("COMMENT") ? operators_.remove_comment(id) : operators_.remove_downtime(id);
  }
  const std::string host = fields.text();
  const bool of_service = name.find("SVC") != std::string::npos || name.find("SERVICE") != std::string::npos;
  const auto found = by_name_.find({host, of_service ? fields.text() : ""});
  if (found == by_name_.end()) return;
  const Index at = found->second;
  if (name.starts_with("ADD_")) {
    operators_.comment(at, ModelOperators::CommentKind::user, comment_of(fields, seconds()));
  } else if (name.ends_with("_DOWNTIME")) {
    operators_.schedule_downtime(at, downtime_of(fields, seconds()), 0);
  } else if (name.starts_with("ACKNOWLEDGE_")) {
    operators_.acknowledge_problem(at, acknowledgement_of(fields));
  } else if (name.starts_with("REMOVE_")) {
    operators_.clear_acknowledgement(at);
  } else if (name.starts_with("CHANGE_CUSTOM_")) {
    const std::string variable = fields.text();
    operators_.set_variable(at, variable, fields.rest());
  } else if (name.starts_with("SCHEDULE_FORCED_")) {
    force_check(at, fields.number());
  } else if (name.starts_with("SEND_CUSTOM_")) {
    const auto options = static_cast<std::uint32_t>(fields.number());
    const std::string author = fields.text();
    module_->custom_notification_by_command(options);
    notification(at, wire::NotificationKind::custom, author, fields.rest());
  } else if (name.starts_with("PROCESS_")) {
    ModelResult result;
    result.passive = true;
    result.return_code = static_cast<int>(fields.number());
    result.start_ms = result.finish_ms = wall_ms();
    result.output = fields.rest();
    handle_result(at, result);
  } else {
    throw std::logic_error("the model core does not know the command " + name);
  }
}

}  // namespace merlin::sim
