// mon oconf push
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "mon/commands.hpp"
#include "mon/core_check.hpp"
#include "mon/fleet.hpp"
#include "mon/oconf/object_text.hpp"
#include "mon/oconf/package.hpp"
#include "mon/oconf_here.hpp"
#include "mon/service_plan.hpp"
#include "mon/site.hpp"
#include "mon/ssh/side_by_side.hpp"

namespace merlin::mon {
namespace {

// One node that is pushed to.
struct Goal {
  const config::NodeConfig* node = nullptr;
  ssh::Session session{};
  std::optional<Error> fault{};
  oconf::Difference difference{};
  bool is_staged = false;

  bool is_wanted() const { return !fault && !difference.empty(); }
};

class Pusher {
 public:
  Pusher(const Call& call, Console& console, const oconf::Manifest& ours, std::string author, const ssh::LoginRules& rules)
      : call_(call),
        console_(console),
        ours_(ours),
        author_(std::move(author)),
        id_(oconf::new_push_id()),
        visitor_(rules, interrupt_),
        steady_(rules, calm_) {}

  int run(const std::vector<config::NodeConfig>& nodes) {
    for (const auto& node : nodes) goals_.push_back({.node = &node});
    on_all([this](Goal& goal) { compare(goal); });
    show_differences();
    if (call_.has("--dry-run")) return status();
    on_all([this](Goal& goal) {
      if (goal.is_wanted()) stage(goal);
    });
    const bool all_staged = std::ranges::none_of(goals_, [](const Goal& goal) { return goal.fault && !goal.difference.empty(); });
    must_end_ = true;
    const bool done = all_staged && activate_all();
    on_all([this](Goal& goal) { drop(goal); });
    for (const Goal& goal : goals_) {
      if (goal.fault && !goal.difference.empty()) console_.error(*goal.fault);
    }
    if (!all_staged) console_.note("nothing was changed on any node");
    if (interrupt_.raised()) return ssh::interrupted_status;
    return done ? status() : failed;
  }

 private:
  template <class Work>
  void on_all(const Work& work) {
    ssh::side_by_side(
        goals_.size(), [&](std::size_t i) { work(goals_[i]); }, [](std::size_t) {});
  }

  int status() const {
    return std::ranges::none_of(goals_, [](const Goal& goal) { return goal.fault.has_value(); }) ? all_well : failed;
  }

  Result<Said> mon_there(const Goal& goal, std::vector<std::string> words, const std::string& input = "") {
    words.insert(words.begin(), "mon");
    return (must_end_ ? steady_ : visitor_).run(goal.session, goal.node->name, words, input);
  }

  void compare(Goal& goal) {
    auto session = visitor_.log_in(*goal.node);
    if (!session) {
      goal.fault = session.error();
      return;
    }
    goal.session = std::move(*session);
    const auto said = mon_there(goal, {"oconf", "files", "--json"});
    const auto theirs = said ? oconf::read_document(nlohmann::ordered_json::parse(said->out, nullptr, false)) : said.error();
    if (theirs)
      goal.difference = oconf::difference(ours_, *theirs);
    else
      goal.fault = Error{theirs.error().what, goal.node->name, theirs.error().fix};
  }

  // Who cannot be reached is left out, and named.
  void show_differences() {
    for (const Goal& goal : goals_) {
      if (goal.fault) console_.error(*goal.fault);
      if (goal.fault) continue;
      const oconf::Difference& found = goal.difference;
      if (found.empty())
        console_.out << fmt::format("{}: the same already\n", goal.node->name);
      else
        console_.out << fmt::format("{}: {} new, {} changed, {} to remove\n", goal.node->name, found.added.size(), found.changed.size(),
                                    found.removed.size());
      if (call_.has("--dry-run")) show_paths(found);
    }
    console_.out << std::flush;
  }

  void show_paths(const oconf::Difference& found) {
    for (const std::string& path : found.added) console_.out << "  + " << plain(path) << '\n';
    for (const std::string& path : found.changed) console_.out << "  ~ " << plain(path) << '\n';
    for (const std::string& path : found.removed) console_.out << "  - " << plain(path) << '\n';
  }

