// mon oconf push to nodes that are played: what it may replace, what a failed push leaves behind, and which core it restarts.
#include <pty.h>
#include <signal.h>

#include <algorithm>
#include <mutex>
#include <sstream>

#include "mon/cli/commands.hpp"
#include "mon/oconf/consent.hpp"
#include "mon/oconf/pusher.hpp"
#include "tests/unit/mon_program_local_node.hpp"

using namespace mon_test;
using namespace merlin;
using namespace merlin::mon;
using oconf::History;
using oconf::Lineage;
using oconf::ObjectFile;
using oconf::Version;

namespace {

// A node with an object configuration, as the commands of a push find it.
struct Played {
  oconf::Manifest manifest;
  History history;
  bool is_away = false;
  bool rejects = false;   // its core, what is pushed
  bool may_start = true;  // its core, with what is pushed
  Millis restart{};       // how long putting it in place takes
  std::vector<std::string> commands{};
  std::optional<oconf::Package> staged{};
  std::optional<std::pair<oconf::Manifest, History>> before{};

  Result<Said> run(const std::vector<std::string>& words, const std::string& input) {
    const std::string& what = words.at(2);
    if (words.at(1) == "oconf") commands.push_back(what);
    if (what == "files") {
      auto document = oconf::document_of(manifest);
      oconf::add_lineage(document, oconf::lineage_of(history, oconf::digest_of(manifest), "peer02", 1));
      return Said{document.dump(), ""};
    }
    if (what == "stage") staged = oconf::unpack(input).value();
    if (what == "stage" && rejects) return Error{"the core rejects the configuration", "peer02", ""};
    if (what == "activate") std::this_thread::sleep_for(restart);
    if (what == "activate") activate();
    if (what == "activate" && !may_start) return Error{"its core does not start", "peer02", ""};
    if (what == "undo" && before) std::tie(manifest, history) = *before;
    return Said{};
  }
  void activate() {
    before = {manifest, history};
    for (const auto& file : staged->files) {
      std::erase_if(manifest.files, [&](const ObjectFile& old) { return old.path == file.path; });
      manifest.files.push_back({file.path, oconf::sha256(file.content), file.mode, file.content.size()});
    }
    std::erase_if(manifest.files, [&](const ObjectFile& old) { return std::ranges::count(staged->removed, old.path) > 0; });
    std::ranges::sort(manifest.files, {}, &ObjectFile::path);
    history = staged->history;
  }
};

class PlayedVisitor : public Visitor {
 public:
  PlayedVisitor(Played& node, const ssh::Interrupt& interrupt) : Visitor({}, interrupt), node_(node) {}
  Result<ssh::Session> log_in(const config::NodeConfig& node, std::optional<Millis>) override {
    return node_.is_away ? Result<ssh::Session>(Error{"no answer", node.name, ""}) : Result<ssh::Session>(ssh::Session{});
  }
  Result<Said> run(const ssh::Session&, const std::string&, const std::vector<std::string>& words, const std::string& input) override {
    const std::lock_guard lock(mutex_);
    return node_.run(words, input);
  }

