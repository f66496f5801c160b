#include "mon/oconf/pusher.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "mon/cli/local_node.hpp"
#include "mon/cli/node_state.hpp"
#include "mon/oconf/loaded.hpp"
#include "mon/oconf/object_text.hpp"
#include "mon/oconf/return_watch.hpp"
#include "mon/service/drained.hpp"
#include "mon/service/service.hpp"
#include "mon/ssh/side_by_side.hpp"
#include "mon/trust/trust_file.hpp"

namespace merlin::mon {

using nlohmann::ordered_json;
using oconf::Relation;

namespace {

constexpr Millis kLostTimeout{3'000};  // of a connection to a node that merlind has lost

}  // namespace

Pusher::Pusher(const Call& call, Console& console, ConfigurationHere& here, Visitor& visitor, Visitor& steady)
    : call_(call),
      console_(console),
      here_(here),
      ours_(here.stage.lineage(here.manifest)),
      kept_(here.stage.archive().all_kept()),
      id_(oconf::new_push_id()),
      visitor_(visitor),
      steady_(steady),
      interrupt_(visitor.interrupt()),
      bar_(console) {}

Outcome<int> Pusher::run(const std::vector<config::NodeConfig>& nodes) {
  for (const auto& node : nodes) goals_.emplace_back().node = &node;
  bar_.expect(goals_.size());
  note_lost_nodes();
  on_all(&Pusher::compare);
  show_differences();
  if (call_.has("--dry-run")) return go_along(status());
  if (const auto may = all_may_be_replaced(); !may) return may.failure();
  if (const auto recorded = record(); !recorded) return recorded.error();
  if (std::ranges::none_of(goals_, &Goal::is_wanted)) return go_along(load_here());
  for (const Goal& goal : goals_) bar_.expect(goal.is_wanted() ? goal.difference.added.size() + goal.difference.changed.size() + 1 : 0);
  on_all(&Pusher::stage);
  const bool all_staged = std::ranges::none_of(goals_, [](const Goal& goal) { return goal.fault && !goal.difference.empty(); });
  must_end_ = true;
  bool done = false;
  {
    const std::jthread renewal([this](const std::stop_token& ends) { keep_locks(ends); });
    const auto restarted = all_staged && !interrupt_.raised() ? restart_here() : Result<>(Ok{});
    if (!restarted) console_.error(restarted.error());
    done = all_staged && !interrupt_.raised() && restarted && activate_all() && remember_replaced();
  }
  on_all(&Pusher::drop);
  bar_.clear();
  if (!all_staged) console_.note("nothing was changed on any node");
  const int outcome = finish(done);
  must_end_ = false;
  return done && outcome != ssh::kInterruptedStatus ? go_along(outcome) : outcome;
}

// The other nodes have our files already, or cannot be reached.
int Pusher::load_here() {
  const auto restarted = restart_here();
  if (!restarted) console_.error(restarted.error());
  bar_.clear();
  return restarted ? status() : kFailed;
}

// Sends the trusted certificates (R10) and the sync { } blocks to all reachable nodes.
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
    if (!*goal.synced) status = kFailed;
  }
  return interrupt_.raised() ? ssh::kInterruptedStatus : status;
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
  if (interrupt_.raised()) return ssh::kInterruptedStatus;
  return done ? status() : kFailed;
}

void Pusher::on_all(Work work) {
  ssh::side_by_side(
      goals_.size(), [&](std::size_t i) { (this->*work)(goals_[i]); }, [](std::size_t) {});
}

int Pusher::status() const {
  return std::ranges::none_of(goals_, [](const Goal& goal) { return goal.fault.has_value(); }) ? kAllWell : kFailed;
}

Result<Said> Pusher::mon_there(Goal& goal, std::vector<std::string> words, const std::string& input) {
  words.insert(words.begin(), "mon");
  const std::lock_guard lock(goal.in_use);
  return (must_end_ ? steady_ : visitor_).run(goal.session, goal.node->name, words, input);
}

// What merlind knows of nodes that it has lost. One that it never had a link with may be new.
void Pusher::note_lost_nodes() {
  Call quick = call_;
  quick.timeout = std::min(call_.timeout, kLostTimeout);
  const Answer status = ask_daemon(quick, {{"command", "status"}});
  if (!status) return;
  for (Goal& goal : goals_) {
    const ordered_json node = node_of(*status, goal.node->name);
    const NodeState state = state_of(node);
    if (node.is_null() || state == NodeState::never_seen || state == NodeState::refused) continue;
    if (state != NodeState::active) goal.trouble = "merlind reports it as " + state_text_of(node);
    if (!flag_at(node, "linked", true)) goal.trouble = "merlind has no link to it";
  }
}

// A node that merlind has lost may still answer, but it is not waited for as long.
Result<ssh::Session> Pusher::log_in(const Goal& goal) {
  if (goal.trouble.empty() || call_.has("--timeout")) return visitor_.log_in(*goal.node);
  auto session = visitor_.log_in(*goal.node, std::min(call_.timeout, kLostTimeout));
  if (session || interrupt_.raised()) return session;
  return Error{fmt::format("{} ({})", session.error().what, goal.trouble), session.error().where, session.error().fix};
}

