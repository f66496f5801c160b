// Which files are the object configuration, their digest, and the differences between two nodes.
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>
#include <vector>

#include "mon/oconf/loaded.hpp"
#include "mon/oconf/object_files.hpp"
#include "mon/oconf/push_commands.hpp"
#include "mon/oconf/text_diff.hpp"
#include "shared/config/load.hpp"
#include "tests/unit/mon_program_support.hpp"

using namespace merlin;
using namespace merlin::mon::oconf;
namespace fs = std::filesystem;

namespace {

struct Core {
  Core() {
    fs::create_directories(folder.file("conf.d/sub"));
    fs::create_directories(folder.file("conf.d/.hidden"));
    folder.write("nagios.cfg", "# cfg_file=commented.cfg\nlog_file=/var/log/x\ncfg_file = one.cfg\n\tcfg_dir=conf.d/\r\ncfg_file=" +
                                   folder.file("conf.d/a.cfg") + "\n");
    folder.write("one.cfg", "one\n");
    folder.write("conf.d/a.cfg", "a\n");
    folder.write("conf.d/sub/b c.cfg", "b\n");
    folder.write("conf.d/.c.cfg", "hidden\n");
    folder.write("conf.d/.hidden/d.cfg", "hidden\n");
    folder.write("conf.d/notes.txt", "no object\n");
    folder.write("linked", "linked\n");
    fs::create_symlink(folder.file("linked"), folder.file("conf.d/link.cfg"));
  }
  Manifest manifest() const { return read_manifest(folder.file("nagios.cfg")).value(); }
  std::vector<std::string> names() const {
    std::vector<std::string> names;
    for (const ObjectFile& file : manifest().files) names.push_back(mon_test::without_folder(file.path, folder));
    return names;
  }

  mon_test::Folder folder;
};

}  // namespace

BOOST_AUTO_TEST_CASE(the_files_are_those_that_the_core_reads_each_once) {
  const Core core;
  BOOST_TEST(core.names() == (std::vector<std::string>{"conf.d/a.cfg", "conf.d/link.cfg", "conf.d/sub/b c.cfg", "one.cfg"}),
             boost::test_tools::per_element());
  BOOST_TEST(core.manifest().files.front().digest == "87428fc522803d31065e7bce3cf03fe475096631e5e07bbd7a0fde60c4cf25c7");
  BOOST_TEST(core.manifest().files.front().size == 2U);
}

BOOST_AUTO_TEST_CASE(what_is_missing_or_no_file_is_named) {
  const Core core;
  fs::remove(core.folder.file("one.cfg"));
  BOOST_TEST(read_manifest(core.folder.file("nagios.cfg")).error().where == core.folder.file("one.cfg"));
  fs::create_directory(core.folder.file("one.cfg"));
  BOOST_TEST(read_manifest(core.folder.file("nagios.cfg")).error().what == "is not a file");
  fs::remove_all(core.folder.file("one.cfg"));
  core.folder.write("one.cfg", "one\n");
  fs::remove_all(core.folder.file("conf.d"));
  BOOST_TEST(!read_manifest(core.folder.file("nagios.cfg")).ok());
  BOOST_TEST(!read_manifest(core.folder.file("none.cfg")).ok());
}

BOOST_AUTO_TEST_CASE(a_loop_of_links_ends) {
  const Core core;
  fs::create_directory_symlink(core.folder.file("conf.d"), core.folder.file("conf.d/again"));
  BOOST_TEST(read_manifest(core.folder.file("nagios.cfg")).error().what == "folders are too deep");
}

BOOST_AUTO_TEST_CASE(the_digest_follows_content_and_names_and_nothing_else) {
  const Core core;
  const std::string before = digest_of(core.manifest());
  core.folder.write("conf.d/notes.txt", "other\n");
  fs::permissions(core.folder.file("one.cfg"), fs::perms::owner_read);
  BOOST_TEST(digest_of(core.manifest()) == before);
  core.folder.write("conf.d/a.cfg", "b\n");
  const std::string other = digest_of(core.manifest());
  BOOST_TEST(other != before);
  core.folder.write("conf.d/a.cfg", "a\n");
  BOOST_TEST(digest_of(core.manifest()) == before);
  fs::rename(core.folder.file("conf.d/sub/b c.cfg"), core.folder.file("conf.d/sub/b d.cfg"));
  BOOST_TEST(digest_of(core.manifest()) != before);
}

