// What other nodes send is bounded: the input of the commands that they run here, and the answers of the commands that mon runs there.
#include <boost/test/unit_test.hpp>
#include <stdexcept>
#include <string>

#include "mon/cli/limits.hpp"
#include "mon/ssh/handles.hpp"
#include "mon/ssh/job.hpp"
#include "mon/ssh/side_by_side.hpp"
#include "tests/unit/mon_program_local_node.hpp"
#include "tests/unit/mon_ssh_node.hpp"

using namespace mon_test;
using namespace merlin;
using namespace merlin::mon::ssh;

namespace {

using Clock = std::chrono::steady_clock;

constexpr Job::Limits kGenerous{1u << 20, std::chrono::seconds(60), std::chrono::seconds(60)};

// A session with a node, without a look at anybody's known_hosts.
Session session_with(const SshNode& node) {
  Session session(::ssh_new());
  const int port = node.port();
  const bool no = false;
  ::ssh_options_set(session.get(), SSH_OPTIONS_HOST, "127.0.0.1");
  ::ssh_options_set(session.get(), SSH_OPTIONS_PORT, &port);
  ::ssh_options_set(session.get(), SSH_OPTIONS_PROCESS_CONFIG, &no);
  BOOST_REQUIRE(::ssh_connect(session.get()) == SSH_OK);
  BOOST_REQUIRE(::ssh_userauth_none(session.get(), "root") == SSH_AUTH_SUCCESS);
  return session;
}

std::string error_of(const Job& job) {
  const SshNode node("peer02");
  const Session session = session_with(node);
  const Interrupt interrupt;
  const auto ended = run_there(session.get(), "peer02", job, interrupt);
  return ended ? "" : ended.error().text();
}

void ignore(Stream, std::string_view) {}

}  // namespace

BOOST_AUTO_TEST_CASE(an_endless_answer_is_cut_off) {
  std::size_t most = 0;
  const Job job{"exec yes", -1, [&](Stream, std::string_view bytes) { most += bytes.size(); }, kGenerous};
  BOOST_TEST(error_of(job) == "peer02: its answer is longer than 1 MiB");
  BOOST_TEST(most <= kGenerous.bytes);
}

BOOST_AUTO_TEST_CASE(a_command_that_never_answers_is_ended) {
  const auto begin = Clock::now();
  BOOST_TEST(error_of({"exec sleep 60", -1, ignore, Job::Limits{1u << 20, Millis(1'000), std::chrono::seconds(60)}}) ==
             "peer02: no answer within 1 s");
  // One that always says a little is ended too.
  BOOST_TEST(error_of({"while sleep 0.1; do echo x; done", -1, ignore, Job::Limits{1u << 20, std::chrono::seconds(60), Millis(1'000)}}) ==
             "peer02: the command did not end within 1 s");
  BOOST_TEST((Clock::now() - begin < std::chrono::seconds(20)));
}

BOOST_AUTO_TEST_CASE(a_command_without_limits_may_take_and_print_what_it_wants) {
  std::size_t bytes = 0;
  const SshNode node("peer02");
  const Session session = session_with(node);
  const Interrupt interrupt;
  const Job job{"sleep 1.2; head -c 3000000 /dev/zero", -1, [&](Stream, std::string_view some) { bytes += some.size(); }};
  const auto ended = run_there(session.get(), "peer02", job, interrupt);
  BOOST_REQUIRE(ended.ok());
  BOOST_TEST(ended->status == 0);
  BOOST_TEST(bytes == 3'000'000U);
}

BOOST_AUTO_TEST_CASE(output_that_cannot_be_processed_is_an_error) {
  const Job job{"echo x; exec sleep 60", -1, [](Stream, std::string_view) { throw std::runtime_error("no room"); }, kGenerous};
  BOOST_TEST(error_of(job) == "peer02: its output cannot be processed: no room");
}

BOOST_AUTO_TEST_CASE(an_exception_in_a_thread_reaches_the_caller_when_all_have_ended) {
  std::atomic<int> worked = 0;
  const auto work = [&](std::size_t i) {
    if (i == 1) throw std::runtime_error("out of memory");
    ++worked;
  };
  BOOST_CHECK_THROW(side_by_side(5, work, [](std::size_t) {}), std::runtime_error);
  BOOST_TEST(worked == 4);
}

// As it was observed: the answer took 2 GiB of memory in five seconds.
BOOST_AUTO_TEST_CASE(a_node_whose_mon_prints_without_end_is_named) {
  const SshNode peer02("peer02");
  peer02.before_mon("exec yes");
  const SshNode here("localhost", peer02.block());
  const Outcome done = here.mon("cert push peer02 --accept-new");
  BOOST_TEST(done.status == 1);
  BOOST_TEST(done.err.find("mon: peer02: its answer is longer than 16 MiB") != std::string::npos, done.err);
}

BOOST_AUTO_TEST_CASE(input_beyond_its_limit_is_refused) {
  const LocalNode node;
  const auto refused = [&](const std::string& command, std::size_t limit) {
    const std::string line = "head -c " + std::to_string(limit + 1) + " /dev/zero | MERLIN_CONF='" + node.folder.file("merlin.conf") +
                             "' " MON_PROGRAM " " + command + " 2>&1";
    std::FILE* pipe = ::popen(line.c_str(), "r");
    BOOST_REQUIRE(pipe != nullptr);
    const std::string text = all_of(pipe);
    BOOST_TEST(::pclose(pipe) != 0, command);
    const std::string expected = "mon: standard input: is longer than " + std::to_string(limit >> 20) + " MiB; nothing was changed\n";
    BOOST_TEST(text == expected, command << ": " << text);
  };
  using namespace merlin::mon;
  refused("node apply", limits::kDocument);
  refused("cert introduce", limits::kDocument);
  refused("sshkey hosts", limits::kDocument);
  refused("sshkey accept", limits::kLines);
  refused("sync compare", limits::kFileList);
  refused("sync put", limits::kFiles);
  std::string conf = node.text();
  node.folder.write("merlin.conf", conf.insert(conf.find("\tcontrol_socket"), "\tstate_dir = " + node.folder.file("") + "\n"));
  refused("log take peer02 0:0:none", limits::kLogPart);
}
