// The program mon as it is installed: what it writes to merlin.conf byte for byte, what it asks merlind, what it
// prints, and its exit status: 0 all well, 1 something failed, 2 wrong usage and nothing changed.
#include <sys/stat.h>

#include <boost/test/unit_test.hpp>

#include "mon_program_support.hpp"
#include "net/identity.hpp"

using namespace mon_test;

namespace {

const std::string base_text =
    "# our cluster\n"
    "node_name = peer01   # us\n"
    "daemon {\n"
    "\tcontrol_socket = SOCKET\n"
    "}\n"
    "\n"
    "# the second one\n"
    "peer peer02 {\n"
    "\taddress = 10.0.0.2 # by cable\n"
    "\tport 15551;\n"
    "}\n";

struct Site {
  Site() { folder.write("merlin.conf", text()); }
  std::string text() const {
    std::string text = base_text;
    return text.replace(text.find("SOCKET"), 6, folder.file("sock"));
  }
  std::string conf() const { return folder.read("merlin.conf"); }
  Outcome mon(const std::string& arguments) const {
    Outcome outcome = run_mon(folder, arguments);
    outcome.out = without_folder(outcome.out, folder);
    outcome.err = without_folder(outcome.err, folder);
    return outcome;
  }
  // mon must refuse: `status`, one line that begins so, and nothing changed on disk.
  void refuses(const std::string& arguments, int status, const std::string& line) const {
    BOOST_TEST_CONTEXT("mon " << arguments) {
      const std::string before = conf();
      const Outcome outcome = mon(arguments);
      BOOST_TEST(outcome.status == status);
      BOOST_TEST(outcome.out == "");
      BOOST_TEST(outcome.err.substr(0, line.size()) == line);
      BOOST_TEST(std::count(outcome.err.begin(), outcome.err.end(), '\n') == 1);
      BOOST_TEST(conf() == before);
    }
  }

  Folder folder;
};

std::string line_of(const ordered_json& document) { return document.dump() + "\n"; }

ordered_json a_node(const std::string& name, bool self, const std::string& state, const std::string& phase, int hosts) {
  return {{"name", name},   {"type", "peer"},    {"self", self},        {"state", state},
          {"phase", phase}, {"core", "running"}, {"hosts_owned", hosts}};
}

ordered_json a_status(const ordered_json& nodes) {
  return {{"self", "peer01"}, {"cluster", "merlin"}, {"hosts", 30},
          {"services", 300},  {"nodes", nodes},      {"problems", ordered_json::array()}};
}

const std::string not_running = "mon: merlind does not run here: the change holds when it starts; mon start\n";

}  // namespace

BOOST_AUTO_TEST_CASE(add_appends_a_block_and_leaves_the_rest_as_it_was) {
  const Site site;
  const Outcome outcome = site.mon("node add peer03 type=peer address=10.0.0.3 --weight=2");
  BOOST_TEST(outcome.status == 0);
  BOOST_TEST(outcome.out == "peer peer03 added to merlin.conf\n");
  BOOST_TEST(outcome.err == not_running);
  BOOST_TEST(site.conf() == site.text() + "\npeer peer03 {\n\taddress = 10.0.0.3\n\tweight = 2\n}\n");
}

BOOST_AUTO_TEST_CASE(add_makes_a_file_that_is_not_there_readable_for_all) {
  const Site site;
  std::filesystem::remove(site.folder.file("merlin.conf"));
  ::umask(022);
  BOOST_TEST(site.mon("node add peer02 type=peer").status == 0);
  BOOST_TEST(site.conf() == "peer peer02 {\n}\n");
  struct stat info {};
  BOOST_REQUIRE(::stat(site.folder.file("merlin.conf").c_str(), &info) == 0);
  BOOST_TEST((info.st_mode & 0777) == 0644);
}

BOOST_AUTO_TEST_CASE(a_refused_add_makes_no_file) {
  const Site site;
  std::filesystem::remove(site.folder.file("merlin.conf"));
  for (const char* arguments : {"node add peer02", "node add 'pe er' type=peer", "node add peer02 type=peer weight=x"}) {
    BOOST_TEST(site.mon(arguments).status == 2);
    BOOST_TEST(site.folder.entries() == 0u);
  }
}