void Pusher::compare(Goal& goal) {
  auto session = log_in(goal);
  if (!session) {
    goal.fault = session.error();
    return bar_.step(goal.node->name);
  }
  goal.session = std::move(*session);
  if (!goal.takes_part()) {
    goal.outcome = PushOutcome::left_out;
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
    goal.foreign = oconf::foreign_files(kept_, ours_, goal.lineage, *theirs, goal.difference);
    if (!goal.difference.empty()) goal.objection = oconf::objection(goal.node->name, ours_, goal.lineage, goal.foreign);
    goal.outcome = goal.difference.empty() ? PushOutcome::same : PushOutcome::unchanged;
  } else {
    goal.fault = Error{theirs.error().what, goal.node->name, theirs.error().fix};
  }
  bar_.step(goal.node->name);
}

// With --if-newer, as in an automatic push, only configurations that are behind ours are replaced.
void Pusher::leave_out(Goal& goal) {
  const bool is_behind = oconf::relation(ours_, goal.lineage) == Relation::behind;
  if (!call_.has("--if-newer") || is_behind) return;
  goal.difference = {};
}

// Unreachable nodes are left out, and named.
void Pusher::show_differences() {
  bar_.clear();
  for (const Goal& goal : goals_) {
    if (goal.fault) console_.error(*goal.fault);
    if (goal.fault) continue;
    const oconf::Difference& found = goal.difference;
    if (!goal.takes_part())
      console_.out << fmt::format("{}: skipped, the object configuration of a {} is not ours\n", goal.node->name,
                                  config::type_name(goal.node->type));
    else if (found.empty())
      console_.out << fmt::format("{}: {}\n", goal.node->name, call_.has("--if-newer") ? "not behind" : "already the same");
    else
      console_.out << fmt::format("{}: {} new, {} changed, {} to remove\n", goal.node->name, found.added.size(), found.changed.size(),
                                  found.removed.size());
    if (call_.has("--dry-run")) show_paths(goal);
    show_lost(goal);
  }
  console_.out << std::flush;
}

// Records our version, and keeps its content. The other nodes get it as newer than all that it replaces.
Result<> Pusher::record() {
  const auto recorded = here_.stage.record(here_.manifest);
  if (!recorded) return recorded.error();
  ours_ = *recorded;
  for (const Goal& goal : goals_) {
    if (goal.is_wanted() && !goal.lineage.now.digest.empty()) ours_ = oconf::above(ours_, goal.lineage);
  }
  return Ok{};
}

// Only now: a push that has failed must ask again, or be forced again, to replace the same versions.
bool Pusher::remember_replaced() {
  const auto added = here_.stage.add_history(ours_.history);
  if (!added) console_.error(added.error());
  return added.ok();
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

// Restarts our own core first, if it does not run the pushed configuration yet.
Result<> Pusher::restart_here() {
  if (call_.has("--no-restart")) return Ok{};
  if (oconf::is_loaded(here_.manifest) || !core_runs(call_)) return Ok{};
  bar_.show(fmt::format("{}: restarting", here_.config.node_name));
  const ReturnWatch watch(call_, here_.config.node_name, bar_);
  Drained drained(call_);
  const auto up = restart_core(call_, here_.config);
  drained.end();
  if (up)
    bar_.line(fmt::format("{}: core restarted, it had not loaded its files yet", here_.config.node_name));
  else
    bar_.clear();
  return up;
}

// One by one: the others take over a node's checks meanwhile. If they cannot, its own restart is short.
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
    const auto done = change(goal, "activate");
    if (!done) {
      goal.fault = done.error();
      take_back(activated);
      return false;
    }
    goal.outcome = PushOutcome::in_place;
    bar_.step(goal.node->name);
    bar_.line(fmt::format("{}: {}", goal.node->name, call_.has("--no-restart") ? "in place" : "in place, restarted"));
  }
  return true;
}

// Puts the staged files in place there, or the old ones again; the command there ends when the node has returned.
Result<> Pusher::change(Goal& goal, const char* verb) {
  std::vector<std::string> words{"oconf", verb, id_};
  std::optional<ReturnWatch> watch;
  if (!call_.has("--no-restart")) {
    words.emplace_back("--restart");
    watch.emplace(call_, goal.node->name, bar_);
  }
  const auto done = mon_there(goal, words);
  return done ? Result<>(Ok{}) : done.error();
}

// In reverse order, with another restart of each core that was restarted.
void Pusher::take_back(const std::vector<Goal*>& activated) {
  for (std::size_t i = activated.size(); i-- > 0;) {
    Goal& goal = *activated[i];
    bar_.show(fmt::format("{}: restoring its old files", goal.node->name));
    const auto back = change(goal, "undo");
    bar_.clear();
    if (back) goal.outcome = PushOutcome::taken_back;
    if (back)
      console_.note(fmt::format("{}: taken back, it has its previous configuration", goal.node->name));
    else
      console_.error({fmt::format("could not be taken back: {}", back.error().what), goal.node->name,
                      fmt::format("on that node: mon oconf undo {} --restart", id_)});
  }
}

void Pusher::drop(Goal& goal) {
  if (goal.is_staged) static_cast<void>(mon_there(goal, {"oconf", "drop", id_}));
}

// The node being activated renews its own lock; this renews the locks of the waiting ones.
void Pusher::keep_locks(const std::stop_token& ends) {
  std::mutex mutex;
  std::condition_variable_any wake;
  std::unique_lock lock(mutex);
  while (!wake.wait_for(lock, ends, oconf::kLease / 3, [&] { return ends.stop_requested(); })) {
    for (Goal& goal : goals_) {
      const std::unique_lock free(goal.in_use, std::try_to_lock);
      if (!free || !goal.is_staged || goal.fault || ends.stop_requested()) continue;
      static_cast<void>(steady_.run(goal.session, goal.node->name, {"mon", "oconf", "renew", id_}));
    }
  }
}

}  // namespace merlin::mon
