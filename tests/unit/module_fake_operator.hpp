// The operator's interface of a core of plain values.
#pragma once

#include <algorithm>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "module/agent/operator_core.hpp"

namespace merlin::neb {

class FakeOperatorCore final : public OperatorCore {
 public:
  struct Acknowledgement {
    bool sticky = false;
    bool shown = false;
  };
  using AttributeKey = std::tuple<Subject::Kind, Index, std::string>;

  std::map<LocalId, LocalComment> comments;
  std::map<LocalId, LocalDowntime> downtimes;
  std::map<Index, Acknowledgement> acknowledgements;
  std::map<Index, bool> problems;
  std::map<AttributeKey, std::string> attributes;
  std::vector<std::string> contacts{"admin"};
  std::vector<std::string> commands;
  std::vector<std::string> done;  // the applied changes, in words
  LocalId next_id = 1;
  std::function<Index(Index)> host_of;  // empty: the fake objects are hosts

  LocalComment comment(Index object, const std::string& text, std::int64_t entry_s = 1000) {
    LocalComment made;
    made.id = next_id++;
    made.object = object;
    made.content.author = "me";
    made.content.text = text;
    made.content.entry_s = entry_s;
    made.content.persistent = true;
    return comments[made.id] = made;
  }
  LocalDowntime downtime_of(Index object, std::int64_t start_s, std::int64_t end_s, bool fixed = true, LocalId trigger = 0) {
    LocalDowntime made;
    made.id = next_id++;
    made.object = object;
    made.triggered_by = trigger;
    made.content.author = "me";
    made.content.comment = "work";
    made.content.entry_s = start_s;
    made.content.start_s = start_s;
    made.content.end_s = end_s;
    made.content.fixed = fixed;
    made.content.duration_s = 600;
    return downtimes[made.id] = made;
  }

  void each_comment(Index host, const std::function<void(const LocalComment&)>& visit) const override {
    for (const auto& [id, comment] : comments) {
      if ((host_of ? host_of(comment.object) : comment.object) == host) visit(comment);
    }
  }
  LocalId add_comment(Index object, const wire::CommentRegister& content) override {
    comments[next_id] = {next_id, object, content};
    done.push_back("comment " + content.text);
    return next_id++;
  }
  void delete_comment(Index, LocalId comment) override {
    done.push_back("no comment " + comments[comment].content.text);
    comments.erase(comment);
    if (on_comment_deleted) on_comment_deleted(comment);
  }
  void each_downtime(const std::function<void(const LocalDowntime&)>& visit) const override {
    for (const auto& [id, downtime] : downtimes) visit(downtime);
  }
  std::optional<LocalDowntime> downtime(LocalId id) const override {
    const auto found = downtimes.find(id);
    if (found == downtimes.end()) return std::nullopt;
    return found->second;
  }
  LocalId add_downtime(Index object, const wire::DowntimeRegister& content, LocalId triggered_by, bool silent) override {
    downtimes[next_id] = {next_id, object, triggered_by, content.flexible_start_s != 0, content};
    done.push_back(std::string(silent ? "silent " : "") + "downtime " + content.comment + " by " + std::to_string(triggered_by));
    return next_id++;
  }
  void start_downtime(LocalId id, std::int64_t began_s, bool silent) override {
    downtimes[id].in_effect = true;
    downtimes[id].content.flexible_start_s = began_s;
    done.push_back(std::string(silent ? "silent " : "") + "start " + std::to_string(began_s));
  }
  void cancel_downtime(LocalId id, bool silent) override {
    downtimes.erase(id);
    done.push_back(silent ? "silent cancel" : "cancel");
  }
  bool has_problem(Index object) const override { return problems.contains(object) && problems.at(object); }
  bool acknowledged(Index object) const override { return acknowledgements.contains(object) && acknowledgements.at(object).shown; }
  bool acknowledged_sticky(Index object) const override { return acknowledged(object) && acknowledgements.at(object).sticky; }
  void acknowledge(Index object, bool sticky) override {
    if (acknowledged(object)) return;
    acknowledgements[object] = {sticky, true};
    done.push_back("acknowledge");
  }
  void remove_acknowledgement(Index object) override {
    end_acknowledgement(object);
    done.push_back("unacknowledge");
  }
  // As the core does it, also by itself: with its comments, except for persistent ones.
  void end_acknowledgement(Index object) {
    acknowledgements.erase(object);
    std::vector<LocalId> gone;
    for (const auto& [id, comment] : comments) {
      const bool ends = comment.object == object && comment.content.of_acknowledgement && !comment.content.persistent;
      if (ends) gone.push_back(id);
    }
    for (LocalId id : gone) {
      comments.erase(id);
      if (on_comment_deleted) on_comment_deleted(id);
    }
  }
  Index contact_count() const override { return static_cast<Index>(contacts.size()); }
  std::string_view contact_name(Index contact) const override { return contacts[contact]; }
  std::vector<std::string> modified_attributes(const Subject& subject) const override {
    std::vector<std::string> names;
    for (const auto& [key, value] : attributes) {
      if (std::get<0>(key) == subject.kind && std::get<1>(key) == subject.index) names.push_back(std::get<2>(key));
    }
    return names;
  }
  std::optional<std::string> attribute(const Subject& subject, std::string_view name) const override {
    const auto found = attributes.find({subject.kind, subject.index, std::string(name)});
    if (found == attributes.end()) return std::nullopt;
    return found->second;
  }
  bool set_attribute(const Subject& subject, const std::string& name, const std::string& value) override {
    if (value == "unknown") return false;
    attributes[{subject.kind, subject.index, name}] = value;
    done.push_back(name + " = " + value);
    return true;
  }
  void run_command(const std::string& line) override { commands.push_back(line); }

  std::function<void(LocalId)> on_comment_deleted;
};

}  // namespace merlin::neb
