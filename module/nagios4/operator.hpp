// Everything that an operator can do to Nagios Core 4.4, behind the adapter interface.
#pragma once

#include "module/agent/operator_core.hpp"

namespace merlin::neb {

class Nagios4Operator final : public OperatorCore {
 public:
  void each_comment(Index host, const std::function<void(const LocalComment&)>& visit) const override;
  LocalId add_comment(Index object, const wire::CommentRegister& content) override;
  void delete_comment(Index object, LocalId comment) override;

  void each_downtime(const std::function<void(const LocalDowntime&)>& visit) const override;
  std::optional<LocalDowntime> downtime(LocalId id) const override;
  LocalId add_downtime(Index object, const wire::DowntimeRegister& content, LocalId triggered_by, bool silent) override;
  void start_downtime(LocalId id, std::int64_t began_s, bool silent) override;
  void cancel_downtime(LocalId id, bool silent) override;

  bool has_problem(Index object) const override;
  bool acknowledged(Index object) const override;
  bool acknowledged_sticky(Index object) const override;
  void acknowledge(Index object, bool sticky) override;
  void remove_acknowledgement(Index object) override;

  Index contact_count() const override;
  std::string_view contact_name(Index contact) const override;
  std::vector<std::string> modified_attributes(const Subject& subject) const override;
  std::optional<std::string> attribute(const Subject& subject, std::string_view name) const override;
  bool set_attribute(const Subject& subject, const std::string& name, const std::string& value) override;

  void run_command(const std::string& line) override;
};

}  // namespace merlin::neb
