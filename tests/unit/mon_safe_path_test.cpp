// Folders that other users own: root follows no link there, and writes nowhere else.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <string>

#include "mon/cli/as_owner.hpp"
#include "mon/cli/safe_path.hpp"
#include "mon/log/kept.hpp"
#include "mon/oconf/object_text.hpp"
#include "mon/oconf/staged_files.hpp"
#include "mon/sync/exchange.hpp"
#include "mon/trust/next_key.hpp"
#include "mon/trust/trust_file.hpp"
#include "tests/unit/mon_program_support.hpp"

using namespace merlin;
using namespace merlin::mon;
using boost::unit_test::precondition;
namespace fs = std::filesystem;

namespace {

constexpr uid_t kStranger = 65'534;

// ours/ and victim/ are ours, theirs/ is another user's. Only root can make such a folder.
struct Places {
  Places() {
    for (const char* name : {"ours", "ours/real", "theirs", "theirs/real", "victim", "here"}) fs::create_directory(folder.file(name));
    if (can_give_away()) BOOST_REQUIRE(::chown(folder.file("theirs").c_str(), kStranger, kStranger) == 0);
    fs::create_directory_symlink("real", folder.file("ours/link"));
    fs::create_directory_symlink("../victim", folder.file("theirs/link"));
    folder.write("victim/one", "secret\n");
    for (const char* name : {"", "victim"}) BOOST_REQUIRE(::chmod(folder.file(name).c_str(), 0755) == 0);
    folder.write("here/one", "one\n");
  }
  static bool can_give_away() { return ::geteuid() == 0; }

  Result<> sync(const std::string& dest) const {
    const auto tree = sync::read_tree({folder.file("here/"), folder.file(dest)}, false);
    if (!tree) return tree.error();
    const auto there = sync::settled(*tree);
    auto change = sync::difference(there);
    if (!change) return change.error();
    return sync::make_equal(there, *change, {{"one", "one\n"}});
  }

  mon_test::Folder folder;
};

// Only root can make folders of other users. Boost.Test names the cases that it skips.
boost::test_tools::assertion_result is_root(boost::unit_test::test_unit_id) {
  boost::test_tools::assertion_result root(Places::can_give_away());
  root.message() << "it needs root";
  return root;
}

template <class T>
std::string error_of(const Result<T>& outcome) {
  return outcome ? "" : outcome.error().what;
}
std::string what(const Result<net::Fd>& outcome) { return error_of(outcome); }

}  // namespace

BOOST_AUTO_TEST_CASE(links_of_ours_are_followed_links_of_others_are_not, *precondition(is_root)) {
  const Places places;
  BOOST_TEST(what(open_folder(places.folder.file("ours/link"))) == "");
  BOOST_TEST(followed(places.folder.file("ours/link/x")).value() == places.folder.file("ours/real/x"));
  BOOST_TEST(what(open_folder(places.folder.file("theirs/real"))) == "");
  BOOST_TEST(what(open_folder(places.folder.file("theirs/link"))) == "is a link that another user can change; such links are not followed");
  BOOST_TEST(!open_folder(places.folder.file("theirs/link/deeper"), Missing::make).ok());
  BOOST_TEST(!fs::exists(places.folder.file("victim/deeper")));
  // Below a folder of theirs even a folder of ours may have been put there by them.
  fs::create_directory_symlink("../../victim", places.folder.file("theirs/real/up"));
  BOOST_TEST(!open_folder(places.folder.file("theirs/real/up")).ok());
  BOOST_REQUIRE(::chmod(places.folder.file("ours").c_str(), 0777) == 0);
  BOOST_TEST(!open_folder(places.folder.file("ours/link")).ok());
}

