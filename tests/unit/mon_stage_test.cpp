// A push on its target node: sent completely, staged, put in place and reverted, whatever kills it.
#include <sys/stat.h>

#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>

#include "mon/oconf/package.hpp"
#include "mon/oconf/stage.hpp"
#include "tests/unit/mon_program_support.hpp"

using namespace merlin;
using namespace merlin::mon::oconf;
namespace fs = std::filesystem;

namespace {

const std::string kId = "0123456789abcdef";
const std::string kOtherId = "fedcba9876543210";

// The core's files; `elsewhere`: the object files are on another file system, behind a link.
struct Node {
  explicit Node(const std::string& elsewhere = "") {
    if (elsewhere.empty())
      fs::create_directories(folder.file("conf.d"));
    else
      fs::create_directory_symlink(elsewhere, folder.file("conf.d"));
    folder.write("main.cfg", "cfg_dir=conf.d\nresource_file=secret.cfg\nlog_file=/x\n");
    folder.write("conf.d/kept.cfg", "kept\n");
    folder.write("conf.d/changed.cfg", "before\n");
    folder.write("conf.d/removed.cfg", "removed\n");
  }
  Manifest manifest() const { return read_manifest(folder.file("main.cfg")).value(); }
  Package package(const std::string& push = kId) const {
    return {push,
            "peer01",
            {{folder.file("conf.d/changed.cfg"), 0640, "after\n"}, {folder.file("conf.d/sub/added.cfg"), 0644, "added\n"}},
            {folder.file("conf.d/removed.cfg")},
            {{7, std::string(64, 'a'), "peer01", 1}}};
  }
  void prepare(const Package& what) const {
    const auto done = stage().prepare(what, manifest());
    BOOST_REQUIRE_MESSAGE(done.ok(), (done.ok() ? std::string() : done.error().text()));
  }
  Stage stage() const { return Stage(folder.file("main.cfg"), "peer02"); }
  std::string now() const {
    std::string text;
    for (const auto& file : manifest().files)
      text += mon_test::without_folder(file.path, folder) + ": " + folder.read(mon_test::without_folder(file.path, folder));
    return text;
  }

  mon_test::Folder folder;
};

const std::string kBefore = "conf.d/changed.cfg: before\nconf.d/kept.cfg: kept\nconf.d/removed.cfg: removed\n";
const std::string kAfter = "conf.d/changed.cfg: after\nconf.d/kept.cfg: kept\nconf.d/sub/added.cfg: added\n";

}  // namespace

BOOST_AUTO_TEST_CASE(a_package_arrives_whole_or_not_at_all) {
  const Node node;
  const std::string bytes = pack(node.package());
  BOOST_TEST((unpack(bytes).value() == node.package()));
  for (std::size_t length = 0; length < bytes.size(); ++length) BOOST_TEST(!unpack(bytes.substr(0, length)).ok());
  BOOST_TEST(!unpack(bytes + "x").ok());
  std::string bent = bytes;
  bent.back() = 'x';
  BOOST_TEST(!unpack(bent).ok());
  Package wrong = node.package();
  wrong.id = "../../etc";
  BOOST_TEST(!unpack(pack(wrong)).ok());
}

BOOST_AUTO_TEST_CASE(staging_changes_nothing_activation_all_of_it_and_undo_nothing_again) {
  const Node node;
  node.prepare(node.package());
  BOOST_TEST(node.now() == kBefore);
  BOOST_REQUIRE(node.stage().activate(kId).ok());
  BOOST_TEST(node.now() == kAfter);
  BOOST_TEST((fs::status(node.folder.file("conf.d/changed.cfg")).permissions() == static_cast<fs::perms>(0640)));
  BOOST_REQUIRE(node.stage().undo(kId).ok());
  BOOST_TEST(node.now() == kBefore);
  BOOST_REQUIRE(node.stage().undo(kId).ok());
  BOOST_TEST(node.now() == kBefore);
  BOOST_REQUIRE(node.stage().drop(kId).ok());
  BOOST_TEST(!fs::exists(node.folder.file(".merlin/" + kId)));
  BOOST_TEST(!fs::exists(node.folder.file(".merlin/lock")));
}