BOOST_AUTO_TEST_CASE(only_what_the_core_would_read_belongs) {
  const MainFile main = read_main("/etc/core/main.cfg", "cfg_dir=conf.d\ncfg_file=../extra/odd.name\n");
  for (const char* good :
       {"/etc/core/conf.d/a.cfg", "/etc/core/conf.d/sub/; rm -rf x.cfg", "/etc/extra/odd.name", "/etc/core/conf.d/-a.cfg"})
    BOOST_TEST(belongs(main, good), good);
  for (const char* bad : {"", "conf.d/a.cfg", "/etc/passwd", "/etc/core/main.cfg", "/etc/core/conf.d/../main.cfg",
                          "/etc/core/conf.d/.a.cfg", "/etc/core/conf.d/./a.cfg", "/etc/core/conf.d//a.cfg", "/etc/core/conf.d/.x/a.cfg",
                          "/etc/core/conf.dx/a.cfg", "/etc/core/conf.d/a.txt"})
    BOOST_TEST(!belongs(main, bad), bad);
}

BOOST_AUTO_TEST_CASE(a_manifest_survives_its_document) {
  const Core core;
  const Manifest ours = core.manifest();
  const Manifest theirs = read_document(document_of(ours)).value();
  BOOST_TEST((theirs.files == ours.files));
  BOOST_TEST((theirs.main.folders == ours.main.folders));
  BOOST_TEST(difference(ours, theirs).empty());
  for (const char* wrong : {"null", "{}", R"({"files": 5})", R"({"files": [5]})", R"({"files": [{"path": "relative", "sha256": "x"}]})"})
    BOOST_TEST(!read_document(nlohmann::ordered_json::parse(wrong)).ok(), wrong);
  auto document = document_of(ours);
  document["files"].push_back(document["files"][0]);
  BOOST_TEST(!read_document(document).ok(), "a file twice");
  document = document_of(ours);
  document["files"][0]["size"] = -1;
  BOOST_TEST(!read_document(document).ok());
}

BOOST_AUTO_TEST_CASE(a_difference_names_each_file_once) {
  const auto file = [](const char* path, const char* digest) { return ObjectFile{path, digest, 0644, 1}; };
  const Manifest ours{{}, {file("/a", "1"), file("/b", "1"), file("/d", "1")}};
  const Manifest theirs{{}, {file("/b", "2"), file("/c", "1"), file("/d", "1")}};
  const Difference found = difference(ours, theirs);
  BOOST_TEST(found.added == std::vector<std::string>{"/a"});
  BOOST_TEST(found.changed == std::vector<std::string>{"/b"});
  BOOST_TEST(found.removed == std::vector<std::string>{"/c"});
}

// --- whether the core has loaded them ---

namespace {

struct RunningCore : Core {
  RunningCore() { folder.write("nagios.cfg", folder.read("nagios.cfg") + "object_cache_file=cache\n"); }
  std::string main() const { return folder.file("nagios.cfg"); }
  // A core start: it reads the files and then writes its object cache.
  void start() const { folder.write("cache", "cache\n"); }
  bool is_loaded() const { return mon::oconf::is_loaded(manifest()); }
  bool is_edited() const { return edited_at(main()).has_value(); }
};

// Changes of files made after this are later than those before, whatever the resolution of the file system's times.
void wait_for_the_clock() { std::this_thread::sleep_for(std::chrono::milliseconds(20)); }

}  // namespace

