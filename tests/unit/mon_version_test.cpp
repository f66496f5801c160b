// Which of two object configurations is newer, and which earlier versions are kept.
#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>
#include <string>

#include "mon/oconf/archive.hpp"
#include "mon/oconf/version.hpp"
#include "tests/unit/mon_program_support.hpp"

using namespace merlin;
using namespace merlin::mon::oconf;
namespace fs = std::filesystem;

namespace {

std::string digest(char letter) { return std::string(64, letter); }
Version made(std::uint64_t counter, char letter, const std::string& author = "peer01") { return {counter, digest(letter), author, 1}; }
Lineage lineage_at(const History& history, char present) { return lineage_of(history, digest(present), "peer02", 2); }

}  // namespace

BOOST_AUTO_TEST_CASE(newer_is_who_has_the_other_in_its_history) {
  const History short_line{made(1, 'a')};
  const History long_line{made(1, 'a'), made(2, 'b')};
  BOOST_TEST((relation(lineage_at(long_line, 'b'), lineage_at(short_line, 'a')) == Relation::behind));
  BOOST_TEST((relation(lineage_at(short_line, 'a'), lineage_at(long_line, 'b')) == Relation::ahead));
  BOOST_TEST((relation(lineage_at(long_line, 'b'), lineage_at(long_line, 'b')) == Relation::same));
  BOOST_TEST((relation(lineage_at({}, 'b'), lineage_at(long_line, 'b')) == Relation::same));
}

BOOST_AUTO_TEST_CASE(what_was_changed_by_hand_is_newer_than_what_it_came_from) {
  const History line{made(1, 'a')};
  BOOST_TEST((relation(lineage_at(line, 'a'), lineage_at(line, 'c')) == Relation::ahead));
  BOOST_TEST((relation(lineage_at(line, 'c'), lineage_at(line, 'a')) == Relation::behind));
  BOOST_TEST((relation(lineage_at(line, 'c'), lineage_at(line, 'd')) == Relation::diverged), "both were changed");
  BOOST_TEST((relation(lineage_at({}, 'c'), lineage_at({}, 'd')) == Relation::diverged), "nothing is known of either");
}

BOOST_AUTO_TEST_CASE(a_configuration_that_came_back_is_newer_than_what_it_replaced) {
  const History before{made(1, 'a'), made(2, 'b')};
  const History after = with(before, made(3, 'a'));
  BOOST_TEST((relation(lineage_at(after, 'a'), lineage_at(before, 'b')) == Relation::behind));
  BOOST_TEST((relation(lineage_at(before, 'b'), lineage_at(after, 'a')) == Relation::ahead));
}

BOOST_AUTO_TEST_CASE(a_version_that_nobody_recorded_is_one_further_and_this_nodes) {
  const Lineage found = lineage_at({made(1, 'a'), made(5, 'b')}, 'c');
  BOOST_TEST(found.now.counter == 6U);
  BOOST_TEST(found.now.author == "peer02");
  BOOST_TEST(lineage_at({made(5, 'b')}, 'b').now.author == "peer01");
}

BOOST_AUTO_TEST_CASE(what_is_replaced_on_purpose_is_older_from_then_on) {
  const Lineage ours = lineage_at({made(1, 'a')}, 'c');
  const Lineage theirs = lineage_at({made(1, 'a'), made(2, 'e'), made(9, 'f')}, 'd');
  const Lineage forced = above(ours, theirs);
  BOOST_TEST((relation(forced, theirs) == Relation::behind));
  BOOST_TEST((relation(theirs, forced) == Relation::ahead));
  BOOST_TEST(forced.now.digest == digest('c'));
  BOOST_TEST((forced.history.back() == forced.now));
  BOOST_TEST((relation(forced, lineage_at({made(1, 'a')}, 'c')) == Relation::same));
}

BOOST_AUTO_TEST_CASE(after_a_reinstallation_no_two_versions_have_one_number) {
  const Lineage ours = lineage_at({made(1, 'a'), made(2, 'b'), made(3, 'c')}, 'c');
  const History again{made(1, 'x', "peer03"), made(2, 'y', "peer03"), made(3, 'b', "peer03")};
  const Lineage theirs{made(4, 'z', "peer03"), again};
  const Lineage forced = above(ours, theirs);
  std::string line;
  for (const Version& version : forced.history) line += std::to_string(version.counter) + version.digest.front() + ' ';
  BOOST_TEST(line == "1a 2b 3c 4x 5y 6b 7z 8c ");
  BOOST_TEST((relation(forced, theirs) == Relation::behind));
  const Lineage fresh = above(ours, {made(1, 'x', "peer03"), {}});
  BOOST_TEST(fresh.history.size() == 5U);
  BOOST_TEST(fresh.now.counter == 5U);
  BOOST_TEST((relation(ours, fresh) == Relation::same));
}

BOOST_AUTO_TEST_CASE(a_history_is_bounded_and_read_as_it_was_written) {
  History history;
  for (std::uint64_t counter = 1; counter <= 300; ++counter) history = with(history, made(counter, counter % 2 == 0 ? 'a' : 'b'));
  BOOST_TEST(history.size() == kLongestHistory);
  BOOST_TEST(history.back().counter == 300U);
  BOOST_TEST((read_history(document_of(history)) == history));
}

BOOST_AUTO_TEST_CASE(a_bent_history_is_none) {
  for (const std::string text :
       {"null", "{}", "[1]", R"([{"counter": -1, "digest": "x"}])", R"([{"counter": 1, "digest": "../../x"}])", R"([{"counter": "1"}])"})
    BOOST_TEST(read_history(nlohmann::ordered_json::parse(text)).empty(), text);
}

BOOST_AUTO_TEST_CASE(the_files_of_the_newest_versions_are_kept_and_a_file_that_all_have_once) {
  const mon_test::Folder folder;
  fs::create_directories(folder.file("conf.d"));
  fs::create_directories(folder.file(".merlin"));
  folder.write("main.cfg", "cfg_dir=conf.d\n");
  folder.write("conf.d/same.cfg", "same\n");
  const Archive archive(folder.file(".merlin"));
  History history;
  std::vector<std::string> digests;
  for (std::uint64_t counter = 1; counter <= kMostKept + 3; ++counter) {
    folder.write("conf.d/changed.cfg", std::to_string(counter));
    const Manifest present = read_manifest(folder.file("main.cfg")).value();
    digests.push_back(digest_of(present));
    history = with(history, {counter, digests.back(), "peer01", 1});
    BOOST_REQUIRE(archive.keep(present, history).ok());
  }
  for (std::size_t i = 0; i < digests.size(); ++i) BOOST_TEST(archive.has(digests[i]) == (i >= 3), i);
  const auto files = std::distance(fs::directory_iterator(folder.file(".merlin/kept/files")), fs::directory_iterator());
  BOOST_TEST(files == static_cast<long>(kMostKept) + 1);
  const auto oldest = archive.kept(digests[3]);
  BOOST_REQUIRE(oldest.ok());
  BOOST_TEST(archive.content(oldest->files[0]).value() == "4");
  BOOST_TEST(!archive.kept(digests[0]).ok());
  folder.write(".merlin/kept/files/" + oldest->files[0].digest, "5");
  BOOST_TEST(!archive.content(oldest->files[0]).ok(), "a damaged file is given out");
}
