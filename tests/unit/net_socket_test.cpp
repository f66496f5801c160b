// Addresses as people write them, unix sockets, the order of sending, and the pauses between attempts.
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <fstream>

#include "shared/net/address.hpp"
#include "shared/net/backoff.hpp"
#include "shared/net/send_queue.hpp"
#include "shared/net/unix_socket.hpp"
#include "tests/unit/net_support.hpp"

using namespace merlin;
using namespace merlin::net;
using namespace merlin::net::test;

BOOST_AUTO_TEST_CASE(addresses_are_read_as_people_write_them) {
  const std::vector<std::pair<std::string, HostPort>> table = {
      {"peer01", {"peer01", 15551}},     {"peer01.example.org:2", {"peer01.example.org", 2}},
      {"10.0.0.1", {"10.0.0.1", 15551}}, {"10.0.0.1:65535", {"10.0.0.1", 65535}},
      {"[::1]", {"::1", 15551}},         {"[fe80::1%lo]:15552", {"fe80::1%lo", 15552}},
      {"::1", {"::1", 15551}},           {"2001:db8::15:1", {"2001:db8::15:1", 15551}},
  };
  for (const auto& [text, wanted] : table) {
    const auto parsed = parse_host_port(text);
    BOOST_TEST_CONTEXT(text) {
      BOOST_REQUIRE(parsed.ok());
      BOOST_TEST((*parsed == wanted));
      BOOST_TEST((*parse_host_port(wanted.text()) == wanted));
    }
  }
}

BOOST_AUTO_TEST_CASE(what_is_no_address_is_said_to_be_none) {
  for (const std::string text : {"", ":1", "host:", "host:0", "host:65536", "host:1x", "host:-1", "host: 1", "[::1", "[::1]x", "[]", "[]:1",
                                 "a:b:c", "two words", "a/b", "host:99999999999999999999"}) {
    const auto parsed = parse_host_port(text);
    BOOST_TEST_CONTEXT(text) {
      BOOST_REQUIRE(!parsed.ok());
      BOOST_TEST(contains(parsed.error().text(), "is no address"));
    }
  }
}

BOOST_AUTO_TEST_CASE(socket_addresses_print_what_they_are) {
  BOOST_TEST(SocketAddress::from_literal("10.0.0.1", 5)->text() == "10.0.0.1:5");
  BOOST_TEST(SocketAddress::from_literal("::1", 5)->text() == "[::1]:5");
  BOOST_TEST(SocketAddress::from_literal("fe80::1%lo", 5)->text() == "[fe80::1%lo]:5");
  BOOST_TEST(SocketAddress::from_literal("::ffff:10.0.0.1", 5)->host() == "10.0.0.1");
  BOOST_TEST(!SocketAddress::from_literal("localhost", 5));
  BOOST_TEST(!SocketAddress::from_literal("fe80::1%nosuch", 5));
  BOOST_TEST(!SocketAddress::from_literal("10.0.0.256", 5));
}