BOOST_AUTO_TEST_CASE(a_core_that_started_in_the_second_of_the_change_has_loaded_it) {
  const RunningCore core;
  BOOST_TEST(!core.is_loaded(), "it has never started");
  BOOST_TEST(!core.is_edited(), "nobody can tell");
  core.folder.write("one.cfg", "changed\n");
  wait_for_the_clock();
  core.start();
  BOOST_TEST(core.is_loaded());
  BOOST_TEST(!core.is_edited());
}

BOOST_AUTO_TEST_CASE(a_file_that_is_changed_or_moved_into_place_after_the_start_is_not_loaded) {
  const RunningCore core;
  core.folder.write("older", "older\n");
  wait_for_the_clock();
  core.start();
  wait_for_the_clock();
  fs::rename(core.folder.file("older"), core.folder.file("conf.d/a.cfg"));
  BOOST_TEST(!core.is_loaded(), "its own time is older than the start");
  BOOST_TEST(core.is_edited());
  wait_for_the_clock();
  core.start();
  BOOST_TEST(!core.is_edited());
  wait_for_the_clock();
  core.folder.write("conf.d/sub/new.cfg", "new\n");
  BOOST_TEST(core.is_edited());
}

BOOST_AUTO_TEST_CASE(with_a_record_of_the_start_the_contents_decide) {
  const RunningCore core;
  const Loading loading(core.main());
  wait_for_the_clock();
  core.start();
  loading.done();
  wait_for_the_clock();
  fs::permissions(core.folder.file("one.cfg"), fs::perms::owner_read | fs::perms::owner_write);
  core.folder.write("conf.d/a.cfg", "a\n");
  BOOST_TEST(core.is_loaded(), "the contents are the same");
  BOOST_TEST(!core.is_edited());
  fs::remove(core.folder.file("conf.d/sub/b c.cfg"));
  BOOST_TEST(!core.is_loaded(), "a file was removed");
  BOOST_TEST(core.is_edited());
  core.folder.write("conf.d/sub/b c.cfg", "b\n");
  BOOST_TEST(!core.is_edited());
  wait_for_the_clock();
  core.start();
  core.folder.write(".merlin/loaded", "{\"digest\": 5");
  BOOST_TEST(!core.is_edited(), "a damaged record is none");
}

BOOST_AUTO_TEST_CASE(the_last_file_of_a_folder_that_is_removed_is_noticed) {
  const RunningCore core;
  const Loading loading(core.main());
  wait_for_the_clock();
  core.start();
  loading.done();
  wait_for_the_clock();
  BOOST_REQUIRE(fs::remove(core.folder.file("conf.d/sub/b c.cfg")));
  BOOST_TEST(core.is_edited());
}

BOOST_AUTO_TEST_CASE(a_main_file_that_names_other_files_is_noticed) {
  for (const bool has_record : {true, false}) {
    const RunningCore core;
    core.folder.write("older.cfg", "older\n");
    const Loading loading(core.main());
    wait_for_the_clock();
    core.start();
    if (has_record) loading.done();
    wait_for_the_clock();
    BOOST_TEST(!core.is_edited());
    core.folder.write("nagios.cfg", core.folder.read("nagios.cfg") + "cfg_file=older.cfg\n");
    BOOST_TEST(core.is_edited());
    BOOST_TEST(!core.is_loaded());
  }
}

// While mon waits for the core: by an editor, and by its own reload.
BOOST_AUTO_TEST_CASE(what_was_changed_during_a_start_is_loaded_only_after_a_reload) {
  for (const bool is_reloaded : {true, false}) {
    const RunningCore core;
    const Loading loading(core.main());
    wait_for_the_clock();
    core.start();
    wait_for_the_clock();
    core.folder.write("one.cfg", "changed\n");
    wait_for_the_clock();
    if (is_reloaded) core.start();
    loading.done();
    BOOST_TEST(core.is_loaded() == is_reloaded);
    BOOST_TEST(core.is_edited() == !is_reloaded);
  }
}

// --- what differs in their contents ---