BOOST_AUTO_TEST_CASE(edit_changes_values_where_they_stand) {
  const Site site;
  BOOST_TEST(site.mon("node edit peer02 address=10.0.0.9 weight=3").status == 0);
  std::string expected = site.text();
  expected.replace(expected.find("10.0.0.2"), 8, "10.0.0.9");
  expected.insert(expected.find("}\n", expected.find("15551")), "\tweight = 3\n");
  BOOST_TEST(site.conf() == expected);
  BOOST_TEST(site.mon("node edit peer02 weight= address=10.0.0.2").status == 0);
  BOOST_TEST(site.conf() == site.text());
}

BOOST_AUTO_TEST_CASE(rename_and_remove_touch_their_block_alone) {
  const Site site;
  BOOST_TEST(site.mon("node rename peer02 nagios02").status == 0);
  std::string expected = site.text();
  expected.replace(expected.find("peer02"), 6, "nagios02");
  BOOST_TEST(site.conf() == expected);
  const Outcome removed = site.mon("node remove nagios02");
  BOOST_TEST(removed.out == "nagios02 removed from merlin.conf\n");
  BOOST_TEST(site.conf().find("nagios02") == std::string::npos);
  BOOST_TEST(site.conf().find("# our cluster\nnode_name = peer01   # us\n") == 0u);
}

BOOST_AUTO_TEST_CASE(bad_edits_change_nothing) {
  const Site site;
  site.refuses("node add peer02 type=peer", 2,
               "mon: node add: there is a node 'peer02' already; change it with: mon node edit peer02 KEY=VALUE\n");
  site.refuses("node add peer03 type=pier", 2, "mon: node add: unknown type 'pier'; nearest is peer\n");
  site.refuses("node add peer03 type=peer adress=10.0.0.3", 2, "mon: node add: unknown option 'adress'; did you mean 'address'?\n");
  site.refuses("node add peer03 typ=peer", 2, "mon: node add: unknown option 'typ'; did you mean 'type'?\n");
  site.refuses("node add peer03 type=peer type=poller", 2, "mon: node add: 'type' is given twice");
  site.refuses("node add peer03 type=peer address=a host=b", 2, "mon: node add: 'host' is given twice");
  site.refuses("node add poller01", 2, "mon: node add poller01: a poller needs hostgroups; add hostgroup=NAME");
  site.refuses("node add poller01 hostgroup=", 2, "mon: node add poller01: a poller needs hostgroups");
  site.refuses("node add peer01 type=peer", 2, "mon: node add peer01: ");
  site.refuses("node add 'a b' type=peer", 2, "mon: node add a b: ");
  site.refuses("node add peer03 type=peer fingerprint=SHA256:12", 2, "mon: node add: fingerprint");
  site.refuses("node edit peer02", 2, "mon: node edit: no KEY=VALUE given");
  site.refuses("node edit peer2 weight=1", 2, "mon: node edit: no node 'peer2' is configured; nearest is peer02\n");
  site.refuses("node edit peer02 weight=heavy", 2, "mon: node edit: weight");
  site.refuses("node edit peer02 type=master", 2, "mon: node edit: a node's type cannot be edited");
  site.refuses("node edit peer02 weight=", 2, "mon: node edit: 'weight' is not set in the block of peer02; nothing to take away");
  site.refuses("node rename peer02 peer02", 2, "mon: node rename: there is a node 'peer02' already");
  site.refuses("node rename peer02 'b c'", 2, "mon: node rename peer02: ");
  site.refuses("node rename peer09 peer10", 2, "mon: node rename: no node 'peer09' is configured; nearest is peer02\n");
  site.refuses("node remove peer02 peer9", 2, "mon: node remove: no node 'peer9' is configured");
}

BOOST_AUTO_TEST_CASE(a_file_that_is_wrong_already_is_not_edited) {
  const Site site;
  site.folder.write("merlin.conf", site.text() + "wieght = 5\n");
  site.refuses("node edit peer02 port=1", 1, "mon: merlin.conf:12:1: ");
  site.refuses("node list", 1, "mon: merlin.conf:12:1: ");
  BOOST_TEST(site.mon("--config /no/such/folder/merlin.conf node add p type=peer").status == 1);
}

