// Which keys may log in and which certificates are trusted: authorized_keys without duplicates, sets of certificates that merge, and
// the one block to which each certificate belongs.
#include <sys/stat.h>

#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "mon/ssh/authorized_keys.hpp"
#include "mon/trust/trust.hpp"
#include "tests/unit/mon_program_support.hpp"

using namespace merlin;
using namespace merlin::mon;
using nlohmann::ordered_json;

namespace {

const std::string kTrustedA = "AAAAC3NzaC1lZDI1NTE5AAAAIFTEUOJEzAA6jMbUsFggBlkV1zQTPLDBAEMhdN6c+a0+";
const std::string kTrustedB = "AAAAC3NzaC1lZDI1NTE5AAAAIOB254sdqSTig4o15dM1KyxpLRla18cEzn+YaR6HBdQh";
const std::string kKeyA = "ssh-ed25519 " + kTrustedA;
const std::string kKeyB = "ssh-ed25519 " + kTrustedB;

ssh::PublicKey key(const std::string& line) { return ssh::read_public_key(line).value(); }

std::string print(char digit) { return std::string(64, digit); }
std::string id(char digit) { return std::string(32, digit); }

config::Config blocks(const std::vector<std::pair<std::string, std::vector<std::string>>>& named) {
  config::Config config;
  for (const auto& [name, fingerprints] : named) {
    config::NodeConfig node;
    node.name = name;
    node.fingerprints = fingerprints;
    config.nodes.push_back(node);
  }
  return config;
}

unsigned mode_of(const std::string& path) {
  struct stat about {};
  BOOST_REQUIRE(::stat(path.c_str(), &about) == 0);
  return about.st_mode & 07777;
}

}  // namespace

namespace merlin::mon {
std::ostream& operator<<(std::ostream& out, const BlockTrust& block) {
  out << block.name << ":";
  for (const auto& fingerprint : block.fingerprints) out << " " << fingerprint.substr(0, 4);
  return out;
}
}  // namespace merlin::mon