  Result<oconf::Package> package_for(const oconf::Difference& found) const {
    oconf::Package package{id_, author_, {}, found.removed};
    for (const oconf::ObjectFile& file : ours_.files) {
      const bool is_sent = std::ranges::binary_search(found.added, file.path) || std::ranges::binary_search(found.changed, file.path);
      if (!is_sent) continue;
      auto text = oconf::read_object_text(file.path);
      if (!text) return text.error();
      if (oconf::sha256(*text) != file.digest) return Error{"changed while it was pushed", file.path, "push again"};
      package.files.push_back({file.path, file.mode, std::move(*text)});
    }
    return package;
  }

  void stage(Goal& goal) {
    const auto package = package_for(goal.difference);
    const auto said = package ? mon_there(goal, {"oconf", "stage"}, oconf::pack(*package)) : Result<Said>(package.error());
    goal.is_staged = package.ok();
    if (!said) goal.fault = said.error();
  }

  // One by one: its checks go to the others meanwhile. Where that cannot be, its own restart is short.
  bool activate_all() {
    std::vector<Goal*> activated;
    for (Goal& goal : goals_) {
      if (!goal.is_wanted()) continue;
      if (interrupt_.raised()) {
        take_back(activated);
        return false;
      }
      activated.push_back(&goal);
      const auto done = activate(goal);
      if (done) {
        console_.out << fmt::format("{}: {}\n", goal.node->name, call_.has("--no-restart") ? "in place" : "in place, restarted")
                     << std::flush;
        continue;
      }
      goal.fault = done.error();
      take_back(activated);
      return false;
    }
    return true;
  }

  Result<> activate(const Goal& goal) {
    const bool restarts = !call_.has("--no-restart");
    if (restarts) static_cast<void>(mon_there(goal, {"node", "drain", "--timeout", "20s"}));
    const auto placed = mon_there(goal, {"oconf", "activate", id_});
    const auto up = placed && restarts ? mon_there(goal, {"restart"}) : placed;
    if (restarts) static_cast<void>(mon_there(goal, {"node", "undrain", "--no-wait"}));
    if (up) return Ok{};
    return up.error();
  }

  // In reverse order, and each of those that were restarted once more.
  void take_back(const std::vector<Goal*>& activated) {
    for (std::size_t i = activated.size(); i-- > 0;) {
      const Goal& goal = *activated[i];
      const auto back = mon_there(goal, {"oconf", "undo", id_});
      const auto up = back && !call_.has("--no-restart") ? mon_there(goal, {"restart"}) : back;
      if (up)
        console_.note(fmt::format("{}: taken back, it has the configuration from before", goal.node->name));
      else
        console_.error({fmt::format("could not be taken back: {}", up.error().what), goal.node->name,
                        fmt::format("there: mon oconf undo {}; mon restart", id_)});
    }
  }

  void drop(Goal& goal) {
    if (goal.is_staged) static_cast<void>(mon_there(goal, {"oconf", "drop", id_}));
  }

  const Call& call_;
  Console& console_;
  const oconf::Manifest& ours_;
  const std::string author_;
  const std::string id_;
  const ssh::Interrupt interrupt_;
  const ssh::Interrupt calm_{ssh::Interrupt::Listens::no};
  Visitor visitor_;
  Visitor steady_;
  bool must_end_ = false;  // what runs there now is not ended by Ctrl-C: no core may be left stopped
  std::vector<Goal> goals_;
};

}  // namespace

int run_oconf_push(const Call& call, Console& console) {
  const auto config = load_config(call, console);
  if (!config) return failed;
  const Chosen chosen = choose_nodes(call, *config, console);
  if (chosen.nodes.empty()) return chosen.status;
  const auto ours = manifest_here(call, console);
  auto rules = login_rules(call, console);
  if (!ours || !rules) return failed;
  const auto good = check_core(core_files(config->core, look_at_machine()).binary, ours->main.path);
  if (!good) {
    console.error(good.error());
    return failed;
  }
  return Pusher(call, console, *ours, config->node_name, *rules).run(chosen.nodes);
}

}  // namespace merlin::mon