 private:
  Played& node_;
  std::mutex mutex_;
};

// The input and output of a process on a terminal of its own.
struct Terminal {
  int status = -1;  // its exit status
  std::string shown;
};

// Runs `work` in a child process, and types `answer` at each question.
Terminal on_terminal(const std::function<int()>& work, const std::string& answer) {
  Terminal terminal;
  int master = -1;
  const pid_t pid = ::forkpty(&master, nullptr, nullptr, nullptr);
  BOOST_REQUIRE(pid >= 0);
  if (pid == 0) ::_exit(work());
  std::size_t answered = 0;
  for (char c = 0; ::read(master, &c, 1) == 1;) {
    terminal.shown += c;
    if (terminal.shown.size() == answered || !terminal.shown.ends_with("[yes/no] ")) continue;
    answered = terminal.shown.size();
    BOOST_REQUIRE(::write(master, (answer + "\n").c_str(), answer.size() + 1) > 0);
  }
  ::close(master);
  int status = 0;
  ::waitpid(pid, &status, 0);
  terminal.status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return terminal;
}

// peer01 with the files of a core, which it restarts by a command of its own; peer02 is played.
struct TwoNodes : LocalNode {
  TwoNodes() {
    std::filesystem::create_directories(folder.file("conf.d"));
    folder.write("merlin.conf", conf() + "core {\n config = " + folder.file("main.cfg") +
                                    "\n binary = /bin/true\n restart = \"echo restart >>" + folder.file("restarts") + " && echo >" +
                                    folder.file("cache") + "\"\n}\n");
    folder.write("main.cfg", "cfg_dir=conf.d\nobject_cache_file=cache\n");
    folder.write("conf.d/both.cfg", "ours\n");
    there.manifest = present();
    folder.write("cache", "");
  }
  oconf::Manifest present() const { return oconf::read_manifest(folder.file("main.cfg")).value(); }
  // The other node gets a file with this content.
  void write_there(const std::string& name, const std::string& text) {
    const std::string path = folder.file("conf.d/" + name);
    std::erase_if(there.manifest.files, [&](const ObjectFile& old) { return old.path == path; });
    there.manifest.files.push_back({path, oconf::sha256(text), 0644, text.size()});
    std::ranges::sort(there.manifest.files, {}, &ObjectFile::path);
  }
  // The push on a terminal. It changes this object only in its own process, which prints its output and the outcome.
  Terminal push_on_terminal(const std::string& answer) {
    keeps_stdin = true;
    const auto terminal = on_terminal(
        [&] {
          const int status = push();
          const std::string end = is_same() ? "\nREPLACED\n" : "\nNOT REPLACED\n";
          for (const std::string& text : {shown.str(), errors.str(), end}) static_cast<void>(::write(1, text.data(), text.size()));
          return status;
        },
        answer);
    keeps_stdin = false;
    return terminal;
  }
  int push(const std::string& option = "") {
    Call call;
    call.command = find_command("oconf push");
    call.config_path = folder.file("merlin.conf");
    call.timeout = std::chrono::seconds(5);
    if (!option.empty()) call.options[option] = "";
    shown.str("");
    errors.str("");
    Console console{shown, errors};
    auto here = configuration_here(call);
    BOOST_REQUIRE_MESSAGE(here.ok(), "this node's configuration");
    BOOST_REQUIRE((keeps_stdin || std::freopen("/dev/null", "r", stdin) != nullptr));  // nobody is asked
    const auto nodes = here->config.nodes;
    const ssh::Interrupt interrupt;
    PlayedVisitor visitor(there, interrupt);
    there.commands.clear();
    Pusher pusher(call, console, *here, visitor, visitor);
    const auto ended = pusher.run(nodes);
    if (!ended) console.report(ended.failure());
    document = pusher.document();
    return ended ? *ended : 1;
  }
  bool ran(const std::string& command) const { return std::ranges::count(there.commands, command) > 0; }
  bool is_same() const { return oconf::digest_of(there.manifest) == oconf::digest_of(present()); }

  Played there{};
  std::ostringstream shown;
  std::ostringstream errors;
  ordered_json document;
  bool keeps_stdin = false;
};

Version made(std::uint64_t counter, char letter, const std::string& author = "peer01") {
  return {counter, std::string(64, letter), author, 1};
}
Lineage lineage(const History& history, char present) { return oconf::lineage_of(history, std::string(64, present), "peer02", 2); }

}  // namespace