BOOST_AUTO_TEST_CASE(two_edits_at_once_both_hold) {
  const Site site;
  std::vector<std::thread> edits;
  std::vector<Folder> folders(4);
  for (int i = 0; i < 4; ++i) {
    edits.emplace_back([&, i] {
      run_mon(folders[static_cast<std::size_t>(i)],
              "--config '" + site.folder.file("merlin.conf") + "' node add p" + std::to_string(i) + " type=peer");
    });
  }
  for (auto& edit : edits) edit.join();
  BOOST_TEST(site.mon("node list").out.size() == std::string("  peer02\n").size() + 4 * std::string("  p0\n").size());
}

BOOST_AUTO_TEST_CASE(merlind_is_told_of_every_edit_once) {
  const Site site;
  FakeDaemon daemon(site.folder.file("sock"), [](const ordered_json&) {
    return line_of({{"ok", true}, {"changes", {"x"}}, {"warnings", ordered_json::array()}});
  });
  BOOST_TEST(site.mon("node add peer03 type=peer").err == "");
  BOOST_TEST(site.mon("node remove peer02 peer03").status == 0);
  const std::vector<ordered_json> expected(2, ordered_json{{"command", "reload"}});
  BOOST_TEST((daemon.requests() == expected));
}

BOOST_AUTO_TEST_CASE(a_reload_that_merlind_refuses_is_told_and_fails) {
  const Site site;
  FakeDaemon daemon(site.folder.file("sock"), [](const ordered_json&) {
    return line_of({{"ok", false}, {"errors", ordered_json::array({{{"what", "no"}, {"where", "merlin.conf:1:1"}, {"fix", "mend"}}})}});
  });
  const Outcome outcome = site.mon("node add peer03 type=peer");
  BOOST_TEST(outcome.status == 1);
  BOOST_TEST(outcome.err == "mon: merlin.conf is written, but merlind did not take it up:\nmon: merlin.conf:1:1: no; mend\n");
  BOOST_TEST(site.conf().find("peer03") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(list_and_show_read_as_of_old) {
  const Site site;
  BOOST_TEST(site.mon("node add 'poller01' hostgroup=a,b").status == 0);
  BOOST_TEST(site.mon("node list").out == "  peer02\n  poller01\n");
  BOOST_TEST(site.mon("node list --type=poller,master").out == "  poller01\n");
  BOOST_TEST(site.mon("node list --type=pole").status == 2);
  BOOST_TEST((ordered_json::parse(site.mon("node list --json").out) ==
              ordered_json{{"nodes", {{{"name", "peer02"}, {"type", "peer"}}, {{"name", "poller01"}, {"type", "poller"}}}}}));
  const std::string shown = site.mon("node show").out;
  BOOST_TEST(shown.find("NAME=peer02\nTYPE=peer\nADDRESS=10.0.0.2\nPORT=15551\n") == 0u);
  BOOST_TEST(shown.find("\n\nNAME=poller01\n") != std::string::npos);
  BOOST_TEST(site.mon("node show peer3").status == 2);
  BOOST_TEST(ordered_json::parse(site.mon("node show poller01 --json").out)["nodes"][0]["hostgroup"] == (ordered_json{"a", "b"}));
}

BOOST_AUTO_TEST_CASE(what_show_prints_is_safe_for_eval) {
  const Site site;
  const std::string push = "push 'it'; touch " + site.folder.file("pwned") + " $(touch " + site.folder.file("pwned") + ")";
  site.folder.write("merlin.conf", "peer p {\n object_config {\n  push = \"" + push + "\"\n }\n}\n");
  site.folder.write("script", "eval \"$1\"; printf %s \"$OCONF_PUSH\"");
  const std::string line =
      "sh '" + site.folder.file("script") + "' \"$(MERLIN_CONF='" + site.folder.file("merlin.conf") + "' " MON_PROGRAM " node show p)\"";
  std::FILE* pipe = ::popen(line.c_str(), "r");
  BOOST_REQUIRE(pipe != nullptr);
  BOOST_TEST(all_of(pipe) == push);
  ::pclose(pipe);
  BOOST_TEST(!std::filesystem::exists(site.folder.file("pwned")));
}

BOOST_AUTO_TEST_CASE(status_ends_with_0_only_when_all_are_active) {
  const Site site;
  std::string second = "active";
  FakeDaemon daemon(site.folder.file("sock"), [&](const ordered_json&) {
    return line_of(a_status({a_node("peer01", true, "active", "ready", 15), a_node("peer02", false, second, "ready", 15)}));
  });
  BOOST_TEST(site.mon("node status").status == 0);
  const auto document = ordered_json::parse(site.mon("node status --json").out);
  BOOST_TEST(document["nodes"][1]["name"] == "peer02");
  second = "inactive";
  const Outcome outcome = site.mon("node status");
  BOOST_TEST(outcome.status == 1);
  BOOST_TEST(outcome.out.find("  peer02  inactive") != std::string::npos);
  BOOST_TEST(outcome.out.find('\x1b') == std::string::npos);
  BOOST_TEST(site.mon("node status --watch").status == 2);
}

BOOST_AUTO_TEST_CASE(status_without_merlind_shows_what_is_configured) {
  const Site site;
  const Outcome outcome = site.mon("node status");
  BOOST_TEST(outcome.status == 1);
  BOOST_TEST(outcome.out.find("* peer01  unknown") != std::string::npos);
  BOOST_TEST(outcome.out.find("! merlind does not run here; mend it with: mon start\n") != std::string::npos);
  BOOST_TEST(ordered_json::parse(site.mon("node status --json").out)["problems"][0]["fix"] == "mon start");
}

BOOST_AUTO_TEST_CASE(a_wrong_merlin_conf_does_not_keep_mon_from_a_running_merlind) {
  const Site site;
  site.folder.write("merlin.conf", site.text() + "wieght = 5\n");
  FakeDaemon daemon(site.folder.file("sock"), [](const ordered_json&) {
    return line_of(a_status(ordered_json::array({a_node("peer01", true, "active", "ready", 30)})));
  });
  BOOST_TEST(site.mon("node status").status == 0);
}

BOOST_AUTO_TEST_CASE(a_merlind_that_is_silent_or_talks_nonsense_is_named) {
  for (const std::string& answer :
       {std::string("garbage\n"), std::string(), std::string("[1]\n"), std::string("{\"ok\":false}\n"), std::string(70'000, 'x')}) {
    const Site site;
    FakeDaemon daemon(site.folder.file("sock"), [&](const ordered_json&) { return answer; });
    const Outcome outcome = site.mon("node status");
    BOOST_TEST(outcome.status == 1);
    BOOST_TEST(outcome.out == "");
    BOOST_TEST(outcome.err.find("mon: sock: ") == 0u);
  }
  const Site site;
  FakeDaemon slow(site.folder.file("sock"), [](const ordered_json&) {
    std::this_thread::sleep_for(std::chrono::milliseconds(600));
    return std::string("{}\n");
  });
  BOOST_TEST(site.mon("node status --timeout 200ms").err ==
             "mon: sock: merlind did not answer in time; wait longer with --timeout, or see merlind's log\n");
}

BOOST_AUTO_TEST_CASE(owner_names_who_runs_a_host_and_why) {
  const Site site;
  FakeDaemon daemon(site.folder.file("sock"), [](const ordered_json& request) {
    if (request["host"] != "web01") return line_of({{"host", request["host"]}, {"known", false}, {"nearest", {"web01"}}});
    const ordered_json first{{"node", "peer02"}, {"rank", 1},        {"active", true}, {"knows", true},
                             {"claims", true},   {"phase", "ready"}, {"weight", 1},    {"why", "runs it"}};
    return line_of({{"host", "web01"},
                    {"known", true},
                    {"runners", {"peer02"}},
                    {"owner", "peer02"},
                    {"ranking", ordered_json::array({first})},
                    {"services", 1}});
  });
  const Outcome known = site.mon("node owner web01");
  BOOST_TEST(known.status == 0);
  BOOST_TEST(known.out.find("web01 (1 service) is run by peer02\n") == 0u);
  BOOST_TEST(known.out.find("   1  peer02  yes     yes       yes        ready       1  runs it\n") != std::string::npos);
  const Outcome unknown = site.mon("node owner web1");
  BOOST_TEST(unknown.status == 1);
  BOOST_TEST(unknown.err == "mon: node owner: no node knows a host 'web1'; nearest is web01\n");
  BOOST_TEST(Site().mon("node owner web01").err.find("merlind does not run here") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(events_are_one_a_line_for_people_and_programs) {
  const Site site;
  FakeDaemon daemon(site.folder.file("sock"), [](const ordered_json&) {
    const ordered_json event{{"time_ms", 1'700'000'000'123},
                             {"node", "peer02"},
                             {"number", 7},
                             {"type", "alert"},
                             {"host", "web01"},
                             {"service", "disk"},
                             {"state", "CRITICAL"},
                             {"state_type", "hard"},
                             {"attempt", 3},
                             {"text", "full\x1b[31m"}};
    return line_of({{"arrival", 4}, {"more", true}, {"events", ordered_json::array({event})}});
  });
  const Outcome text = site.mon("events --host=web01 --service=disk --type=alert --since=2h");
  BOOST_TEST(text.status == 0);
  BOOST_TEST(text.out.find("  peer02  web01;disk  alert CRITICAL hard 3: full") != std::string::npos, text.out);
  BOOST_TEST(text.out.find('\x1b') == std::string::npos);
  BOOST_TEST(text.err.find("older ones") != std::string::npos);
  const ordered_json request = daemon.requests().back();
  BOOST_TEST(request["command"] == "events");
  BOOST_TEST(request["host"] == "web01");
  BOOST_TEST(request["service"] == "disk");
  BOOST_TEST(request["type"] == "alert");
  BOOST_TEST(request["since_ms"].is_number_integer());
  BOOST_TEST(request["limit"] == 10'000);
  const Outcome json = site.mon("events --json --limit 5");
  BOOST_TEST(ordered_json::parse(json.out)["number"] == 7);
  BOOST_TEST(daemon.requests().back()["limit"] == 5);
  for (const char* bad :
       {"events --limit 0", "events --limit 10001", "events --limit x", "events --since yesterday", "events --type alarm"}) {
    BOOST_TEST(site.mon(bad).status == 2, bad);
  }
}

BOOST_AUTO_TEST_CASE(drain_waits_until_every_host_has_another_owner) {
  const Site site;
  int asked = 0;
  FakeDaemon daemon(site.folder.file("sock"), [&](const ordered_json& request) {
    if (request["command"] != "status") return line_of({{"ok", true}});
    ++asked;
    const std::string phase = asked > 1 ? "drained" : "ready";
    const int left = asked < 3 ? 10 : 0;
    const int taken = asked < 4 ? 20 : 30;
    return line_of(a_status({a_node("peer01", true, "active", phase, left), a_node("peer02", false, "active", "ready", taken)}));
  });
  const Outcome outcome = site.mon("node drain");
  BOOST_TEST(outcome.status == 0);
  BOOST_TEST(outcome.out == "peer01: drained; every host has another owner\n");
  BOOST_TEST(asked == 4);
  BOOST_TEST((daemon.requests()[1] == ordered_json{{"command", "drain"}}));
}

BOOST_AUTO_TEST_CASE(drain_says_when_it_cannot_end_well) {
  const Site site;
  FakeDaemon daemon(site.folder.file("sock"), [](const ordered_json& request) {
    if (request["command"] != "status") return line_of({{"ok", true}});
    return line_of(a_status({a_node("peer01", true, "active", "drained", 30), a_node("peer02", false, "inactive", "ready", 0)}));
  });
  const Outcome alone = site.mon("node drain peer01");
  BOOST_TEST(alone.status == 1);
  BOOST_TEST(alone.err.find("mon: peer01: nobody else can take its 30 hosts; it keeps checking them") == 0u);
  BOOST_TEST((daemon.requests()[1] == ordered_json{{"command", "drain"}, {"node", "peer01"}}));
  BOOST_TEST(site.mon("node drain --no-wait").out == "peer01: told to hand its hosts over\n");
  const ordered_json document = ordered_json::parse(site.mon("node drain --json").out)["nodes"][0];
  BOOST_TEST(document["name"] == "peer01");
  BOOST_TEST(document["outcome"].is_null());
  BOOST_TEST(document["error"].get<std::string>().starts_with("peer01: nobody else can take its 30 hosts"));
  BOOST_TEST(site.mon("node drain peer02").err == "mon: peer02: it is inactive; mon node status shows why\n");
  const Outcome unknown = site.mon("node drain peer03");
  BOOST_TEST(unknown.status == 2);
  BOOST_TEST(unknown.err == "mon: node drain: no node 'peer03' is configured; nearest is peer01\n");
}

BOOST_AUTO_TEST_CASE(a_drain_that_takes_too_long_fails_and_says_how_far_it_is) {
  const Site site;
  FakeDaemon daemon(site.folder.file("sock"), [](const ordered_json& request) {
    if (request["command"] != "status") return line_of({{"ok", true}});
    return line_of(a_status({a_node("peer01", true, "active", "drained", 7), a_node("peer02", false, "active", "ready", 23)}));
  });
  const Outcome outcome = site.mon("node drain --timeout 1");
  BOOST_TEST(outcome.status == 1);
  BOOST_TEST(outcome.err.find("mon: peer01: not finished in 1 s: 7 hosts left; ") == 0u);
}

BOOST_AUTO_TEST_CASE(undrain_waits_until_the_share_is_back) {
  const Site site;
  int asked = 0;
  FakeDaemon daemon(site.folder.file("sock"), [&](const ordered_json& request) {
    if (request["command"] != "status") return line_of({{"ok", true}});
    ++asked;
    return line_of(a_status({a_node("peer01", true, "active", asked < 3 ? "drained" : "ready", std::min(asked, 14)),
                             a_node("peer02", false, "active", "ready", 16)}));
  });
  const Outcome outcome = site.mon("node undrain");
  BOOST_TEST(outcome.status == 0);
  BOOST_TEST(outcome.out == "peer01: ready, runs 14 of 30 hosts\n");
  const Outcome json = site.mon("node undrain --json");
  BOOST_TEST((ordered_json::parse(json.out)["nodes"][0] ==
              ordered_json{{"name", "peer01"}, {"error", nullptr}, {"outcome", "ready, runs 14 of 30 hosts"}}));
}

BOOST_AUTO_TEST_CASE(a_restart_that_is_not_even_begun_is_one_document_too) {
  const Site site;
  if (::geteuid() != 0) {
    BOOST_TEST_MESSAGE("only root may do it");
    return;
  }
  site.folder.write("merlin.conf", site.conf() + "core {\n verify = false\n}\n");
  const Outcome outcome = site.mon("restart --json");
  const auto document = ordered_json::parse(outcome.out);
  BOOST_TEST(outcome.status == 1);
  BOOST_TEST(outcome.err.empty(), outcome.err);
  BOOST_TEST(document["steps"].empty());
  BOOST_TEST(document["error"].is_string());
}

BOOST_AUTO_TEST_CASE(a_reader_that_has_enough_is_no_fault_and_a_full_disk_is_one) {
  const Site site;
  std::string lines;
  for (int i = 0; i < 10'000; ++i) lines += "[1700000000] a line that nobody reads\n";
  site.folder.write("log", lines);
  const Outcome enough =
      run_mon(site.folder, "log show --raw '" + site.folder.file("log") + "' 2>'" + site.folder.file("said") + "' | head -1");
  BOOST_TEST(enough.out == "[1700000000] a line that nobody reads\n");
  BOOST_TEST(site.folder.read("said") == "");
  const Outcome full = run_mon(site.folder, "--help >/dev/full");
  BOOST_TEST(full.status == 1);
  BOOST_TEST(full.err == "mon: standard output: cannot write the output\n");
}

BOOST_AUTO_TEST_CASE(version_and_id_answer_without_merlind) {
  const Site site;
  BOOST_TEST(site.mon("version").out == "mon " MERLIN_VERSION ", protocol 1\nmerlind does not run here\n");
  BOOST_TEST(ordered_json::parse(site.mon("version --json").out)["merlind"].is_null());
  BOOST_TEST(site.mon("id").err ==
             "mon: tls/cert.pem: this node has no certificate yet; merlind makes it when it first starts: mon start\n");
  const auto identity =
      merlin::net::load_or_create_identity(site.folder.file("tls"), std::nullopt, merlin::WallTime(std::chrono::hours(24 * 365 * 55)));
  BOOST_REQUIRE(identity.ok());
  BOOST_TEST(site.mon("id").out == identity->certificate.node_id.hex() + "\n");
}

BOOST_AUTO_TEST_CASE(cert_show_names_who_is_trusted_and_how_to_trust_who_was_refused) {
  const Site site;
  const auto identity =
      merlin::net::load_or_create_identity(site.folder.file("tls"), std::nullopt, merlin::WallTime(std::chrono::hours(24 * 365 * 55)));
  BOOST_REQUIRE(identity.ok());
  const std::string other = "SHA256:" + std::string(64, 'a');
  BOOST_TEST(site.mon("node edit peer02 fingerprint=" + other).status == 0);
  const Outcome alone = site.mon("cert show");
  BOOST_TEST(alone.status == 0);
  BOOST_TEST(alone.out.find("fingerprint  " + identity->certificate.fingerprint + "\n") != std::string::npos);
  BOOST_TEST(alone.out.find("peer02   " + other + "  -\n") != std::string::npos);

  FakeDaemon daemon(site.folder.file("sock"), [&](const ordered_json&) {
    const ordered_json refused{{"fingerprint", "SHA256:bb"}, {"address", "10.0.0.2:4711"}, {"node_id", nullptr}, {"last", 1}, {"count", 3}};
    return line_of({{"trusted", ordered_json::array({{{"name", "peer02"}, {"fingerprint", other}, {"linked", false}}})},
                    {"refused", ordered_json::array({refused})}});
  });
  const Outcome outcome = site.mon("cert show");
  BOOST_TEST(outcome.out.find("! refused: SHA256:bb from 10.0.0.2:4711, 3 times; if it is right, trust it with: mon node edit peer02 "
                              "fingerprint=SHA256:bb\n") != std::string::npos);
  const auto document = ordered_json::parse(site.mon("cert show --json").out);
  BOOST_TEST(document["node_id"] == identity->certificate.node_id.hex());
  BOOST_TEST(document["trusted"][0]["linked"] == false);
  BOOST_TEST(document["module"].is_null());

  const auto module = merlin::net::load_or_create_identity(site.folder.file("tls/module"), std::nullopt,
                                                           merlin::WallTime(std::chrono::hours(24 * 365 * 55)));
  BOOST_REQUIRE(module.ok());
  BOOST_TEST(site.mon("cert show").out.find("module       " + module->certificate.fingerprint + "\n") != std::string::npos);
  BOOST_TEST(ordered_json::parse(site.mon("cert show --json").out)["module"]["fingerprint"] == module->certificate.fingerprint);
}

BOOST_AUTO_TEST_CASE(output_that_cannot_be_written_is_a_failure) { BOOST_TEST(Site().mon("node list >/dev/full").status == 1); }

BOOST_AUTO_TEST_CASE(bash_completes_commands_options_and_nodes) {
  const Site site;
  const std::string script = site.folder.file("completion");
  const auto completed = [&](const std::string& words, int at) {
    site.folder.write("complete.sh", "mon() { " MON_PROGRAM " \"$@\"; }\nsource '" + script + "'\nCOMP_WORDS=(" + words +
                                         ")\nCOMP_CWORD=" + std::to_string(at) + "\n_mon\necho \"${COMPREPLY[*]}\"\n");
    std::FILE* pipe =
        ::popen(("MERLIN_CONF='" + site.folder.file("merlin.conf") + "' bash '" + site.folder.file("complete.sh") + "'").c_str(), "r");
    BOOST_REQUIRE(pipe != nullptr);
    const std::string out = all_of(pipe);
    ::pclose(pipe);
    return out;
  };
  site.folder.write("completion", site.mon("completion bash").out);
  BOOST_TEST(completed("mon nod", 1) == "node\n");
  BOOST_TEST(completed("mon node st", 2) == "status\n");
  BOOST_TEST(completed("mon node status --wa", 3) == "--watch\n");
  BOOST_TEST(completed("mon node remove pe", 3) == "peer02\n");
  BOOST_TEST(completed("mon node add pe", 3) == "\n");
  BOOST_TEST(site.mon("completion zsh").status == 0);
  BOOST_TEST(site.mon("completion fish").status == 0);
  site.refuses("completion tcsh", 2, "mon: completion: unknown shell 'tcsh'; one of bash, zsh, fish");
}
