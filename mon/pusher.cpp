#include "mon/pusher.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "mon/drained.hpp"
#include "mon/oconf/object_text.hpp"
#include "mon/service.hpp"
#include "mon/site.hpp"
#include "mon/ssh/side_by_side.hpp"
#include "mon/trust_file.hpp"

namespace merlin::mon {

using nlohmann::ordered_json;
using oconf::Standing;

Pusher::Pusher(const Call& call, Console& console, ConfigurationHere& here, const ssh::LoginRules& rules)
    : call_(call),
      console_(console),
      here_(here),
      ours_(here.stage.lineage(here.manifest)),
      id_(oconf::new_push_id()),
      visitor_(rules, interrupt_),
      steady_(rules, calm_),
      bar_(console) {}

int Pusher::run(const std::vector<config::NodeConfig>& nodes) {
  for (const auto& node : nodes) goals_.emplace_back().node = &node;
  bar_.expect(goals_.size());
  on_all(&Pusher::compare);
  show_differences();
  if (call_.has("--dry-run")) return go_along(status());
  if (!all_may_be_replaced() || !record()) return failed;
  if (std::ranges::none_of(goals_, &Goal::is_wanted)) return go_along(status());
  for (const Goal& goal : goals_) bar_.expect(goal.is_wanted() ? goal.difference.added.size() + goal.difference.changed.size() + 1 : 0);
  on_all(&Pusher::stage);
  const bool all_staged = std::ranges::none_of(goals_, [](const Goal& goal) { return goal.fault && !goal.difference.empty(); });
  must_end_ = true;
  bool done = false;
  {
    const std::jthread renewal([this](const std::stop_token& ends) { keep_locks(ends); });
    done = all_staged && !interrupt_.raised() && restart_here() && activate_all();
  }
  on_all(&Pusher::drop);
  bar_.clear();
  if (!all_staged) console_.note("nothing was changed on any node");
  const int outcome = finish(done);
  must_end_ = false;
  return done && outcome != ssh::interrupted_status ? go_along(outcome) : outcome;
}

// To all that could be reached: which certificates are trusted (R10), and the sync { } blocks.
int Pusher::go_along(int status) {
  if (!call_.has("--dry-run")) {
    const auto trusted = change_trust(call_.config_path, here_.config, [](TrustSet&) {});
    if (trusted) trusted_ = trusted->document().dump();
  }
  on_all(&Pusher::sync);
  for (const Goal& goal : goals_) {
    if (!goal.synced) continue;
    if (*goal.synced)
      console_.out << fmt::format("{}: sync: {}\n", goal.node->name, summary_of(**goal.synced));
    else
      console_.error(goal.synced->error());
    if (!*goal.synced) status = failed;
  }
  return interrupt_.raised() ? ssh::interrupted_status : status;
}

void Pusher::sync(Goal& goal) {
  if (goal.fault) return;
  const auto introduced = trusted_.empty() ? Result<Said>(Said{}) : mon_there(goal, {"cert", "introduce"}, trusted_);
  if (!introduced) goal.synced = introduced.error();
  if (!introduced || goal.node->sync.entries.empty()) return;
  const std::lock_guard lock(goal.in_use);
  goal.synced = sync_node(visitor_, goal.session, *goal.node, call_.has("--dry-run") ? SyncMode::look : SyncMode::push);
}

int Pusher::finish(bool done) {
  for (const Goal& goal : goals_) {
    if (goal.fault && !goal.difference.empty()) console_.error(*goal.fault);
  }
  if (interrupt_.raised()) return ssh::interrupted_status;
  return done ? status() : failed;
}

void Pusher::on_all(Work work) {
  ssh::side_by_side(
      goals_.size(), [&](std::size_t i) { (this->*work)(goals_[i]); }, [](std::size_t) {});
}

int Pusher::status() const {
  return std::ranges::none_of(goals_, [](const Goal& goal) { return goal.fault.has_value(); }) ? all_well : failed;
}

Result<Said> Pusher::mon_there(Goal& goal, std::vector<std::string> words, const std::string& input) {
  words.insert(words.begin(), "mon");
  const std::lock_guard lock(goal.in_use);
  return (must_end_ ? steady_ : visitor_).run(goal.session, goal.node->name, words, input);
}

void Pusher::compare(Goal& goal) {
  auto session = visitor_.log_in(*goal.node);
  if (!session) {
    goal.fault = session.error();
    return bar_.step(goal.node->name);
  }
  goal.session = std::move(*session);
  if (!goal.takes_part()) {
    goal.outcome = "left out";
    return bar_.step(goal.node->name);
  }
  std::vector<std::string> words{"oconf", "files", "--json"};
  if (call_.has("--resources")) words.emplace_back("--resources");
  const auto said = mon_there(goal, words);
  const auto document = said ? ordered_json::parse(said->out, nullptr, false) : ordered_json();
  const auto theirs = said ? oconf::read_document(document) : said.error();
  if (theirs) {
    goal.difference = oconf::difference(here_.manifest, *theirs);
    goal.lineage = oconf::read_lineage(document);
    leave_out(goal);
    goal.outcome = goal.difference.empty() ? "same" : "unchanged";
  } else {
    goal.fault = Error{theirs.error().what, goal.node->name, theirs.error().fix};
  }
  bar_.step(goal.node->name);
}

// Of a push that nobody asked for: only what comes before ours is replaced.
void Pusher::leave_out(Goal& goal) {
  const bool is_older = oconf::standing(ours_, goal.lineage) == Standing::older;
  if (!call_.has("--if-newer") || is_older) return;
  goal.difference = {};
}

// Who cannot be reached is left out, and named.
void Pusher::show_differences() {
  bar_.clear();
  for (const Goal& goal : goals_) {
    if (goal.fault) console_.error(*goal.fault);
    if (goal.fault) continue;
    const oconf::Difference& found = goal.difference;
    if (!goal.takes_part())
      console_.out << fmt::format("{}: left out, the object configuration of a {} is not ours\n", goal.node->name,
                                  config::type_name(goal.node->type));
    else if (found.empty())
      console_.out << fmt::format("{}: {}\n", goal.node->name, call_.has("--if-newer") ? "not older" : "the same already");
    else
      console_.out << fmt::format("{}: {} new, {} changed, {} to remove\n", goal.node->name, found.added.size(), found.changed.size(),
                                  found.removed.size());
    if (call_.has("--dry-run")) show_paths(found);
  }
  console_.out << std::flush;
}

void Pusher::show_paths(const oconf::Difference& found) {
  for (const std::string& path : found.added) console_.out << "  + " << plain(path) << '\n';
  for (const std::string& path : found.changed) console_.out << "  ~ " << plain(path) << '\n';
  for (const std::string& path : found.removed) console_.out << "  - " << plain(path) << '\n';
}

// What somebody changed there, and we do not have, is not thrown away unasked.
std::optional<Error> Pusher::objection(const Goal& goal) const {
  const bool is_first = goal.lineage.history.empty();
  if (!goal.is_wanted() || is_first || call_.has("--force")) return std::nullopt;
  const Standing stands = oconf::standing(ours_, goal.lineage);
  const std::string there = oconf::name_of(goal.lineage.now);
  if (stands == Standing::newer)
    return Error{fmt::format("its configuration (version {}) is newer than ours (version {})", there, oconf::name_of(ours_.now)),
                 goal.node->name, fmt::format("take it: mon oconf fetch {}; or replace it: mon oconf push --force", goal.node->name)};
  if (stands != Standing::differs) return std::nullopt;
  return Error{
      fmt::format("its configuration (version {}) was changed there, and ours (version {}) here", there, oconf::name_of(ours_.now)),
      goal.node->name, fmt::format("compare them: mon oconf diff {}; then replace it: mon oconf push --force", goal.node->name)};
}

bool Pusher::all_may_be_replaced() {
  bool may = true;
  for (Goal& goal : goals_) {
    goal.against = objection(goal);
    if (goal.against) console_.error(*goal.against);
    may = may && !goal.against;
  }
  if (!may) console_.note("nothing was changed on any node");
  return may;
}

// Our version, kept here too, above all that it replaces.
bool Pusher::record() {
  const auto recorded = here_.stage.record(here_.manifest);
  if (recorded) ours_ = *recorded;
  for (const Goal& goal : goals_) {
    if (goal.is_wanted() && !goal.lineage.now.digest.empty()) ours_ = oconf::above(ours_, goal.lineage);
  }
  const auto written = recorded ? here_.stage.set_history(ours_.history) : Result<>(recorded.error());
  if (written) return true;
  console_.error(written.error());
  return false;
}

void Pusher::stage(Goal& goal) {
  if (!goal.is_wanted()) return;
  bar_.show(fmt::format("{}: sending", goal.node->name));
  auto files = oconf::packed_files(here_.manifest, goal.difference, [](const auto& file) { return oconf::read_object_text(file.path); });
  if (!files) {
    goal.fault = files.error();
    return;
  }
  const std::size_t sent = files->size();
  goal.is_staged = true;
  const oconf::Package package{id_, here_.config.node_name, std::move(*files), goal.difference.removed, ours_.history};
  const auto said = mon_there(goal, {"oconf", "stage"}, oconf::pack(package));
  if (!said) goal.fault = said.error();
  bar_.step(fmt::format("{}: checked by its core", goal.node->name), sent);
}

// Our own core first, where it does not run yet what the others shall run.
bool Pusher::restart_here() {
  if (call_.has("--no-restart")) return true;
  if (oconf::is_running(here_.manifest) || !core_runs(call_)) return true;
  bar_.show(fmt::format("{}: restarting", here_.config.node_name));
  Drained drained(call_);
  const auto up = restart_core(call_, here_.config);
  drained.end();
  if (up) {
    bar_.line(fmt::format("{}: restarted, it had an older configuration", here_.config.node_name));
    return true;
  }
  bar_.clear();
  console_.error(up.error());
  return false;
}

// One by one: its checks go to the others meanwhile. Where that cannot be, its own restart is short.
bool Pusher::activate_all() {
  std::vector<Goal*> activated;
  for (Goal& goal : goals_) {
    if (!goal.is_wanted()) continue;
    if (interrupt_.raised()) {
      take_back(activated);
      return false;
    }
    activated.push_back(&goal);
    bar_.show(fmt::format("{}: putting it in place", goal.node->name));
    const auto done = activate(goal);
    if (!done) {
      goal.fault = done.error();
      take_back(activated);
      return false;
    }
    goal.outcome = "in place";
    bar_.step(goal.node->name);
    bar_.line(fmt::format("{}: {}", goal.node->name, call_.has("--no-restart") ? "in place" : "in place, restarted"));
  }
  return true;
}

Result<> Pusher::activate(Goal& goal) {
  std::vector<std::string> words{"oconf", "activate", id_};
  if (!call_.has("--no-restart")) words.emplace_back("--restart");
  const auto done = mon_there(goal, words);
  return done ? Result<>(Ok{}) : done.error();
}

// In reverse order, and each of those that were restarted once more.
void Pusher::take_back(const std::vector<Goal*>& activated) {
  for (std::size_t i = activated.size(); i-- > 0;) {
    Goal& goal = *activated[i];
    bar_.show(fmt::format("{}: taking it back", goal.node->name));
    std::vector<std::string> words{"oconf", "undo", id_};
    if (!call_.has("--no-restart")) words.emplace_back("--restart");
    const auto back = mon_there(goal, words);
    bar_.clear();
    if (back) goal.outcome = "taken back";
    if (back)
      console_.note(fmt::format("{}: taken back, it has the configuration from before", goal.node->name));
    else
      console_.error({fmt::format("could not be taken back: {}", back.error().what), goal.node->name,
                      fmt::format("there: mon oconf undo {} --restart", id_)});
  }
}

void Pusher::drop(Goal& goal) {
  if (goal.is_staged) static_cast<void>(mon_there(goal, {"oconf", "drop", id_}));
}

// While a node is being worked on it renews its own lock; the others wait for their turn.
void Pusher::keep_locks(const std::stop_token& ends) {
  std::mutex mutex;
  std::condition_variable_any wake;
  std::unique_lock lock(mutex);
  while (!wake.wait_for(lock, ends, oconf::lease / 3, [&] { return ends.stop_requested(); })) {
    for (Goal& goal : goals_) {
      const std::unique_lock free(goal.in_use, std::try_to_lock);
      if (!free || !goal.is_staged || goal.fault || ends.stop_requested()) continue;
      static_cast<void>(steady_.run(goal.session, goal.node->name, {"mon", "oconf", "renew", id_}));
    }
  }
}

}  // namespace merlin::mon