BOOST_AUTO_TEST_CASE(an_objection_names_what_would_be_lost) {
  const oconf::ForeignFiles none;
  const oconf::ForeignFiles some{{"/one"}, {"/two"}};
  const Lineage ours = lineage({made(1, 'a'), made(2, 'b')}, 'b');
  const Lineage behind = lineage({made(1, 'a')}, 'a');
  const Lineage ahead = lineage({made(1, 'a'), made(2, 'b'), made(3, 'c')}, 'c');
  const Lineage diverged = lineage({made(1, 'a'), made(2, 'd', "peer02")}, 'd');
  const Lineage unversioned = lineage({}, 'x');
  BOOST_TEST(!oconf::objection("peer02", ours, behind, none).has_value());
  BOOST_TEST(!oconf::objection("peer02", ours, unversioned, none).has_value());
  const auto asked = oconf::objection("peer02", ours, unversioned, some);
  BOOST_REQUIRE(asked.has_value());
  BOOST_TEST(asked->reason.what == "2 of its files did not come from this node");
  BOOST_TEST(asked->question == "peer02: 2 of its files did not come from this node. Replace its configuration with ours?");
  for (const auto& [theirs, words, lost] :
       {std::tuple{ahead, "is ahead of ours", ". The newer changes of peer02 would be lost. Replace its configuration with ours?"},
        std::tuple{diverged, "they have diverged", ". The changes made on peer02 would be lost. Replace its configuration with ours?"}}) {
    for (const auto& foreign : {none, some}) {
      const auto found = oconf::objection("peer02", ours, theirs, foreign);
      BOOST_REQUIRE(found.has_value());
      BOOST_TEST(found->reason.what.find(words) != std::string::npos, found->reason.what);
      BOOST_TEST(found->reason.fix.find("mon oconf push --force") != std::string::npos, found->reason.fix);
      BOOST_TEST(found->question.starts_with("peer02: " + found->reason.what), found->question);
      BOOST_TEST(found->question.ends_with(lost), found->question);
    }
  }
}

BOOST_AUTO_TEST_CASE(foreign_files_are_not_replaced_without_consent) {
  TwoNodes nodes;
  nodes.write_there("both.cfg", "theirs\n");
  nodes.write_there("own.cfg", "theirs\n");
  BOOST_TEST(nodes.push() == 1);
  BOOST_TEST(nodes.errors.str().find("peer02: 2 of its files did not come from this node; ") != std::string::npos, nodes.errors.str());
  BOOST_TEST(nodes.document["nodes"][0]["error"].get<std::string>().starts_with("peer02: 2 of its files"));
  BOOST_TEST((nodes.there.commands == std::vector<std::string>{"files"}));
  BOOST_TEST(!nodes.is_same());
  BOOST_TEST(nodes.push("--force") == 0);
  BOOST_TEST(nodes.is_same());
  BOOST_TEST(nodes.push() == 0);
}

// The other node has a newer version, or both have changed their files.
BOOST_AUTO_TEST_CASE(newer_changes_of_another_node_are_replaced_by_a_person_who_agrees) {
  for (const bool is_ahead : {true, false}) {
    TwoNodes nodes;
    nodes.there.history = {{1, is_ahead ? oconf::digest_of(nodes.present()) : std::string(64, 'a'), "peer01", 1}};
    nodes.write_there("both.cfg", "newer\n");
    BOOST_TEST(nodes.push() == 1, "nobody was asked");
    BOOST_TEST(nodes.errors.str().find("mon oconf push --force") != std::string::npos, nodes.errors.str());
    BOOST_TEST(!nodes.is_same());
    const Terminal refused = nodes.push_on_terminal("no");
    BOOST_TEST(refused.status == 1);
    const char* lost = is_ahead ? "The newer changes of peer02 would be lost." : "The changes made on peer02 would be lost.";
    BOOST_TEST(refused.shown.find(std::string(lost) + " Replace its configuration with ours? [yes/no]") != std::string::npos,
               refused.shown);
    BOOST_TEST(refused.shown.find("nothing was changed on any node") != std::string::npos, refused.shown);
    BOOST_TEST(refused.shown.find("NOT REPLACED") != std::string::npos, refused.shown);
    const Terminal agreed = nodes.push_on_terminal("yes");
    BOOST_TEST(agreed.status == 0, agreed.shown);
    BOOST_TEST(agreed.shown.find("NOT REPLACED") == std::string::npos, agreed.shown);
    BOOST_TEST(agreed.shown.find("to restore them after the push: mon node ctrl peer02 -- mon oconf rollback ") != std::string::npos);
  }
}