namespace {

std::string diff(const std::string& before, const std::string& after) {
  return unified_diff({"a", before}, {"b", after}, mon::ssh::Interrupt()).value();
}

std::string numbers(int from, int to) {
  std::string text;
  for (int number = from; number <= to; ++number) text += std::to_string(number) + "\n";
  return text;
}

}  // namespace

BOOST_AUTO_TEST_CASE(texts_that_differ_are_shown_with_three_lines_around_each_change) {
  BOOST_TEST(diff("same\n", "same\n") == "");
  BOOST_TEST(diff("", "one\n") == "--- a\n+++ b\n@@ -0,0 +1 @@\n+one\n");
  BOOST_TEST(diff(numbers(1, 9), numbers(1, 4) + "five\n" + numbers(6, 9)) ==
             "--- a\n+++ b\n@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8\n");
  BOOST_TEST(diff("a\tb\x1b[31m\n", "a\n") == "--- a\n+++ b\n@@ -1 +1 @@\n-a\tb [31m\n+a\n", "a terminal is not controlled");
}

BOOST_AUTO_TEST_CASE(texts_of_any_content_are_compared) {
  BOOST_TEST(diff("one\ntwo", "one\ntwo\n") == "--- a\n+++ b\n@@ -1,2 +1,2 @@\n one\n-two\n\\ No newline at end of file\n+two\n");
  BOOST_TEST(diff(std::string("a\0b\n", 4), "") == "--- a\n+++ b\n@@ -1 +0,0 @@\n-a b\n");
  const std::string whole = diff(numbers(1, 300'000), numbers(400'001, 700'000));
  BOOST_TEST(whole.starts_with("--- a\n+++ b\n@@ -1,300000 +1,300000 @@\n-1\n"));
  BOOST_TEST(whole.ends_with("+700000\n"));
  const auto odd = unified_diff({"peer02:/a b'c\n", ""}, {std::string(kNoFile), "x\n"}, mon::ssh::Interrupt());
  BOOST_TEST(odd.value() == "--- peer02:/a b'c \n+++ /dev/null\n@@ -0,0 +1 @@\n+x\n");
}

// --- commands of an automatic push ---

namespace {

std::vector<Words> pushes(const std::string& text) {
  const auto loaded = config::load_text(text, "merlin.conf");
  BOOST_REQUIRE(loaded.ok());
  return push_commands(*loaded.config, {"a", "b"}, {"mon", "oconf", "push"});
}

const std::string kRest = "peer b {\n}\n";

}  // namespace

BOOST_AUTO_TEST_CASE(a_push_without_settings_goes_to_all_by_our_own_command) {
  BOOST_TEST((pushes("peer a {\n}\n" + kRest) == std::vector<Words>{{"mon", "oconf", "push", "a", "b"}}));
}

BOOST_AUTO_TEST_CASE(no_in_a_node_block_leaves_that_node_out) {
  for (const std::string no : {"no", "off", "false", "0"}) {
    const auto commands = pushes("peer a {\nobject_config {\npush = " + no + "\n}\n}\n" + kRest);
    BOOST_TEST((commands == std::vector<Words>{{"mon", "oconf", "push", "b"}}), no);
  }
  const std::string off = "object_config {\npush = no\n}\n";
  BOOST_TEST(pushes("peer a {\n" + off + "}\npeer b {\n" + off + "}\n").empty());
}

BOOST_AUTO_TEST_CASE(a_node_with_a_command_is_pushed_to_by_that_one) {
  const auto commands = pushes("daemon {\nobject_config {\npush = no\n}\n}\npeer a {\nobject_config {\npush = give a\n}\n}\n" + kRest);
  BOOST_TEST((commands == std::vector<Words>{{"/bin/sh", "-c", "give a"}}));
  const auto own = pushes("daemon {\nobject_config {\npush = give all\n}\n}\npeer a {\nobject_config {\npush = yes\n}\n}\n" + kRest);
  BOOST_TEST((own == std::vector<Words>{{"mon", "oconf", "push", "a"}, {"/bin/sh", "-c", "give all"}}));
}
