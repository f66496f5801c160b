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

BOOST_AUTO_TEST_CASE(bash_completes_commands_options_and_nodes) {
  const LocalNode local_node;
  const std::string script = local_node.folder.file("completion");
  const auto completed = [&](const std::string& words, int at) {
    local_node.folder.write("complete.sh", "mon() { " MON_PROGRAM " \"$@\"; }\nsource '" + script + "'\nCOMP_WORDS=(" + words +
                                               ")\nCOMP_CWORD=" + std::to_string(at) + "\n_mon\necho \"${COMPREPLY[*]}\"\n");
    std::FILE* pipe = ::popen(
        ("MERLIN_CONF='" + local_node.folder.file("merlin.conf") + "' bash '" + local_node.folder.file("complete.sh") + "'").c_str(), "r");
    BOOST_REQUIRE(pipe != nullptr);
    const std::string out = all_of(pipe);
    ::pclose(pipe);
    return out;
  };
  local_node.folder.write("completion", local_node.mon("completion bash").out);
  BOOST_TEST(completed("mon nod", 1) == "node\n");
  BOOST_TEST(completed("mon node st", 2) == "status\n");
  BOOST_TEST(completed("mon node status --wa", 3) == "--watch\n");
  BOOST_TEST(completed("mon node remove pe", 3) == "peer02\n");
  BOOST_TEST(completed("mon node add pe", 3) == "\n");
  BOOST_TEST(completed("mon node edit peer02 we", 4) == "weight=\n");
  BOOST_TEST(completed("mon node add peer03 ty", 4) == "type=\n");
  BOOST_TEST(completed("mon node add peer03 type = p", 6) == "peer poller\n");
  BOOST_TEST(completed("mon node add peer03 type =", 5) == "peer poller master\n");
  BOOST_TEST(completed("mon node edit peer02 connect = y", 6) == "yes\n");
  BOOST_TEST(completed("mon node edit --self preset = w", 6) == "wan\n");
  BOOST_TEST(completed("mon node list --type = ma", 5) == "master\n");
  BOOST_TEST(completed("mon node owner we", 3) == "\n");
  local_node.folder.write("nagios.cfg", "status_file=" + local_node.folder.file("status.dat") + "\n");
  local_node.folder.write("status.dat",
                          "info {\n\tcreated=1\n\t}\nhoststatus {\n\thost_name=web01\n\t}\nhoststatus {\n\thost_name=db01\n\t}\n");
  local_node.folder.write("merlin.conf", local_node.text() + "core {\n config = " + local_node.folder.file("nagios.cfg") + "\n}\n");
  BOOST_TEST(local_node.mon("object names").out == "db01\nweb01\n");
  BOOST_TEST(completed("mon node owner we", 3) == "web01\n");
  BOOST_TEST(completed("mon object forget d", 3) == "db01\n");
  BOOST_TEST(local_node.mon("completion zsh").status == 0);
  BOOST_TEST(local_node.mon("completion fish").status == 0);
  local_node.refuses("completion tcsh", 2, "mon: completion: unknown shell 'tcsh'; one of bash, zsh, fish");
}