// The other node went back to an earlier version of ours, which has no file that did not come from here.
BOOST_AUTO_TEST_CASE(the_command_that_restores_is_shown_without_foreign_files) {
  TwoNodes nodes;
  nodes.folder.write("conf.d/both.cfg", "old\n");
  BOOST_REQUIRE(nodes.push("--force") == 0);
  const auto old = nodes.there.manifest;
  nodes.folder.write("conf.d/both.cfg", "new\n");
  BOOST_REQUIRE(nodes.push() == 0);
  nodes.there.manifest = old;
  nodes.there.history.push_back({9, oconf::digest_of(old), "peer02", 1});
  BOOST_TEST(nodes.push() == 1);
  BOOST_TEST(nodes.document["nodes"][0]["foreign"].empty());
  const std::string restore = "mon node ctrl peer02 -- mon oconf rollback " + oconf::short_digest(oconf::digest_of(old));
  BOOST_TEST(nodes.shown.str().find(restore + "\n") != std::string::npos, nodes.shown.str());
}

BOOST_AUTO_TEST_CASE(the_document_has_the_command_that_restores) {
  TwoNodes nodes;
  nodes.write_there("both.cfg", "theirs\n");
  const std::string restore = "mon node ctrl peer02 -- mon oconf rollback " + oconf::short_digest(oconf::digest_of(nodes.there.manifest));
  const auto shown = [&] { return nodes.document["nodes"][0].at("restore"); };
  BOOST_TEST(nodes.push("--dry-run") == 0);
  BOOST_TEST(shown() == restore);
  BOOST_TEST(nodes.push() == 1);
  BOOST_TEST(shown() == restore, "before --force is given");
  nodes.there.may_start = false;
  BOOST_TEST(nodes.push("--force") == 1);
  BOOST_TEST(shown().is_null(), "the old files are back");
  nodes.there.may_start = true;
  BOOST_TEST(nodes.push("--force") == 0);
  BOOST_TEST(shown() == restore);
  BOOST_TEST(nodes.push() == 0);
  BOOST_TEST(shown().is_null(), "nothing to change");
  nodes.folder.write("conf.d/new.cfg", "new\n");
  nodes.there.is_away = true;
  BOOST_TEST(nodes.push() == 1);
  BOOST_TEST(shown().is_null(), "unknown");
}

BOOST_AUTO_TEST_CASE(a_failed_push_needs_consent_again) {
  for (const bool is_rejected : {true, false}) {
    TwoNodes nodes;
    nodes.write_there("both.cfg", "theirs\n");
    nodes.there.rejects = is_rejected;
    nodes.there.may_start = is_rejected;
    BOOST_TEST(nodes.push("--force") == 1);
    BOOST_TEST(nodes.ran(is_rejected ? "stage" : "undo"));
    nodes.there.rejects = false;
    nodes.there.may_start = true;
    BOOST_TEST(nodes.push() == 1, "a push without consent after one that had it and failed");
    BOOST_TEST(nodes.errors.str().find("did not come from this node") != std::string::npos, nodes.errors.str());
    BOOST_TEST(!nodes.is_same());
    BOOST_TEST(nodes.push("--force") == 0);
    // From now on the other node has our files: a change here goes there without a question.
    nodes.folder.write("conf.d/both.cfg", "ours again\n");
    BOOST_TEST(nodes.push() == 0, nodes.errors.str());
    BOOST_TEST(nodes.is_same());
  }
}