BOOST_AUTO_TEST_CASE(undo_of_what_was_only_staged_changes_nothing) {
  const Node node;
  node.prepare(node.package());
  BOOST_REQUIRE(node.stage().undo(kId).ok());
  BOOST_TEST(node.now() == kBefore);
}

BOOST_AUTO_TEST_CASE(what_a_killed_push_left_half_done_is_taken_back_by_the_next) {
  const Node node;
  node.prepare(node.package());
  BOOST_REQUIRE(node.stage().activate(kId).ok());
  // As if killed before its last file: the removed file still exists, and so does its lock, which expired long ago.
  node.folder.write(".merlin/" + kId + "/state", "activating");
  fs::rename(node.folder.file(".merlin/" + kId + "/old/2"), node.folder.file("conf.d/removed.cfg"));
  node.folder.write(".merlin/lock", R"({"id": ")" + kId + R"(", "author": "peer01", "until_s": 1})");
  node.stage().mend();
  Package next{kOtherId, "peer02", {}, {node.folder.file("conf.d/removed.cfg")}, {}};
  node.prepare(next);
  BOOST_TEST(node.now() == kBefore);
  BOOST_TEST(!node.stage().activate(kId).ok());
}

// The object files are on another file system than the stage: renaming across is impossible, and each file is still replaced
// in one step.
BOOST_AUTO_TEST_CASE(another_file_system_makes_no_difference) {
  struct stat here {};
  struct stat there {};
  BOOST_REQUIRE(::stat("/dev/shm", &there) == 0 && ::stat("/tmp", &here) == 0);
  if (here.st_dev == there.st_dev) {
    BOOST_TEST_MESSAGE("there is only one file system here");
    return;
  }
  const mon_test::Folder elsewhere("/dev/shm");
  {
    const Node node(elsewhere.path());
    fs::permissions(node.folder.file("conf.d/changed.cfg"), static_cast<fs::perms>(0600));
    const auto time = fs::last_write_time(node.folder.file("conf.d/changed.cfg"));
    node.prepare(node.package());
    BOOST_TEST(node.now() == kBefore);
    BOOST_REQUIRE(node.stage().activate(kId).ok());
    BOOST_TEST(node.now() == kAfter);
    BOOST_REQUIRE(node.stage().undo(kId).ok());
    BOOST_TEST(node.now() == kBefore);
    BOOST_TEST((fs::status(node.folder.file("conf.d/changed.cfg")).permissions() == static_cast<fs::perms>(0600)));
    BOOST_TEST((fs::last_write_time(node.folder.file("conf.d/changed.cfg")) == time));
    BOOST_REQUIRE(node.stage().undo(kId).ok());
    BOOST_TEST(node.now() == kBefore);
  }
  {
    // Killed while the last file was being removed, with an incomplete draft beside the first.
    const Node node(elsewhere.path());
    node.prepare(node.package());
    BOOST_REQUIRE(node.stage().activate(kId).ok());
    node.folder.write(".merlin/" + kId + "/state", "activating");
    node.folder.write("conf.d/.merlin-" + kId + "-0", "hal");
    node.folder.write(".merlin/lock", R"({"id": ")" + kId + R"(", "author": "peer01", "until_s": 1})");
    node.stage().mend();
    BOOST_TEST(node.now() == kBefore);
    BOOST_TEST(!fs::exists(node.folder.file("conf.d/.merlin-" + kId + "-0")));
  }
}

