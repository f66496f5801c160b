// Which files are the object configuration, their digest, and what differs between two nodes.
#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "mon/oconf/object_files.hpp"
#include "mon_program_support.hpp"

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
  BOOST_TEST(read_manifest(core.folder.file("nagios.cfg")).error().what == "is no file");
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
