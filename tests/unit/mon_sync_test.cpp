// The sync { } blocks: what is read here and refused, and what is made equal on the other node.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <string>

#include "mon/cli/utf8.hpp"
#include "mon/oconf/watch_marks.hpp"
#include "mon/sync/exchange.hpp"
#include "tests/unit/mon_program_support.hpp"

using namespace merlin;
using namespace merlin::mon::sync;
namespace fs = std::filesystem;

namespace {

const std::string kOddName = "; rm -rf\n'$(x)' -.txt";

struct Pair {
  Pair() {
    fs::create_directories(folder.file("here/sub"));
    folder.write("here/one", "one\n");
    folder.write("here/sub/.two", "two\n");
    folder.write("here/" + kOddName, "odd\n");
    fs::create_symlink("sub/.two", folder.file("here/link"));
    fs::permissions(folder.file("here/one"), static_cast<fs::perms>(0640));
    const timespec times[] = {{1'000, 0}, {1'000'000, 123'456'789}};
    ::utimensat(AT_FDCWD, folder.file("here/one").c_str(), times, 0);
  }

  Result<Tree> read(const std::string& source, const std::string& dest, bool is_mirror = false) const {
    return read_tree({folder.file(source), folder.file(dest)}, is_mirror);
  }
  // As mon does it over ssh: it sends the tree, receives the differences, and sends their contents.
  Result<Change> sync(const std::string& source, const std::string& dest, bool is_mirror = false) const {
    const auto tree = read(source, dest, is_mirror);
    if (!tree) return tree.error();
    const auto trees = unpack_trees(pack_trees({*tree}));
    BOOST_REQUIRE(trees.ok());
    const auto change = difference(settled(trees->front()));
    if (!change) return change.error();
    Delivery delivery{{*tree}, unpack_changes(pack_changes({*change}), 1).value(), {{}}, ""};
    for (const Item& item : tree->items) {
      if (item.kind == Kind::file && change->content.contains(item.path)) delivery.contents[0][item.path] = read_item(*tree, item).value();
    }
    const auto arrived = unpack(pack(delivery));
    BOOST_REQUIRE(arrived.ok());
    const auto made = make_equal(settled(arrived->trees[0]), arrived->changes[0], arrived->contents[0]);
    if (!made) return made.error();
    return *change;
  }

  mon_test::Folder folder;
};

std::string refused(const Result<Change>& outcome) { return outcome.ok() ? "" : outcome.error().what; }

}  // namespace

// The data that both ends keep in memory at once is bounded.
BOOST_AUTO_TEST_CASE(much_goes_in_parts_each_item_once_and_removals_with_the_last) {
  const Pair pair;
  for (int i = 0; i < 5; ++i) pair.folder.write("here/part" + std::to_string(i), std::string(400, 'x'));
  pair.folder.write("here/whale", std::string(5'000, 'x'));
  pair.folder.write("gone", "");
  const std::vector<Tree> trees{pair.read("here/", "there/").value(), pair.read("here/one", "one").value()};
  std::vector<Change> changes(2);
  for (const Item& item : trees[0].items) changes[0].content.insert(item.path);
  changes[0].surplus = {"gone"};
  changes[1].attributes.insert("");
  const auto parts = parts_of(trees, changes, 1'000);
  BOOST_REQUIRE(parts.size() == 4U);
  Change all;
  std::size_t items = 0;
  for (const auto& part : parts) {
    std::uint64_t bytes = 0;
    for (const Item& item : trees[0].items) bytes += part[0].content.contains(item.path) ? item.size : 0;
    BOOST_TEST((bytes <= 1'000 || part[0].content.size() == 1 || part[0].content.contains("whale")));
    items += part[0].content.size();
    all.content.insert(part[0].content.begin(), part[0].content.end());
    BOOST_TEST(part[0].surplus.empty() == (&part != &parts.back()));
  }
  BOOST_TEST(items == changes[0].content.size());
  BOOST_TEST((all.content == changes[0].content));
  BOOST_TEST(parts.back()[1].attributes.contains(""));
  BOOST_TEST(parts_of(trees, std::vector<Change>(2), 1'000).size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_folder_arrives_with_names_content_modes_times_and_links) {
  const Pair pair;
  const auto change = pair.sync("here/", "there/deep/");
  BOOST_REQUIRE_MESSAGE(change.ok(), refused(change));
  BOOST_TEST(pair.folder.read("there/deep/one") == "one\n");
  BOOST_TEST(pair.folder.read("there/deep/sub/.two") == "two\n");
  BOOST_TEST(pair.folder.read("there/deep/" + kOddName) == "odd\n");
  BOOST_TEST(fs::read_symlink(pair.folder.file("there/deep/link")) == "sub/.two");
  struct stat about {};
  BOOST_REQUIRE(::stat(pair.folder.file("there/deep/one").c_str(), &about) == 0);
  BOOST_TEST((about.st_mode & 07777) == 0640U);
  BOOST_TEST(about.st_mtim.tv_sec == 1'000'000);
  BOOST_TEST(about.st_mtim.tv_nsec == 123'456'789);
  const auto again = pair.sync("here", "there/deep");
  BOOST_REQUIRE(again.ok());
  BOOST_TEST(again->empty(), "what is equal is sent again");
}

BOOST_AUTO_TEST_CASE(only_what_differs_is_sent) {
  const Pair pair;
  BOOST_REQUIRE(pair.sync("here", "there").ok());
  pair.folder.write("here/sub/.two", "2wo\n");
  fs::permissions(pair.folder.file("there/one"), static_cast<fs::perms>(0600));
  const auto change = pair.sync("here", "there");
  BOOST_REQUIRE(change.ok());
  BOOST_TEST((*change == Change{{"sub/.two"}, {"one"}, {}}));
  BOOST_TEST(pair.folder.read("there/sub/.two") == "2wo\n");
  BOOST_TEST((fs::status(pair.folder.file("there/one")).permissions() == static_cast<fs::perms>(0640)));
}

BOOST_AUTO_TEST_CASE(only_a_mirror_removes) {
  const Pair pair;
  fs::create_directories(pair.folder.file("there/old/older"));
  pair.folder.write("there/old/older/file", "");
  BOOST_REQUIRE(pair.sync("here", "there").ok());
  BOOST_TEST(fs::exists(pair.folder.file("there/old/older/file")));
  const auto change = pair.sync("here", "there", true);
  BOOST_REQUIRE_MESSAGE(change.ok(), refused(change));
  BOOST_TEST(!fs::exists(pair.folder.file("there/old")));
  BOOST_TEST(pair.folder.read("there/one") == "one\n");
}

BOOST_AUTO_TEST_CASE(one_file_goes_to_its_place_through_a_link_there_too) {
  const Pair pair;
  BOOST_REQUIRE(pair.sync("here/one", "there/sub/1").ok());
  BOOST_TEST(pair.folder.read("there/sub/1") == "one\n");
  fs::create_symlink("sub/1", pair.folder.file("there/name"));
  pair.folder.write("here/one", "new\n");
  BOOST_REQUIRE(pair.sync("here/one", "there/name").ok());
  BOOST_TEST(pair.folder.read("there/sub/1") == "new\n");
  BOOST_TEST(fs::is_symlink(pair.folder.file("there/name")));
}

BOOST_AUTO_TEST_CASE(a_folder_where_a_file_is_sent_is_refused_and_the_other_way_round) {
  const Pair pair;
  fs::create_directories(pair.folder.file("there/one"));
  BOOST_TEST(refused(pair.sync("here/one", "there/one")) == "is a folder there, but a file is sent");
  BOOST_TEST(refused(pair.sync("here", "there")) == "is a folder there, but a file is sent");
  pair.folder.write("file", "");
  BOOST_TEST(refused(pair.sync("here", "file")) == "is not a folder there, but a folder is sent");
  BOOST_TEST(refused(pair.sync("here/one/", "there2")) == "is not a folder");
  BOOST_TEST(pair.folder.read("there/sub/.two").empty(), "a refused sync wrote something");
}

BOOST_AUTO_TEST_CASE(devices_and_links_that_lead_out_are_not_sent) {
  for (const std::string target : {"/etc/passwd", "../outside", "sub/../../outside"}) {
    const Pair pair;
    fs::create_symlink(target, pair.folder.file("here/out"));
    BOOST_TEST(refused(pair.sync("here", "there")) == "is a link that leads out of the folder", target);
    BOOST_TEST(!fs::exists(pair.folder.file("there")));
  }
  const Pair pair;
  BOOST_REQUIRE(::mkfifo(pair.folder.file("here/pipe").c_str(), 0600) == 0);
  BOOST_TEST(refused(pair.sync("here", "there")) == "is a device, a pipe or a socket");
  BOOST_TEST(refused(pair.sync("here/pipe", "there")) == "is a device, a pipe or a socket");
  BOOST_TEST(!pair.read("nowhere", "there").ok());
}

BOOST_AUTO_TEST_CASE(below_the_place_no_link_there_is_gone_through) {
  const Pair pair;
  fs::create_directories(pair.folder.file("there"));
  fs::create_directories(pair.folder.file("outside"));
  fs::create_symlink("../outside", pair.folder.file("there/sub"));
  BOOST_TEST(refused(pair.sync("here", "there")) == "is not a folder there, but a folder is sent");
  BOOST_TEST(fs::is_empty(pair.folder.file("outside")));
  // A link that appears between the comparison and the write.
  const Tree tree = pair.read("here", "there").value();
  const Contents contents{{"sub/.two", "two\n"}};
  BOOST_TEST(!make_equal(tree, {{"sub/.two"}, {}, {}}, contents).ok());
  BOOST_TEST(fs::is_empty(pair.folder.file("outside")));
  fs::remove(pair.folder.file("there/sub"));
  fs::create_symlink("../outside", pair.folder.file("there/.mon-sync-x"));
  Tree mirror = tree;
  mirror.is_mirror = true;
  BOOST_TEST(!make_equal(mirror, {{}, {}, {"../outside"}}, {}).ok());
  BOOST_TEST(fs::exists(pair.folder.file("outside")));
}

BOOST_AUTO_TEST_CASE(what_comes_from_another_node_stays_in_its_place) {
  const std::string good =
      R"([{"dest": "/x", "folder": true, "mirror": false, "items": [{"path": "", "kind": "folder", "mode": 493, "owner": "root", "group": "root"}, ITEM]}])";
  const auto with_item = [&](const std::string& item) {
    std::string text = good;
    return unpack_trees(text.replace(text.find("ITEM"), 4, item)).ok();
  };
  BOOST_TEST(with_item(R"({"path": "a/b", "kind": "file", "mode": 420})"));
  for (const std::string path : {"../a", "a/../b", "/etc/passwd", "a//b", "a/", "."})
    BOOST_TEST(!with_item(R"({"path": ")" + path + R"(", "kind": "file"})"), path);
  BOOST_TEST(!with_item(R"({"path": "a", "kind": "device"})"));
  BOOST_TEST(!with_item(R"({"path": "a", "kind": "file"}, {"path": "a", "kind": "folder"})"), "one place, two items");
  BOOST_TEST(!with_item(R"({"path": "a", "kind": "link", "link": "../../etc"})"));
  for (const std::string dest : {"", "x", "/x/../y", "/"}) {
    std::string text = good;
    text.replace(text.find("/x"), 2, dest).replace(text.find(", ITEM"), 6, "");
    BOOST_TEST(!unpack_trees(text).ok() == (dest != "/x/../y"), dest);  // which is plainly /y
  }
  BOOST_TEST(!unpack_trees("[1]").ok());
  BOOST_TEST(!unpack_trees("").ok());
}

BOOST_AUTO_TEST_CASE(a_delivery_arrives_whole_or_not_at_all) {
  const Pair pair;
  const Tree tree = pair.read("here", "there").value();
  Delivery delivery{{tree}, {{{"one"}, {}, {}}}, {{{"one", "one\n"}}}, "true"};
  const std::string bytes = pack(delivery);
  BOOST_TEST(unpack(bytes).ok());
  for (std::size_t length = 0; length < bytes.size(); ++length) BOOST_TEST(!unpack(bytes.substr(0, length)).ok());
  BOOST_TEST(!unpack(bytes + "x").ok());
  std::string bent = bytes;
  bent[bent.size() - 2] = 'x';
  BOOST_TEST(!unpack(bent).ok());
}

BOOST_AUTO_TEST_CASE(an_owner_that_does_not_exist_there_is_named) {
  const Pair pair;
  Tree tree = pair.read("here/one", "there").value();
  tree.items.front().owner = "no such user";
  const auto made = make_equal(tree, {{""}, {}, {}}, {{"", "one\n"}});
  BOOST_REQUIRE(!made.ok());
  BOOST_TEST(made.error().what == "its owner no such user does not exist there");
  BOOST_TEST(!fs::exists(pair.folder.file("there")));
}

BOOST_AUTO_TEST_CASE(what_is_no_utf8_is_seen) {
  for (const std::string good : {"", "a", "\xC3\xA4", "\xE2\x82\xAC", "\xF0\x9F\x98\x80"}) BOOST_TEST(merlin::mon::is_utf8(good));
  for (const std::string bad : {"\xC3", "\x80", "\xC0\x80", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xFF", "a\xE2\x82"})
    BOOST_TEST(!merlin::mon::is_utf8(bad));
  const Pair pair;
  pair.folder.write("here/\xFF", "");
  BOOST_TEST(refused(pair.sync("here", "there")) == "its name is not UTF-8");
}

BOOST_AUTO_TEST_CASE(what_is_watched_shows_every_change) {
  const Pair pair;
  config::Sync sync;
  sync.entries = {{pair.folder.file("here/"), "/there"}};
  std::string last = merlin::mon::mark_of(sync);
  BOOST_TEST(merlin::mon::mark_of(sync) == last);
  const auto changes = [&](const char* what) {
    const std::string now = merlin::mon::mark_of(sync);
    BOOST_TEST(now != last, what);
    last = now;
  };
  pair.folder.write("here/sub/new", "");
  changes("a new file");
  pair.folder.write("here/sub/new", "x");
  changes("its content");
  fs::permissions(pair.folder.file("here/sub/new"), static_cast<fs::perms>(0600));
  changes("its mode");
  fs::remove(pair.folder.file("here/sub/new"));
  changes("that it is gone");
  sync.entries.front().dest = "/elsewhere";
  changes("its place there");
}
