// A node with its own merlin.conf, on which the real program mon runs, and the answers of its merlind.
#pragma once

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <string>

#include "tests/unit/mon_program_support.hpp"

namespace mon_test {

inline const std::string kBaseText =
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

struct LocalNode {
  LocalNode() { folder.write("merlin.conf", text()); }
  std::string text() const {
    std::string text = kBaseText;
    return text.replace(text.find("SOCKET"), 6, folder.file("sock"));
  }
  std::string conf() const { return folder.read("merlin.conf"); }
  Outcome mon(const std::string& arguments) const {
    Outcome outcome = run_mon(folder, arguments);
    outcome.out = without_folder(outcome.out, folder);
    outcome.err = without_folder(outcome.err, folder);
    return outcome;
  }
  // mon must refuse: `status`, one line that begins with this, and nothing changed on disk.
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

inline std::string line_of(const ordered_json& document) { return document.dump() + "\n"; }

inline ordered_json a_node(const std::string& name, bool self, const std::string& state, const std::string& phase, int hosts) {
  return {{"name", name},   {"type", "peer"},    {"self", self},        {"state", state},
          {"phase", phase}, {"core", "running"}, {"hosts_owned", hosts}};
}

inline ordered_json a_status(const ordered_json& nodes) {
  return {{"self", "peer01"}, {"cluster", "merlin"}, {"hosts", 30},
          {"services", 300},  {"nodes", nodes},      {"problems", ordered_json::array()}};
}

inline const std::string kNotRunning = "mon: merlind is not running here: the change takes effect when it starts; mon start\n";

}  // namespace mon_test