BOOST_AUTO_TEST_CASE(pauses_double_up_to_the_cap_and_are_spread) {
  Backoff backoff(Millis{500}, Millis{5'000});
  for (int wanted : {500, 1000, 2000, 4000, 5000, 5000}) {
    Backoff low = backoff;
    Backoff high = backoff;
    BOOST_TEST(low.draw(0).count() == wanted / 2);
    BOOST_TEST(high.draw(static_cast<std::uint64_t>(wanted) / 2).count() == wanted);
    const auto drawn = backoff.draw(0x123456789ABCDEFULL).count();
    BOOST_TEST((drawn >= wanted / 2 && drawn <= wanted));
  }
  backoff.reset();
  BOOST_TEST(backoff.draw(0).count() == 250);
}

BOOST_AUTO_TEST_CASE(what_is_urgent_leaves_first) {
  SendQueue queue;
  queue.push(Priority::bulk, "bulk.");
  queue.push(Priority::live, "live.");
  queue.push(Priority::heartbeat, "beat1.");
  queue.push(Priority::control, "control.");
  queue.push(Priority::heartbeat, "beat2.");
  BOOST_TEST(queue.bytes(Priority::heartbeat) == 12u);
  BOOST_TEST(queue.bytes() == 30u);
  BOOST_TEST(queue.take(1000) == "beat1.beat2.control.live.bulk.");
  BOOST_TEST(queue.frames_taken() == 5u);
  BOOST_TEST(queue.bytes() == 0u);
  BOOST_TEST(queue.take(1000) == "");
}

BOOST_AUTO_TEST_CASE(a_begun_frame_is_finished_before_anything_else) {
  SendQueue queue;
  queue.push(Priority::bulk, "0123456789");
  queue.push(Priority::bulk, "next");
  BOOST_TEST(queue.take(4) == "0123");
  queue.push(Priority::heartbeat, "beat");
  BOOST_TEST(queue.bytes(Priority::bulk) == 10u);
  BOOST_TEST(queue.frames_taken() == 0u);
  BOOST_TEST(queue.take(8) == "456789be");
  queue.push(Priority::heartbeat, "BEAT");
  BOOST_TEST(queue.take(100) == "atBEATnext");
  BOOST_TEST(queue.frames_taken() == 4u);
}

BOOST_AUTO_TEST_CASE(a_cleared_queue_starts_anew) {
  SendQueue queue;
  queue.push(Priority::bulk, "0123456789");
  BOOST_TEST(queue.take(4) == "0123");
  queue.clear();
  queue.push(Priority::live, "live");
  queue.push(Priority::live, "");
  BOOST_TEST(queue.take(100) == "live");
}

namespace {

UnixListenOptions at(const std::string& path) {
  UnixListenOptions options;
  options.path = path;
  return options;
}

std::string listen_failure(const UnixListenOptions& options) {
  const auto made = listen_unix(options);
  return made.ok() ? std::string() : made.error().text();
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_unix_socket_has_the_asked_mode_and_knows_who_connects) {
  const TempFolder folder;
  UnixListenOptions options = at(folder.file("socket"));
  options.mode = 0620;
  const auto listening = listen_unix(options);
  BOOST_REQUIRE(listening.ok());
  struct stat status {};
  BOOST_REQUIRE(::stat(options.path.c_str(), &status) == 0);
  BOOST_TEST((status.st_mode & 07777) == 0620u);

  const auto client = connect_unix(options.path);
  BOOST_REQUIRE(client.ok());
  const Fd accepted(::accept(listening->get(), nullptr, nullptr));
  const auto credentials = peer_credentials(accepted.get());
  BOOST_REQUIRE(credentials.ok());
  BOOST_TEST(credentials->pid == ::getpid());
  BOOST_TEST(credentials->uid == ::getuid());
}

BOOST_AUTO_TEST_CASE(a_unix_socket_can_be_given_to_others) {
  if (::getuid() != 0) return;  // only root can change the owner
  const TempFolder folder;
  UnixListenOptions options = at(folder.file("socket"));
  options.owner = "daemon";
  options.group = "nogroup";
  BOOST_REQUIRE(listen_failure(options) == "");
  struct stat status {};
  BOOST_REQUIRE(::stat(options.path.c_str(), &status) == 0);
  BOOST_TEST(status.st_uid == 1u);
  BOOST_TEST(status.st_gid == 65534u);
}

BOOST_AUTO_TEST_CASE(the_socket_of_a_dead_process_is_replaced_and_that_of_a_live_one_is_not) {
  const TempFolder folder;
  const UnixListenOptions options = at(folder.file("socket"));
  {
    const auto first = listen_unix(options);
    BOOST_REQUIRE(first.ok());
    BOOST_TEST(contains(listen_failure(options), options.path + ": another process listens there"));
    BOOST_TEST(connect_unix(options.path).ok());
  }
  BOOST_TEST(std::filesystem::exists(options.path));
  BOOST_TEST(listen_failure(options) == "");
}

BOOST_AUTO_TEST_CASE(what_a_unix_socket_cannot_be_is_said) {
  const TempFolder folder;
  std::ofstream(folder.file("file")) << "precious";
  BOOST_TEST(contains(listen_failure(at(folder.file("file"))), "is not a socket"));
  BOOST_TEST(std::filesystem::file_size(folder.file("file")) == 8u);
  BOOST_TEST(contains(listen_failure(at(folder.file(std::string(200, 'x')))), "too long"));
  BOOST_TEST(contains(listen_failure(at("")), "empty"));
  BOOST_TEST(contains(listen_failure(at(folder.file("no/such"))), "cannot listen"));
  UnixListenOptions options = at(folder.file("socket"));
  options.group = "no-such-group";
  BOOST_TEST(contains(listen_failure(options), "there is no group \"no-such-group\""));
  BOOST_TEST(!std::filesystem::exists(options.path));
  const auto connected = connect_unix(folder.file("nothing"));
  BOOST_REQUIRE(!connected.ok());
  BOOST_TEST(contains(connected.error().text(), folder.file("nothing") + ": cannot connect"));
}
