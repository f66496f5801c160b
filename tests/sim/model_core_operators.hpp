// Comments, downtimes, acknowledgements and custom variables of the model core (model_core.hpp), and the calls to the module that
// Nagios makes for each of them.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "module/agent/operator_core.hpp"

namespace merlin::sim {

class ModelCore;

class ModelOperators final : public neb::OperatorCore {
 public:
  using Index = neb::Index;
  using LocalId = neb::LocalId;

  enum class CommentKind { user, downtime, acknowledgement, flapping };
  struct Comment {
    Index object = 0;
    CommentKind kind = CommentKind::user;
    wire::CommentRegister content;
  };
  struct Downtime {
    Index object = 0;
    LocalId triggered_by = 0;
    LocalId comment = 0;
    bool in_effect = false;
    bool begins = false;  // a flexible one that starts in the next turn
    wire::DowntimeRegister content;
  };
  // The data in the retention file.
  struct Kept {
    std::map<LocalId, Comment> comments;
    std::map<LocalId, Downtime> downtimes;
    LocalId next_comment = 1;
    LocalId next_downtime = 1;
  };

  explicit ModelOperators(ModelCore& core) : core_(core) {}

  // ---- the process
  // Reads the retention file: its changes cause no notifications.
  void load(const Kept& kept);
  // The loop starts: downtimes in effect start again.
  void begin();
  // The object has a problem: its flexible downtimes start.
  void problem_began(Index object);
  // Downtimes that start or end now.
  void turn();
  Kept kept() const { return kept_; }

  // ---- operators' actions, which the core reports to the module
  LocalId comment(Index object, CommentKind kind, const wire::CommentRegister& content);
  void remove_comment(LocalId id);
  LocalId schedule_downtime(Index object, const wire::DowntimeRegister& content, LocalId triggered_by);
  void remove_downtime(LocalId id);
  void acknowledge_problem(Index object, wire::AcknowledgementRegister content);
  void clear_acknowledgement(Index object);
  void flapping_began(Index object);
  void flapping_ended(Index object);
  void set_variable(Index object, const std::string& name, const std::string& value);

  const std::map<LocalId, Comment>& comments() const { return kept_.comments; }
  const std::map<LocalId, Downtime>& downtimes() const { return kept_.downtimes; }

  // ---- neb::OperatorCore
  void each_comment(Index host, const std::function<void(const neb::LocalComment&)>& visit) const override;
  LocalId add_comment(Index object, const wire::CommentRegister& content) override;
  void delete_comment(Index, LocalId id) override { remove_comment(id); }
  void each_downtime(const std::function<void(const neb::LocalDowntime&)>& visit) const override;
  std::optional<neb::LocalDowntime> downtime(LocalId id) const override;
  LocalId add_downtime(Index object, const wire::DowntimeRegister& content, LocalId triggered_by, bool silent) override;
  void start_downtime(LocalId id, std::int64_t began_s, bool silent) override;
  void cancel_downtime(LocalId id, bool silent) override;
  bool has_problem(Index object) const override;
  bool acknowledged(Index object) const override;
  bool acknowledged_sticky(Index object) const override;
  void acknowledge(Index object, bool sticky) override;
  void remove_acknowledgement(Index object) override;
  Index contact_count() const override { return 0; }
  std::string_view contact_name(Index) const override { return ""; }
  std::vector<std::string> modified_attributes(const neb::Subject& subject) const override;
  std::optional<std::string> attribute(const neb::Subject& subject, std::string_view name) const override;
  bool set_attribute(const neb::Subject& subject, const std::string& name, const std::string& value) override;
  void run_command(const std::string& line) override;

 private:
  neb::LocalComment local(LocalId id, const Comment& comment) const;
  neb::LocalDowntime local(LocalId id, const Downtime& downtime) const;
  void start(LocalId id, bool silent);
  void end(LocalId id);

  ModelCore& core_;
  Kept kept_;
};

}  // namespace merlin::sim