// A push or a fetch would carry a file that only root can read to all nodes, by a link that its reader planted.
BOOST_AUTO_TEST_CASE(a_file_is_not_read_for_a_user_who_cannot_read_it, *precondition(is_root)) {
  const Places places;
  const std::string victim = places.folder.file("victim/one");
  const std::string planted = places.folder.file("theirs/link/one");
  const auto refused = [&] { return error_of(oconf::read_object_text(planted)) == "its folder belongs to a user who cannot read it"; };
  const auto set = [&](gid_t group, mode_t mode) {
    BOOST_REQUIRE(::chown(victim.c_str(), 0, group) == 0 && ::chmod(victim.c_str(), mode) == 0);
  };
  BOOST_TEST(controllers_of(places.folder.file("ours/link/x")).empty());
  BOOST_REQUIRE(controllers_of(planted).size() == 1U);
  BOOST_TEST(controllers_of(planted).front().user == kStranger);
  BOOST_TEST(oconf::read_object_text(planted).value() == "secret\n");
  set(0, 0600);
  BOOST_TEST(refused());
  BOOST_TEST(oconf::read_object_text(victim).value() == "secret\n");
  set(kStranger, 0640);
  BOOST_TEST(oconf::read_object_text(planted).value() == "secret\n");
  // The group of a folder is not always one of its owner's.
  set(0, 0640);
  BOOST_REQUIRE(::chown(places.folder.file("theirs").c_str(), kStranger, 0) == 0);
  BOOST_TEST(refused());
  // Everybody may read the file itself, but not its folder.
  set(0, 0644);
  BOOST_REQUIRE(::chmod(places.folder.file("victim").c_str(), 0700) == 0);
  BOOST_TEST(refused());
}

BOOST_AUTO_TEST_CASE(a_file_is_read_with_the_rights_of_each_who_can_exchange_it, *precondition(is_root)) {
  const Places places;
  const std::string victim = places.folder.file("victim/one");
  const std::string ours = places.folder.file("ours/planted");
  fs::create_symlink(victim, ours);
  const auto readable = [&](gid_t group, mode_t mode) {
    BOOST_REQUIRE(::chown(victim.c_str(), 0, group) == 0 && ::chmod(victim.c_str(), mode) == 0);
    return oconf::read_object_text(ours).ok();
  };
  const auto folder = [&](gid_t group, mode_t mode) {
    BOOST_REQUIRE(::chown(places.folder.file("ours").c_str(), 0, group) == 0 && ::chmod(places.folder.file("ours").c_str(), mode) == 0);
  };
  constexpr gid_t kGroup = 61'000;
  folder(kGroup, 0775);  // the members of a group
  BOOST_TEST(readable(kGroup, 0640));
  BOOST_TEST(!readable(0, 0640));
  folder(0, 0777);  // everybody
  BOOST_TEST(!readable(0, 0640));
  BOOST_TEST(readable(0, 0644));
  folder(0, 01777);  // as in /tmp, the owner of a link
  BOOST_TEST(readable(0, 0640));
  BOOST_REQUIRE(::lchown(ours.c_str(), kStranger, kStranger) == 0);
  BOOST_TEST(!readable(0, 0640));
  // Another user's folder below: both must be able to read it.
  constexpr uid_t kOther = 61'001;
  const std::string deeper = places.folder.file("theirs/deeper");
  fs::create_directory(deeper);
  BOOST_REQUIRE(::chown(deeper.c_str(), kOther, kOther) == 0);
  fs::create_symlink(victim, deeper + "/planted");
  BOOST_REQUIRE(::chown(victim.c_str(), kStranger, kStranger) == 0 && ::chmod(victim.c_str(), 0400) == 0);
  BOOST_TEST(!oconf::read_object_text(deeper + "/planted").ok());
  BOOST_REQUIRE(::chmod(victim.c_str(), 0444) == 0);
  BOOST_TEST(oconf::read_object_text(deeper + "/planted").ok());
}

