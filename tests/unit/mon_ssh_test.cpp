// mon's decisions before and after an ssh connection: quoting, host keys, the mark of a command, order.
#include <sys/stat.h>

#include <atomic>
#include <boost/test/unit_test.hpp>
#include <string>
#include <thread>
#include <vector>

#include "mon/ssh/authentication.hpp"
#include "mon/ssh/host_key.hpp"
#include "mon/ssh/job.hpp"
#include "mon/ssh/quoting.hpp"
#include "mon/ssh/session_mark.hpp"
#include "mon/ssh/side_by_side.hpp"
#include "tests/unit/mon_program_support.hpp"

using namespace merlin;
using namespace merlin::mon::ssh;

namespace {

struct Ran {
  Result<Ended> ended;
  std::string out;
  std::string err;
};

Ran run(const std::string& line) {
  const Interrupt interrupt;
  std::string out;
  std::string err;
  const Job job{line, -1, [&](Stream stream, std::string_view bytes) { (stream == Stream::out ? out : err) += bytes; }};
  auto ended = run_here(job, interrupt);
  return {std::move(ended), out, err};
}

const std::vector<std::string> kAwkward = {
    "plain",     "",  "two words", "it's", "\"quoted\"", "$HOME", "`id`", "$(id)", "; rm -rf x", "a\nb", "*", "~",  "-n", "back\\slash",
    "tab\there", "!", "ä€",        "a=b",  "&& echo",    "'''",   "#no",  "{a,b}", "[a-z]",      "|",    ">", "<x", "%s"};

}  // namespace

BOOST_AUTO_TEST_CASE(a_shell_reads_every_word_as_it_was_typed) {
  std::vector<std::string> words{"printf", "<%s>\n"};
  std::string expected;
  for (const std::string& word : kAwkward) {
    words.push_back(word);
    expected += "<" + word + ">\n";
  }
  const Ran ran = run(command_line(words));
  BOOST_REQUIRE(ran.ended.ok());
  BOOST_TEST(ran.ended->status == 0);
  BOOST_TEST(ran.out == expected);
}

BOOST_AUTO_TEST_CASE(a_single_word_is_a_line_for_the_shell) { BOOST_TEST(run(command_line({"echo one two | wc -w"})).out == "2\n"); }

BOOST_AUTO_TEST_CASE(the_mark_passes_quoting_and_names_the_process) {
  const Ran ran = run(marked_command("echo \"it's\" $$; echo oops >&2; exit 7"));
  BOOST_REQUIRE(ran.ended.ok());
  BOOST_TEST(ran.ended->status == 7);
  MarkReader reader;
  BOOST_TEST(reader.feed(ran.err) == "oops\n");
  BOOST_TEST(ran.out == "it's " + reader.process() + "\n");
}

BOOST_AUTO_TEST_CASE(the_mark_is_found_however_it_comes_in_pieces) {
  const std::string text = "motd\n\002mon 4711\nfirst line\n";
  for (std::size_t cut = 0; cut <= text.size(); ++cut) {
    MarkReader reader;
    std::string shown = reader.feed(text.substr(0, cut));
    shown += reader.feed(text.substr(cut));
    BOOST_TEST(shown == "motd\nfirst line\n");
    BOOST_TEST(reader.process() == "4711");
  }
}

