// Commands that need no merlind: output that cannot be written, versions, certificates, completion.
#include <boost/test/unit_test.hpp>

#include "shared/net/identity.hpp"
#include "tests/unit/mon_program_local_node.hpp"

using namespace mon_test;

BOOST_AUTO_TEST_CASE(a_reader_that_has_enough_is_no_fault_and_a_full_disk_is_one) {
  const LocalNode local_node;
  std::string lines;
  for (int i = 0; i < 10'000; ++i) lines += "[1700000000] a line that nobody reads\n";
  local_node.folder.write("log", lines);
  const Outcome enough = run_mon(
      local_node.folder, "log show --raw '" + local_node.folder.file("log") + "' 2>'" + local_node.folder.file("said") + "' | head -1");
  BOOST_TEST(enough.out == "[1700000000] a line that nobody reads\n");
  BOOST_TEST(local_node.folder.read("said") == "");
  const Outcome full = run_mon(local_node.folder, "--help >/dev/full");
  BOOST_TEST(full.status == 1);
  BOOST_TEST(full.err == "mon: standard output: cannot write the output\n");
}

BOOST_AUTO_TEST_CASE(version_and_id_answer_without_merlind) {
  const LocalNode local_node;
  BOOST_TEST(local_node.mon("version").out == "mon " MERLIN_VERSION ", protocol 1\nmerlind is not running here\n");
  BOOST_TEST(ordered_json::parse(local_node.mon("version --json").out)["merlind"].is_null());
  BOOST_TEST(local_node.mon("id").err ==
             "mon: tls/cert.pem: this node has no certificate yet; merlind creates it at its first start: mon start\n");
  const auto identity = merlin::net::load_or_create_identity(local_node.folder.file("tls"), std::nullopt,
                                                             merlin::WallTime(std::chrono::hours(24 * 365 * 55)));
  BOOST_REQUIRE(identity.ok());
  BOOST_TEST(local_node.mon("id").out == identity->certificate.node_id.hex() + "\n");
}

BOOST_AUTO_TEST_CASE(cert_show_names_who_is_trusted_and_how_to_trust_who_was_refused) {
  const LocalNode local_node;
  const auto identity = merlin::net::load_or_create_identity(local_node.folder.file("tls"), std::nullopt,
                                                             merlin::WallTime(std::chrono::hours(24 * 365 * 55)));
  BOOST_REQUIRE(identity.ok());
  const std::string other = "SHA256:" + std::string(64, 'a');
  BOOST_TEST(local_node.mon("node edit peer02 fingerprint=" + other).status == 0);
  const Outcome alone = local_node.mon("cert show");
  BOOST_TEST(alone.status == 0);
  BOOST_TEST(alone.out.find("fingerprint  " + identity->certificate.fingerprint + "\n") != std::string::npos);
  BOOST_TEST(alone.out.find("peer02   " + other + "  -\n") != std::string::npos);

  FakeDaemon daemon(local_node.folder.file("sock"), [&](const ordered_json&) {
    const ordered_json refused{{"fingerprint", "SHA256:bb"}, {"address", "10.0.0.2:4711"}, {"node_id", nullptr}, {"last", 1}, {"count", 3}};
    return line_of({{"trusted", ordered_json::array({{{"name", "peer02"}, {"fingerprint", other}, {"linked", false}}})},
                    {"refused", ordered_json::array({refused})}});
  });
  const Outcome outcome = local_node.mon("cert show");
  BOOST_TEST(outcome.out.find("! refused: SHA256:bb from 10.0.0.2:4711, 3 times; to trust it: mon node edit peer02 "
                              "fingerprint=SHA256:bb\n") != std::string::npos);
  const auto document = ordered_json::parse(local_node.mon("cert show --json").out);
  BOOST_TEST(document["node_id"] == identity->certificate.node_id.hex());
  BOOST_TEST(document["trusted"][0]["linked"] == false);
  BOOST_TEST(document["module"].is_null());

  const auto module = merlin::net::load_or_create_identity(local_node.folder.file("tls/module"), std::nullopt,
                                                           merlin::WallTime(std::chrono::hours(24 * 365 * 55)));
  BOOST_REQUIRE(module.ok());
  BOOST_TEST(local_node.mon("cert show").out.find("module       " + module->certificate.fingerprint + "\n") != std::string::npos);
  BOOST_TEST(ordered_json::parse(local_node.mon("cert show --json").out)["module"]["fingerprint"] == module->certificate.fingerprint);
}

BOOST_AUTO_TEST_CASE(output_that_cannot_be_written_is_a_failure) { BOOST_TEST(LocalNode().mon("node list >/dev/full").status == 1); }

namespace {

// A node on which shells complete words with the scripts that mon prints.
struct Completing : LocalNode {
  Completing() {
    folder.write("nagios.cfg", "status_file=status.dat\n");
    folder.write("status.dat", "info {\n\tcreated=1\n\t}\nhoststatus {\n\thost_name=web01\n\t}\nhoststatus {\n\thost_name=db01\n\t}\n");
    folder.write("merlin.conf", text() + "core {\n config = " + folder.file("nagios.cfg") + "\n}\n");
    std::filesystem::create_directories(folder.file(".merlin"));
    ordered_json versions = ordered_json::array();
    for (int number : {17, 18})
      versions.push_back(
          {{"counter", number}, {"digest", std::string(64, number == 17 ? 'a' : 'b')}, {"author", "peer01"}, {"time", 1'700'000'000}});
    folder.write(".merlin/history.json", versions.dump());
    for (const char* shell : {"bash", "zsh", "fish"}) folder.write(shell, mon(std::string("completion ") + shell).out);
  }
  // `command` is the shell's own; it runs a script in which mon is the tested program.
  std::string run(const std::string& command, const std::string& script) const {
    folder.write("complete", script);
    const std::string environment = "HOME='" + folder.file("") + "' MERLIN_CONF='" + folder.file("merlin.conf") + "' TERM=dumb ";
    std::FILE* pipe = ::popen((environment + command + " '" + folder.file("complete") + "' 2>&1").c_str(), "r");
    BOOST_REQUIRE(pipe != nullptr);
    const std::string out = all_of(pipe);
    ::pclose(pipe);
    return out;
  }
  // All candidates for the word with the index `at`, in one line. In bash "key=value" is three words.
  std::string in_bash(const std::string& words, int at) const {
    return run("bash", "mon() { " MON_PROGRAM " \"$@\"; }\nsource '" + folder.file("bash") + "'\nCOMP_WORDS=(" + words +
                           ")\nCOMP_CWORD=" + std::to_string(at) + "\n_mon\necho \"${COMPREPLY[*]}\"\n");
  }
  // The line after its last word was completed, in an interactive shell on a terminal of its own. compinit is left out, because it is slow.
  std::string in_zsh(const std::string& line) const {
    folder.write("zshrc",
                 "PS1=\nunsetopt beep\nmon() { " MON_PROGRAM " \"$@\" }\ncompdef() { [[ \"$*\" == '_mon mon' ]] || exit }\nsource '" +
                     folder.file("zsh") + "'\nzle -C complete complete-word _mon\nshow() { zle complete; print -r -- \"$BUFFER\" >'" +
                     folder.file("line") + "'; exit }\nzle -N show\nbindkey '^T' show\nprint READY\n");
    folder.write("line", "");
    run("timeout 30 zsh -f", "zmodload zsh/zpty\nzpty shell zsh -f -i\nzpty -w shell \"source '" + folder.file("zshrc") +
                                 "'\"\nzpty -r -m shell text '*READY*' || exit 1\nzpty -w -n shell \"" + line +
                                 "\"$'\\x14'\nwhile zpty -r shell text; do :; done\n");
    return folder.read("line");
  }
  // All candidates for the last word, in one line.
  std::string in_fish(const std::string& line) const {
    return run("fish --no-config", "function mon\n " MON_PROGRAM " $argv\nend\nsource '" + folder.file("fish") + "'\necho (complete -C '" +
                                       line + "' | string replace -r '\\t.*' '')\n");
  }
};

}  // namespace

BOOST_AUTO_TEST_CASE(bash_completes_commands_options_and_nodes) {
  const Completing node;
  BOOST_TEST(node.in_bash("mon nod", 1) == "node\n");
  BOOST_TEST(node.in_bash("mon node st", 2) == "status\n");
  BOOST_TEST(node.in_bash("mon node status --wa", 3) == "--watch\n");
  BOOST_TEST(node.in_bash("mon node remove pe", 3) == "peer02\n");
  BOOST_TEST(node.in_bash("mon node rename pe", 3) == "peer02\n");
  BOOST_TEST(node.in_bash("mon node add pe", 3) == "\n");
  BOOST_TEST(node.in_bash("mon node edit peer02 we", 4) == "weight=\n");
  BOOST_TEST(node.in_bash("mon node add peer03 ty", 4) == "type=\n");
  BOOST_TEST(node.in_bash("mon node add peer03 type = p", 6) == "peer poller\n");
  BOOST_TEST(node.in_bash("mon node add peer03 type =", 5) == "peer poller master\n");
  BOOST_TEST(node.in_bash("mon node add peer03 port =", 5) == "\n", "any number");
  BOOST_TEST(node.in_bash("mon node edit peer02 connect = y", 6) == "yes\n");
  BOOST_TEST(node.in_bash("mon node edit --self preset = w", 6) == "wan\n");
  BOOST_TEST(node.in_bash("mon node list --type = ma", 5) == "master\n");
  node.refuses("completion tcsh", 2, "mon: completion: unknown shell 'tcsh'; one of bash, zsh, fish");
}

BOOST_AUTO_TEST_CASE(bash_completes_hosts_and_versions) {
  const Completing node;
  BOOST_TEST(node.mon("object names").out == "db01\nweb01\n");
  BOOST_TEST(node.in_bash("mon node owner we", 3) == "web01\n");
  BOOST_TEST(node.in_bash("mon object forget d", 3) == "db01\n");
  BOOST_TEST(node.in_bash("mon events --host we", 3) == "web01\n");
  BOOST_TEST(node.in_bash("mon events --host = we", 4) == "web01\n");
  BOOST_TEST(node.in_bash("mon events --host =", 3) == "db01 web01\n");
  BOOST_TEST(node.in_bash("mon log show --limit = 5 --host d", 7) == "db01\n");
  BOOST_TEST(node.in_bash("mon events --host we --", 4).find("--follow") != std::string::npos);
  BOOST_TEST(node.in_bash("mon oconf rollback 1", 3) == "19 18 17\n");
  BOOST_TEST(node.in_bash("mon oconf rollback 17", 3) == "17\n");
}

BOOST_AUTO_TEST_CASE(zsh_completes_nodes_keys_values_hosts_and_versions) {
  const Completing node;
  BOOST_TEST(node.in_zsh("mon node rem") == "mon node remove \n");
  BOOST_TEST(node.in_zsh("mon node remove pe") == "mon node remove peer02 \n");
  BOOST_TEST(node.in_zsh("mon node edit peer02 wei") == "mon node edit peer02 weight=\n");
  BOOST_TEST(node.in_zsh("mon node edit peer02 connect=y") == "mon node edit peer02 connect=yes \n");
  BOOST_TEST(node.in_zsh("mon node edit --self start_h") == "mon node edit --self start_hold=\n");
  BOOST_TEST(node.in_zsh("mon node edit --self preset=w") == "mon node edit --self preset=wan \n");
  BOOST_TEST(node.in_zsh("mon node list --type=ma") == "mon node list --type=master \n");
  BOOST_TEST(node.in_zsh("mon node owner w") == "mon node owner web01 \n");
  BOOST_TEST(node.in_zsh("mon events --host=w") == "mon events --host=web01 \n");
  BOOST_TEST(node.in_zsh("mon log show --host w") == "mon log show --host web01 \n");
  BOOST_TEST(node.in_zsh("mon oconf rollback 17") == "mon oconf rollback 17 \n");
}

BOOST_AUTO_TEST_CASE(fish_completes_nodes_keys_values_hosts_and_versions) {
  const Completing node;
  BOOST_TEST(node.in_fish("mon node rem") == "remove\n");
  BOOST_TEST(node.in_fish("mon node remove pe") == "peer02\n");
  BOOST_TEST(node.in_fish("mon node status --wa") == "--watch\n");
  BOOST_TEST(node.in_fish("mon node edit peer02 wei") == "weight=\n");
  BOOST_TEST(node.in_fish("mon node edit peer02 start_h") == "\n", "a key of the local node only");
  BOOST_TEST(node.in_fish("mon node edit peer02 connect=y") == "connect=yes\n");
  BOOST_TEST(node.in_fish("mon node edit --self start_h") == "start_hold=\n");
  BOOST_TEST(node.in_fish("mon node edit --self preset=w") == "preset=wan\n");
  BOOST_TEST(node.in_fish("mon node edit --self ssh_us") == "\n", "a key of other nodes only");
  BOOST_TEST(node.in_fish("mon node list --type=ma") == "--type=master\n");
  BOOST_TEST(node.in_fish("mon node owner w") == "web01\n");
  BOOST_TEST(node.in_fish("mon events --host=w") == "--host=web01\n");
  BOOST_TEST(node.in_fish("mon log show --host w") == "web01\n");
  BOOST_TEST(node.in_fish("mon oconf rollback 17") == "17\n");
}