BOOST_AUTO_TEST_CASE(a_key_is_one_line_of_a_known_type_and_nothing_else) {
  BOOST_TEST(key(kKeyA + " root@peer01\n").line() == kKeyA + " root@peer01");
  BOOST_TEST(key(kKeyA).line() == kKeyA);
  for (const std::string& wrong :
       std::vector<std::string>{"", "ssh-ed25519", "command=\"reboot\" " + kKeyA, "ssh-nonsense " + kTrustedA, "ssh-ed25519 AAAA!!!!",
                                kKeyA + " a\ncommand=\"x\" " + kKeyB, kKeyA + std::string(20'000, 'x'), "ssh-rsa " + kTrustedA}) {
    BOOST_TEST(!ssh::read_public_key(wrong).ok(), wrong.substr(0, 60));
  }
}

BOOST_AUTO_TEST_CASE(a_key_is_never_added_twice_whatever_stands_around_it) {
  const auto b = key(kKeyB + " root@peer02");
  BOOST_TEST(ssh::with_key("", b) == kKeyB + " root@peer02\n");
  BOOST_TEST(ssh::with_key(kKeyA, b) == kKeyA + "\n" + kKeyB + " root@peer02\n");
  for (const std::string& has :
       std::vector<std::string>{kKeyB + "\n", "# ours\n" + kKeyB + " another comment\n",
                                "from=\"10.0.0.1\",no-pty " + kKeyB + " x\n" + kKeyA + "\n", "  " + kKeyB, kKeyB + " x\r\n"}) {
    BOOST_TEST(ssh::with_key(has, b) == has);
  }
  const std::string commented = "#" + kKeyB + "\n";
  BOOST_TEST(ssh::with_key(commented, b) == commented + kKeyB + " root@peer02\n");
}

BOOST_AUTO_TEST_CASE(authorized_keys_is_made_with_the_modes_that_ssh_asks_for) {
  const mon_test::Folder home;
  BOOST_TEST(ssh::authorize(home.file(""), key(kKeyA)).value());
  BOOST_TEST(!ssh::authorize(home.file(""), key(kKeyA + " again")).value());
  BOOST_TEST(ssh::authorize(home.file(""), key(kKeyB)).value());
  BOOST_TEST(home.read(".ssh/authorized_keys") == kKeyA + "\n" + kKeyB + "\n");
  BOOST_TEST(mode_of(home.file(".ssh")) == 0700U);
  BOOST_TEST(mode_of(home.file(".ssh/authorized_keys")) == 0600U);
}

BOOST_AUTO_TEST_CASE(a_key_is_made_once_and_never_over_another) {
  const mon_test::Folder home;
  const auto made = ssh::own_public_key(home.file(""), "root@peer01");
  BOOST_REQUIRE(made.ok());
  BOOST_TEST(made->type == "ssh-ed25519");
  BOOST_TEST(home.read(".ssh/id_ed25519.pub") == made->line() + "\n");
  BOOST_TEST(mode_of(home.file(".ssh/id_ed25519")) == 0600U);
  const std::string secret = home.read(".ssh/id_ed25519");
  BOOST_TEST(ssh::own_public_key(home.file(""), "other")->line() == made->line());
  std::filesystem::remove(home.file(".ssh/id_ed25519.pub"));
  BOOST_TEST(ssh::own_public_key(home.file(""), "root@peer01")->digits == made->digits);
  BOOST_TEST(home.read(".ssh/id_ed25519") == secret);
}

BOOST_AUTO_TEST_CASE(sets_merge_to_the_same_whoever_hears_whom_first) {
  TrustSet first;
  first.add(print('a'), id('1'), "peer01");
  TrustSet second = first;
  second.remove(print('a'));
  second.add(print('b'), id('2'), "peer02");
  TrustSet third = first;
  third.add(print('a'), id('1'), "nagios01");
  const std::vector<TrustSet> sets{first, second, third};
  for (const auto& order : {std::vector{0, 1, 2}, {2, 1, 0}, {1, 2, 0}, {1, 0, 2}}) {
    TrustSet merged;
    for (const int i : order) merged.merge(sets[static_cast<std::size_t>(i)]);
    BOOST_TEST(merged.has_removed(print('a')));
    BOOST_TEST(!merged.has_removed(print('b')));
    TrustSet again = merged;
    again.merge(second);
    BOOST_TEST((again == merged));
  }
}

BOOST_AUTO_TEST_CASE(what_was_removed_is_trusted_again_only_anew) {
  TrustSet ours;
  ours.add(print('a'), id('1'), "peer01");
  const TrustSet old = ours;
  ours.remove(print('a'));
  ours.merge(old);
  BOOST_TEST(ours.has_removed(print('a')));
  TrustSet anew = ours;
  anew.add(print('a'), id('1'), "peer01");
  ours.merge(anew);
  BOOST_TEST(!ours.has_removed(print('a')));
}

BOOST_AUTO_TEST_CASE(who_has_seen_a_certificate_just_now_may_introduce_it_again) {
  TrustSet introducer;
  introducer.add(print('a'), id('1'), "peer01");
  introducer.add(print('b'), id('2'), "peer02");
  introducer.add(print('c'), id('3'), "peer03");
  introducer.remove(print('c'));
  TrustSet target = introducer;
  target.remove(print('a'));
  target.remove(print('b'));
  target.merge(introducer, {print('a'), print('c'), print('f')});
  BOOST_TEST(!target.has_removed(print('a')));
  BOOST_TEST(target.has_removed(print('b')));
  BOOST_TEST(target.has_removed(print('c')));
  BOOST_TEST(target.entries().size() == 3U);
}

BOOST_AUTO_TEST_CASE(a_set_survives_its_document_and_a_wrong_document_is_refused) {
  TrustSet set;
  set.add(print('a'), id('1'), "peer01");
  set.remove(print('b'));
  BOOST_TEST((TrustSet::read(set.document()).value() == set));
  for (const char* wrong :
       {"null", "[]", "{}", R"({"certificates": 5})", R"({"certificates": [5]})", R"({"certificates": [{"fingerprint": "xy"}]})"}) {
    BOOST_TEST(!TrustSet::read(ordered_json::parse(wrong)).ok(), wrong);
  }
  for (const auto& [key_name, value] : std::vector<std::pair<std::string, ordered_json>>{
           {"version", 0}, {"version", -1}, {"node_id", "xyz"}, {"names", {5}}, {"names", {std::string(300, 'x')}}}) {
    auto document = set.document();
    document["certificates"][0][key_name] = value;
    BOOST_TEST(!TrustSet::read(document).ok(), key_name);
  }
}

BOOST_AUTO_TEST_CASE(a_certificate_goes_to_the_one_block_of_its_node) {
  TrustSet set;
  set.add(print('a'), id('1'), "peer01");
  set.add(print('b'), id('2'), "peer02.example.com");
  set.add(print('c'), id('3'), "peer03");
  const auto changed = blocks_to_change(blocks({{"peer02", {}}, {"peer03", {}}, {"peer04", {}}}), set, print('a'));
  BOOST_TEST(changed == (std::vector<BlockTrust>{{"peer02", {print('b')}}, {"peer03", {print('c')}}}), boost::test_tools::per_element());
  BOOST_TEST(blocks_to_change(blocks({{"peer01", {}}}), set, print('a')).empty());
}

BOOST_AUTO_TEST_CASE(where_two_blocks_match_or_another_node_is_trusted_nothing_is_written) {
  TrustSet set;
  set.add(print('b'), id('2'), "web");
  BOOST_TEST(blocks_to_change(blocks({{"web.north", {}}, {"web.south", {}}}), set, "").empty());
  BOOST_TEST(blocks_to_change(blocks({{"web", {print('d')}}}), set, "").empty());
  set.add(print('d'), id('4'), "web");
  BOOST_TEST(blocks_to_change(blocks({{"web", {print('d')}}}), set, "").empty());
  BOOST_TEST(blocks_to_change(blocks({{"web", {}}, {"other", {print('b'), print('d')}}}), set, "").empty());
}

BOOST_AUTO_TEST_CASE(a_node_that_changes_its_key_is_trusted_with_both_until_the_old_is_removed) {
  TrustSet set;
  set.add(print('b'), id('2'), "peer02");
  set.add(print('c'), id('2'), "peer02");
  const auto both = blocks_to_change(blocks({{"peer02", {print('b')}}}), set, "");
  BOOST_TEST(both == (std::vector<BlockTrust>{{"peer02", {print('b'), print('c')}}}), boost::test_tools::per_element());
  set.remove(print('b'));
  const auto one = blocks_to_change(blocks({{"peer02", {print('b'), print('c')}}}), set, "");
  BOOST_TEST(one == (std::vector<BlockTrust>{{"peer02", {print('c')}}}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_new_certificate_of_a_known_node_is_refused_by_name) {
  const mon_test::Folder folder;
  const std::string conf = "node_name = peer01\npeer peer02 {\n  fingerprint = " + print('a') + "\n}\npeer peer03 {\n}\n";
  folder.write("merlin.conf", conf);
  std::filesystem::create_directory(folder.file("tls"));
  const auto introduce = [&](char digit, char node, const std::string& name) {
    TrustSet set;
    set.add(print(digit), id(node), name);
    ordered_json document = set.document();
    document["sender"] = print(digit);
    document["vouched"] = {print(digit)};
    folder.write("set", document.dump());
    return mon_test::run_mon(folder, "cert introduce < '" + folder.file("set") + "'");
  };
  const mon_test::Outcome anew = introduce('b', '2', "peer02");
  BOOST_TEST(anew.status == 1);
  BOOST_TEST(anew.err ==
             "mon: peer peer02: peer02 has the new certificate SHA256:bbbbbbbbbbbbbbbb…, and peer01 still trusts the one it had before; "
             "on peer01: mon cert push peer02\n");
  BOOST_TEST(folder.read("merlin.conf") == conf);
  BOOST_TEST(introduce('c', '3', "peer03").status == 0);
  BOOST_TEST((folder.read("merlin.conf").find(print('c')) != std::string::npos));
  BOOST_TEST(introduce('d', '4', "peer04").status == 0);
}