// The activation is killed after each of its steps, and mon repairs it.
BOOST_AUTO_TEST_CASE(killed_at_any_step_it_is_all_old_or_all_new) {
  const std::vector<std::string> steps{"", "old", "activating", "first", "second", "third", "history", "active"};
  for (std::size_t reached = 0; reached < steps.size(); ++reached) {
    const Node node;
    node.prepare(node.package());
    const std::string folder = ".merlin/" + kId + "/";
    const auto place = [&](const char* number, const char* path) {
      fs::create_directories(fs::path(node.folder.file(path)).parent_path());
      fs::rename(node.folder.file(folder + "new/" + number), node.folder.file(path));
    };
    if (reached >= 1) {
      fs::create_hard_link(node.folder.file("conf.d/changed.cfg"), node.folder.file(folder + "old/0"));
      node.folder.write(folder + "old/1.none", "");
      fs::create_hard_link(node.folder.file("conf.d/removed.cfg"), node.folder.file(folder + "old/2"));
    }
    if (reached >= 2) node.folder.write(folder + "state", "activating");
    if (reached >= 3) place("0", "conf.d/changed.cfg");
    if (reached >= 4) place("1", "conf.d/sub/added.cfg");
    if (reached >= 5) fs::remove(node.folder.file("conf.d/removed.cfg"));
    if (reached >= 6) BOOST_REQUIRE(Archive(node.folder.file(".merlin")).set_history(node.package().history).ok());
    if (reached >= 7) node.folder.write(folder + "state", "active");
    node.stage().mend();
    const bool is_new = reached == 7;
    BOOST_TEST(node.now() == (is_new ? kAfter : kBefore), steps[reached]);
    BOOST_TEST(node.stage().archive().history().size() == (is_new ? 1U : 0U), steps[reached]);
    BOOST_TEST(fs::exists(node.folder.file(folder)), "mend took the stage of a push that still has its lease");
    node.folder.write(".merlin/lock", R"({"id": ")" + kId + R"(", "author": "peer01", "until_s": 1})");
    node.stage().mend();
    BOOST_TEST(node.now() == (is_new ? kAfter : kBefore), steps[reached]);
    BOOST_TEST(!fs::exists(node.folder.file(folder)), "the stage of a lapsed push is still there");
  }
}

BOOST_AUTO_TEST_CASE(what_a_push_replaces_is_kept_and_its_history_taken_over) {
  const Node node;
  const std::string was = digest_of(node.manifest());
  node.prepare(node.package());
  BOOST_REQUIRE(node.stage().activate(kId).ok());
  BOOST_TEST((node.stage().archive().history() == node.package().history));
  const auto kept = node.stage().archive().kept(was);
  BOOST_REQUIRE(kept.ok());
  BOOST_TEST(kept->files.size() == 3U);
  for (const auto& file : kept->files) BOOST_TEST(sha256(node.stage().archive().content(file).value()) == file.digest);
  BOOST_TEST((fs::status(node.folder.file(".merlin/kept")).permissions() == fs::perms::owner_all), "others may read kept files");
  BOOST_REQUIRE(node.stage().undo(kId).ok());
  BOOST_TEST(node.stage().archive().history().empty(), "after undo");
}

// Else the other node seems to have made a version since, and the next push says that they have diverged.
BOOST_AUTO_TEST_CASE(a_push_that_was_only_staged_changes_no_history) {
  const Node node;
  node.prepare(node.package());
  BOOST_TEST(node.stage().archive().has(digest_of(node.manifest())), "it can be rolled back to");
  BOOST_REQUIRE(node.stage().drop(kId).ok());
  BOOST_TEST(node.stage().archive().history().empty());
  const Version recorded = node.stage().record(node.manifest())->now;
  node.prepare(node.package());
  BOOST_REQUIRE(node.stage().activate(kId).ok());
  BOOST_REQUIRE(node.stage().undo(kId).ok());
  BOOST_TEST((node.stage().archive().history() == History{recorded}));
}

BOOST_AUTO_TEST_CASE(what_a_push_has_replaced_is_added_to_the_history_here) {
  const Node node;
  const Version ours = node.stage().record(node.manifest())->now;
  const Version theirs{1, std::string(64, 'b'), "peer03", 1};
  const Version above{2, ours.digest, ours.author, ours.time_s};
  BOOST_REQUIRE(node.stage().add_history({ours, theirs, above}).ok());
  BOOST_REQUIRE(node.stage().add_history({ours, theirs, above}).ok());
  BOOST_TEST((node.stage().archive().history() == History{ours, theirs, above}));
}