BOOST_AUTO_TEST_CASE(without_a_mark_nothing_is_lost_and_nobody_is_killed) {
  MarkReader reader;
  std::string shown = reader.feed("This account is not available.\n");
  shown += reader.rest();
  BOOST_TEST(shown == "This account is not available.\n");
  MarkReader forged;
  BOOST_TEST(forged.feed("\002mon -1; reboot\nx") == "\002mon -1; reboot\nx");
  BOOST_TEST(forged.process() == "");
  MarkReader flooded;
  const std::string flood(100'000, 'x');
  BOOST_TEST((flooded.feed(flood) == flood));
}

BOOST_AUTO_TEST_CASE(signals_and_statuses_are_told_apart) {
  BOOST_TEST(run("exit 3").ended->status == 3);
  const auto killed = run("kill -TERM $$").ended;
  BOOST_TEST(killed->status == 143);
  BOOST_TEST(killed->signal == "TERM");
}

BOOST_AUTO_TEST_CASE(what_is_left_behind_with_the_output_is_not_waited_for) {
  const auto begin = std::chrono::steady_clock::now();
  BOOST_TEST(run("sleep 20 & echo up").out == "up\n");
  BOOST_TEST((std::chrono::steady_clock::now() - begin < std::chrono::seconds(10)));
}

BOOST_AUTO_TEST_CASE(an_interrupt_ends_the_command_with_all_it_started) {
  const Interrupt interrupt;
  std::string out;
  const Job job{"sleep 50 & echo $!; wait", -1, [&](Stream, std::string_view bytes) {
                  out += bytes;
                  ::kill(::getpid(), SIGINT);
                }};
  const auto ended = run_here(job, interrupt);
  BOOST_REQUIRE(!ended.ok());
  BOOST_TEST(ended.error().what == "interrupted");
  // It may remain as a zombie if no process reaps orphans: what matters is that it no longer runs.
  const auto runs = [&] {
    std::ifstream stat("/proc/" + std::to_string(std::stoi(out)) + "/stat");
    std::string id;
    std::string name;
    std::string state;
    return stat >> id >> name >> state && state != "Z";
  };
  for (int turn = 0; turn < 100 && runs(); ++turn) std::this_thread::sleep_for(std::chrono::milliseconds(20));
  BOOST_TEST(!runs());
}

BOOST_AUTO_TEST_CASE(host_keys_known_are_trusted_changed_are_refused_unknown_are_asked) {
  for (const bool accept_new : {false, true}) {
    for (const bool has_terminal : {false, true}) {
      for (const Pin pin : {Pin::none, Pin::equal, Pin::differs}) {
        BOOST_TEST((judge(HostKey::known, pin, accept_new, has_terminal) == Verdict::trust));
        BOOST_TEST((judge(HostKey::changed, pin, accept_new, has_terminal) == Verdict::refuse));
        BOOST_TEST((judge(HostKey::unreadable, pin, accept_new, has_terminal) == Verdict::refuse));
      }
      BOOST_TEST((judge(HostKey::unknown, Pin::equal, accept_new, has_terminal) == Verdict::learn));
      BOOST_TEST((judge(HostKey::unknown, Pin::differs, accept_new, has_terminal) == Verdict::refuse));
    }
    BOOST_TEST((judge(HostKey::unknown, Pin::none, true, accept_new) == Verdict::learn));
  }
  BOOST_TEST((judge(HostKey::unknown, Pin::none, false, true) == Verdict::ask));
  BOOST_TEST((judge(HostKey::unknown, Pin::none, false, false) == Verdict::refuse));
}

BOOST_AUTO_TEST_CASE(nodes_are_worked_on_together_and_shown_in_order) {
  constexpr std::size_t count = 20;
  std::atomic<int> at_work = 0;
  std::vector<std::size_t> shown;
  side_by_side(
      count,
      [&](std::size_t i) {
        ++at_work;
        while (i < 10 && at_work < 20) std::this_thread::yield();  // the first ten wait for all others
      },
      [&](std::size_t i) { shown.push_back(i); });
  BOOST_REQUIRE(shown.size() == count);
  for (std::size_t i = 0; i < count; ++i) BOOST_TEST(shown[i] == i);
}

BOOST_AUTO_TEST_CASE(more_nodes_than_threads_are_all_worked_on) {
  std::atomic<std::size_t> worked = 0;
  side_by_side(
      kMostAtOnce * 3, [&](std::size_t) { ++worked; }, [](std::size_t) {});
  BOOST_TEST(worked == kMostAtOnce * 3);
}

BOOST_AUTO_TEST_CASE(a_password_file_is_its_owners_alone) {
  const mon_test::Folder folder;
  folder.write("password", "secret word\r\nrest\n");
  ::chmod(folder.file("password").c_str(), 0600);
  BOOST_TEST(read_password_file(folder.file("password")).value() == "secret word");
  ::chmod(folder.file("password").c_str(), 0640);
  BOOST_TEST(read_password_file(folder.file("password")).error().what == "other users can read this password");
  BOOST_TEST(!read_password_file(folder.file("none")).ok());
  folder.write("empty", "\n");
  ::chmod(folder.file("empty").c_str(), 0600);
  BOOST_TEST(read_password_file(folder.file("empty")).error().what == "contains no password");
}