// Otherwise root would go on with its own rights wherever the owner of a folder leads it.
BOOST_AUTO_TEST_CASE(root_takes_the_rights_of_a_folders_owner_or_does_nothing, *precondition(is_root)) {
  const Places places;
  {
    const auto owner = AsOwner::of(places.folder.file("theirs/real"));  // of root, so that nothing changes
    BOOST_TEST(owner.ok());
    BOOST_TEST(::geteuid() == 0U);
  }
  {
    const auto owner = AsOwner::of(places.folder.file("theirs"));
    BOOST_REQUIRE(owner.ok());
    BOOST_TEST(::geteuid() == kStranger);
    BOOST_TEST(::getegid() == kStranger);
    std::array<gid_t, 64> groups{};
    const int count = ::getgroups(static_cast<int>(groups.size()), groups.data());
    BOOST_TEST(std::count(groups.begin(), groups.begin() + count, 0U) == 0);
  }
  BOOST_TEST(::geteuid() == 0U);
  BOOST_TEST(::getegid() == 0U);
  BOOST_TEST(!AsOwner::of(places.folder.file("theirs/link")).ok());
  BOOST_TEST(!AsOwner::of(places.folder.file("missing")).ok());
  BOOST_REQUIRE(::chmod(places.folder.file("ours").c_str(), 0777) == 0);
  BOOST_TEST(!AsOwner::of(places.folder.file("ours")).ok());

  fs::create_directory_symlink("../victim", places.folder.file("theirs/tls"));
  const NextKey key(places.folder.file("theirs/tls"));
  BOOST_TEST(!key.prepare({}).ok());
  BOOST_TEST(!key.put_in_place().ok());
  BOOST_TEST(!key.forget_previous().ok());
  BOOST_TEST(!key.previous().has_value());
  BOOST_TEST(!fs::exists(places.folder.file("victim/next")));
  BOOST_TEST(!fs::exists(places.folder.file("victim/previous")));
}

// merlind's user replaced /var/lib/merlin/logs or trusted.json by a link, and root overwrote any file.
BOOST_AUTO_TEST_CASE(root_writes_nothing_behind_links_in_merlinds_folders, *precondition(is_root)) {
  const Places places;
  const std::string line = "[1700000000] LOG VERSION: 2.0\n";
  BOOST_TEST(!mon::log::append(places.folder.file("theirs/link/peer02.log"), line).ok());
  BOOST_TEST(!fs::exists(places.folder.file("victim/peer02.log")));
  fs::create_directory(places.folder.file("theirs/logs"));
  fs::create_symlink(places.folder.file("victim/one"), places.folder.file("theirs/logs/peer02.log"));
  BOOST_TEST(!mon::log::append(places.folder.file("theirs/logs/peer02.log"), line).ok());
  BOOST_TEST(mon::log::append(places.folder.file("theirs/logs/peer03.log"), line).ok());

  places.folder.write("merlin.conf", "daemon {\n tls_dir = " + places.folder.file("theirs") + "\n}\n");
  const auto add = [&] {
    return change_trust(places.folder.file("merlin.conf"), {}, [](TrustSet& set) { set.add(std::string(64, 'a'), "", "peer02"); });
  };
  fs::create_symlink(places.folder.file("victim/one"), places.folder.file("theirs/trusted.json"));
  BOOST_TEST(!add().ok());
  BOOST_TEST(places.folder.read("victim/one") == "secret\n");
  places.folder.write("trusted.json", "{\"certificates\": []}");
  fs::rename(places.folder.file("trusted.json"), places.folder.file("theirs/trusted.json"));  // of root, as earlier versions made it
  BOOST_TEST(add().ok());
  struct stat about {};
  BOOST_REQUIRE(::stat(places.folder.file("theirs/trusted.json").c_str(), &about) == 0);
  BOOST_TEST(about.st_uid == kStranger);
  BOOST_TEST(::geteuid() == 0U);
}