BOOST_AUTO_TEST_CASE(a_lock_lives_for_as_long_as_it_is_renewed) {
  const Node node;
  node.prepare(node.package());
  node.folder.write(".merlin/lock", R"({"id": ")" + kId + R"(", "author": "peer01", "until_s": 1})");
  BOOST_REQUIRE(node.stage().renew(kId).ok());
  BOOST_TEST(!node.stage().prepare(node.package(kOtherId), node.manifest()).ok());
  BOOST_TEST(!node.stage().renew(kOtherId).ok());
}

BOOST_AUTO_TEST_CASE(a_file_whose_name_breaks_a_line_is_checked_all_the_same) {
  const Node node;
  node.folder.write("conf.d/a\nb.cfg", "odd\n");
  node.prepare(node.package());
  std::istringstream main(node.folder.read(".merlin/" + kId + "/main.cfg"));
  std::vector<std::string> contents;
  for (std::string line; std::getline(main, line);) {
    if (!line.starts_with("cfg_file=")) continue;
    std::ifstream file(line.substr(9));
    contents.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
  }
  BOOST_TEST(contents == (std::vector<std::string>{"after\n", "added\n", "odd\n", "kept\n"}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_resource_file_is_checked_in_its_stage) {
  const Node node;
  node.folder.write("secret.cfg", "$USER1$=/old\n");
  const auto to_verify =
      node.stage().prepare({kId, "peer01", {{node.folder.file("secret.cfg"), 0600, "$USER1$=/new\n"}}, {}, {}}, node.manifest());
  BOOST_REQUIRE(to_verify.ok());
  BOOST_TEST(node.folder.read(".merlin/" + kId + "/main.cfg").find("resource_file=" + node.folder.file(".merlin/" + kId + "/new/0")) !=
             std::string::npos);
  BOOST_REQUIRE(node.stage().activate(kId).ok());
  BOOST_TEST(node.folder.read("secret.cfg") == "$USER1$=/new\n");
}

BOOST_AUTO_TEST_CASE(one_push_at_a_time_until_its_lease_ends) {
  const Node node;
  node.prepare(node.package());
  const auto second = node.stage().prepare(node.package(kOtherId), node.manifest());
  BOOST_REQUIRE(!second.ok());
  BOOST_TEST(second.error().what == "a push from peer01 is running");
  BOOST_TEST(!node.stage().activate(kOtherId).ok());
  BOOST_REQUIRE(node.stage().drop(kId).ok());
  node.prepare(node.package(kOtherId));
}

BOOST_AUTO_TEST_CASE(a_path_that_is_none_of_the_cores_is_refused) {
  const Node node;
  for (const std::string& path :
       std::vector<std::string>{"/etc/passwd", node.folder.file("main.cfg"), node.folder.file("conf.d/../main.cfg"), "relative.cfg"}) {
    BOOST_TEST(!node.stage().prepare({kId, "peer01", {{path, 0644, "x"}}, {}, {}}, node.manifest()).ok(), path);
    BOOST_TEST(!node.stage().prepare({kId, "peer01", {}, {path}, {}}, node.manifest()).ok(), path);
  }
  BOOST_TEST(node.now() == kBefore);
}

BOOST_AUTO_TEST_CASE(the_core_checks_what_it_would_read_afterwards) {
  BOOST_TEST(main_for("a=1\ncfg_dir=conf.d\n# x=y\nresource_file=secret.cfg\ncfg_file=one.cfg\n", "/etc/core",
                      {"/stage/0", "/etc/core/kept.cfg"}) ==
             "a=1\nresource_file=/etc/core/secret.cfg\ncfg_file=/stage/0\ncfg_file=/etc/core/kept.cfg\n");
  // The name in the main file may be written in another way than the name in a package.
  for (const std::string name : {"secret.cfg", "./secret.cfg", "/etc/core//secret.cfg", "../core/secret.cfg"}) {
    BOOST_TEST(main_for("resource_file=" + name + "\n", "/etc/core", {}, {{"/etc/core/secret.cfg", "/stage/1"}}) ==
               "resource_file=/stage/1\n");
  }
}