BOOST_AUTO_TEST_CASE(what_was_replaced_is_an_ancestor_of_ours) {
  TwoNodes nodes;
  nodes.write_there("both.cfg", "theirs\n");
  const auto replaced = nodes.there.manifest;
  BOOST_TEST(nodes.push("--force") == 0);
  BOOST_REQUIRE(nodes.is_same());
  nodes.there.manifest = replaced;  // restored from a backup
  nodes.there.history.clear();
  BOOST_TEST(nodes.push() == 0, nodes.errors.str());
  BOOST_TEST(nodes.is_same());
}

// A core, as far as its command line shows it.
struct Process {
  Process(const std::string& name, const std::string& file) : pid(::fork()) {
    if (pid != 0) return;
    ::execl("/bin/sh", name.c_str(), "-c", "trap 'kill $!; exit' TERM; sleep 60 & wait", file.c_str(), nullptr);
    ::_exit(127);
  }
  ~Process() {
    ::kill(pid, SIGTERM);
    ::waitpid(pid, nullptr, 0);
  }
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;
  pid_t pid;
};

// The core is restarted also if the other nodes have the files already, or none of them can be reached.
BOOST_AUTO_TEST_CASE(a_push_loads_the_files_here) {
  for (const bool is_away : {false, true}) {
    TwoNodes nodes;
    FakeDaemon daemon(nodes.folder.file("sock"), [](const ordered_json&) {
      return line_of(a_status({a_node("peer01", true, "active", "drained", 0), a_node("peer02", false, "active", "ready", 30)}));
    });
    const Process core("true", nodes.folder.file("main.cfg"));
    ::usleep(20'000);
    nodes.folder.write("conf.d/both.cfg", "edited\n");
    ::usleep(20'000);
    nodes.there.manifest = nodes.present();
    nodes.there.is_away = is_away;
    BOOST_TEST(nodes.push("--dry-run") == (is_away ? 1 : 0));
    BOOST_TEST(nodes.push("--no-restart") == (is_away ? 1 : 0));
    BOOST_TEST(nodes.folder.read("restarts") == "");
    BOOST_TEST(nodes.push() == (is_away ? 1 : 0), nodes.errors.str());
    BOOST_TEST(nodes.folder.read("restarts") == "restart\n");
    BOOST_TEST(nodes.shown.str().find("peer01: core restarted, it had not loaded its files yet\n") != std::string::npos, nodes.shown.str());
    BOOST_TEST(nodes.push() == (is_away ? 1 : 0));
    BOOST_TEST(nodes.folder.read("restarts") == "restart\n");
  }
}

// A node that is not restarted does not leave, so nobody waits for its return.
BOOST_AUTO_TEST_CASE(only_the_return_of_a_restarted_node_is_watched) {
  for (const bool is_restarted : {true, false}) {
    TwoNodes nodes;
    FakeDaemon daemon(nodes.folder.file("sock"), [](const ordered_json&) {
      ordered_json list = ordered_json::array();
      for (const char* name : {"peer01", "peer02", "peer03"}) {
        list.push_back(a_node(name, std::string(name) == "peer01", "active", "joining", 0));
        list.back()["core"] = "stopped";
        list.back()["return_delay"] = {{"text", std::string(name) + " is delayed"}};
      }
      return line_of(a_status(list));
    });
    nodes.folder.write("conf.d/new.cfg", "new\n");
    nodes.there.restart = std::chrono::milliseconds(1'500);
    BOOST_TEST(nodes.push(is_restarted ? "" : "--no-restart") == 0, nodes.errors.str());
    const std::string shown = nodes.shown.str();
    BOOST_TEST((shown.find("peer02: waiting: peer02 is delayed\n") != std::string::npos) == is_restarted, shown);
    BOOST_TEST(shown.find("peer01: waiting") == std::string::npos, shown);
    BOOST_TEST(shown.find("peer03") == std::string::npos, shown);
  }
}