// As it was observed: conf.d/x -> /etc/victim2, planted by the user of conf.d, and a push deleted or replaced what is there.
BOOST_AUTO_TEST_CASE(a_push_writes_and_removes_nothing_behind_a_link_of_another_user, *precondition(is_root)) {
  const Places places;
  const std::string stage = places.folder.file("stage");
  const std::string planted = places.folder.file("theirs/link/one");
  for (const bool is_removal : {false, true}) {
    oconf::Package package{.id = "0123456789abcdef", .author = "peer01", .files = {}, .removed = {}, .history = {}};
    if (is_removal) package.removed = {planted};
    if (!is_removal) package.files = {{planted, 0644, "pushed\n"}};
    const auto steps = oconf::write_stage(stage, package);
    BOOST_REQUIRE(steps.ok());
    BOOST_TEST(!oconf::keep_old(stage, *steps).ok());
    BOOST_TEST(!oconf::put_in_place(stage, *steps).ok());
    BOOST_TEST(places.folder.read("victim/one") == "secret\n");
    fs::remove_all(stage);
  }
}

// Whoever owns the folder of the core's main file could put a plan of its own there.
BOOST_AUTO_TEST_CASE(a_plan_of_another_user_is_not_carried_out, *precondition(is_root)) {
  const Places places;
  const std::string stage = places.folder.file("stage");
  BOOST_REQUIRE(oconf::write_stage(stage, {.id = "0123456789abcdef", .author = "", .files = {}, .removed = {"/x"}, .history = {}}).ok());
  BOOST_TEST(oconf::read_plan(stage).ok());
  BOOST_REQUIRE(::chown(stage.c_str(), kStranger, kStranger) == 0);
  BOOST_TEST(!oconf::read_plan(stage).ok());
}

BOOST_AUTO_TEST_CASE(missing_folders_are_created_or_allowed) {
  const Places places;
  BOOST_TEST(!open_folder(places.folder.file("ours/a/b")).ok());
  const auto nothing = open_folder(places.folder.file("ours/a/b"), Missing::allow);
  BOOST_REQUIRE(nothing.ok());
  BOOST_TEST(!*nothing);
  BOOST_TEST(what(open_folder(places.folder.file("ours/link/a/b"), Missing::make)) == "");
  BOOST_TEST(fs::is_directory(places.folder.file("ours/real/a/b")));
  BOOST_TEST(!open_folder("relative").ok());
}

// Root changed content and owner in /etc/victim, because the user of the destination had put a link in its place.
BOOST_AUTO_TEST_CASE(a_sync_into_a_folder_that_its_owner_replaced_by_a_link_writes_nothing, *precondition(is_root)) {
  const Places places;
  const auto made = places.sync("theirs/link/");
  BOOST_TEST(!made.ok());
  BOOST_TEST(places.folder.read("victim/one") == "secret\n");
  BOOST_TEST(places.sync("theirs/real/").ok());
  BOOST_TEST(places.folder.read("theirs/real/one") == "one\n");
  BOOST_TEST(places.sync("ours/link/").ok());
  BOOST_TEST(places.folder.read("ours/real/one") == "one\n");
}

// Its old owner could still hold it open and write to it after it became a program of root.
BOOST_AUTO_TEST_CASE(a_file_that_gets_another_owner_is_a_new_file, *precondition(is_root)) {
  const Places places;
  BOOST_REQUIRE(places.sync("theirs/real/").ok());
  const std::string path = places.folder.file("theirs/real/one");
  const auto tree = sync::settled(sync::read_tree({places.folder.file("here/"), places.folder.file("theirs/real/")}, false).value());
  BOOST_TEST(sync::difference(tree)->empty());
  BOOST_REQUIRE(::chown(path.c_str(), kStranger, kStranger) == 0);
  BOOST_TEST(sync::difference(tree)->content.contains("one"));
  // Attributes that were compared before the file was exchanged are not set.
  const sync::Change attributes{{}, {"one"}, {}};
  BOOST_TEST(!sync::make_equal(tree, attributes, {}).ok());
  struct stat about {};
  BOOST_REQUIRE(::stat(path.c_str(), &about) == 0);
  BOOST_TEST(about.st_uid == kStranger);
}
