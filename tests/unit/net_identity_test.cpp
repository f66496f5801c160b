// A node's key and certificate: created once, never overwritten, refused with one clear line if something is wrong.
#include <sys/stat.h>
#include <unistd.h>

#include <thread>
#include <vector>

#include "shared/net/identity.hpp"
#include "tests/unit/net_support.hpp"

using namespace merlin;
using namespace merlin::net;
using namespace merlin::net::test;

namespace {

void write(const std::string& path, const std::string& text, mode_t mode) {
  std::ofstream(path) << text;
  BOOST_REQUIRE(::chmod(path.c_str(), mode) == 0);
}

mode_t mode_of(const std::string& path) {
  struct stat status {};
  BOOST_REQUIRE(::stat(path.c_str(), &status) == 0);
  return status.st_mode & 07777;
}

std::string failure(const TempFolder& folder, std::optional<NodeId> id = std::nullopt) {
  const Result<Identity> loaded = load_or_create_identity(folder.path(), id, kTestTime);
  return loaded.ok() ? std::string() : loaded.error().text();
}

}  // namespace

BOOST_AUTO_TEST_CASE(the_first_start_makes_an_identity_and_later_ones_keep_it) {
  const TempFolder folder;
  const std::string directory = folder.file("tls");
  const Result<Identity> made = load_or_create_identity(directory, std::nullopt, kTestTime);
  BOOST_REQUIRE(made.ok());
  BOOST_TEST(!made->certificate.node_id.empty());
  BOOST_TEST(mode_of(directory + "/key.pem") == 0600u);
  BOOST_TEST(mode_of(directory + "/cert.pem") == 0644u);

  const Result<Identity> again = load_or_create_identity(directory, std::nullopt, kTestTime + std::chrono::hours(1));
  BOOST_REQUIRE(again.ok());
  BOOST_TEST(again->certificate.fingerprint == made->certificate.fingerprint);
  BOOST_TEST((again->certificate.node_id == made->certificate.node_id));
  BOOST_TEST(again->key_pem == made->key_pem);
  BOOST_TEST(load_identity(directory).ok());
  // No temporary file remains.
  std::size_t files = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(directory)) ++files;
  BOOST_TEST(files == 2u);
}

// Two starts at the same moment must not combine the key of one with the certificate of the other.
BOOST_AUTO_TEST_CASE(who_comes_second_at_the_same_moment_does_not_overwrite) {
  for (int round = 0; round < 20; ++round) {
    const TempFolder folder;
    std::vector<std::string> made(4);
    std::vector<std::thread> starts;
    for (auto& fingerprint : made) {
      starts.emplace_back([&folder, &fingerprint] {
        const auto one = load_or_create_identity(folder.path(), std::nullopt, kTestTime);
        if (one.ok()) fingerprint = one->certificate.fingerprint;
      });
    }
    for (auto& start : starts) start.join();
    const auto kept = load_identity(folder.path());
    BOOST_REQUIRE(kept.ok());
    for (const auto& fingerprint : made) BOOST_REQUIRE((fingerprint.empty() || fingerprint == kept->certificate.fingerprint));
  }
}

BOOST_AUTO_TEST_CASE(the_certificate_names_the_node_and_is_valid_for_twenty_years) {
  const CertificateInfo& info = identity(7).certificate;
  BOOST_TEST((info.node_id == node(7)));
  BOOST_TEST((info.not_before == kTestTime - std::chrono::hours(24)));
  BOOST_TEST((info.not_after >= kTestTime + std::chrono::hours(24) * 365 * 20));
  BOOST_TEST((info.not_after <= kTestTime + std::chrono::hours(24) * 366 * 20));
  const Result<CertificateInfo> read = read_certificate(identity(7).certificate_pem);
  BOOST_REQUIRE(read.ok());
  BOOST_TEST(read->fingerprint == info.fingerprint);
}

BOOST_AUTO_TEST_CASE(no_two_identities_are_alike) {
  const auto first = make_identity(std::nullopt, kTestTime);
  const auto second = make_identity(std::nullopt, kTestTime);
  BOOST_REQUIRE((first.ok() && second.ok()));
  BOOST_TEST((first->certificate.node_id != second->certificate.node_id));
  BOOST_TEST(first->certificate.fingerprint != second->certificate.fingerprint);
  BOOST_TEST(first->key_pem != second->key_pem);
}

// The openssl program is the independent judge of our fingerprint.
BOOST_AUTO_TEST_CASE(the_fingerprint_is_the_one_that_openssl_prints) {
  const TempFolder folder;
  write(folder.file("cert.pem"), identity(3).certificate_pem, 0644);
  const std::string command = "openssl x509 -in " + folder.file("cert.pem") + " -noout -fingerprint -sha256";
  FILE* pipe = ::popen(command.c_str(), "r");
  BOOST_REQUIRE(pipe != nullptr);
  char line[256] = "";
  BOOST_REQUIRE(::fgets(line, sizeof line, pipe) != nullptr);
  ::pclose(pipe);
  const auto canonical = canonical_fingerprint(line);
  BOOST_REQUIRE_MESSAGE(canonical.ok(), line);
  BOOST_TEST(*canonical == identity(3).certificate.fingerprint);
}

BOOST_AUTO_TEST_CASE(fingerprints_are_read_as_people_write_them) {
  const std::string digits(64, 'a');
  const std::string wanted = "SHA256:" + digits;
  std::string colons;
  for (int i = 0; i < 32; ++i) colons += i == 0 ? "AA" : ":AA";
  for (const std::string& text : {digits, wanted, colons, "SHA256:" + colons, "sha256:" + digits, "sha256 Fingerprint=" + colons,
                                  "SHA256 Fingerprint=" + colons + "\n", "  " + wanted + "  ", "SHA256: " + digits}) {
    const auto canonical = canonical_fingerprint(text);
    BOOST_TEST_CONTEXT(text) {
      BOOST_REQUIRE(canonical.ok());
      BOOST_TEST(*canonical == wanted);
    }
  }
}

BOOST_AUTO_TEST_CASE(what_is_no_fingerprint_is_said_to_be_none) {
  const std::string digits(64, 'a');
  for (const std::string& text :
       {std::string(), std::string("SHA256:"), digits + "a", digits.substr(1), std::string(64, 'g'), "SHA1:" + digits, std::string(40, 'a'),
        "SHA256:SHA256:" + digits, std::string(95, ':'), std::string(95, 'a'), std::string(100'000, 'a')}) {
    BOOST_TEST_CONTEXT(text.substr(0, 80)) {
      const auto canonical = canonical_fingerprint(text);
      BOOST_REQUIRE(!canonical.ok());
      BOOST_TEST(contains(canonical.error().text(), "is not a fingerprint"));
      BOOST_TEST(canonical.error().text().size() < 300u);
    }
  }
}

BOOST_AUTO_TEST_CASE(one_file_without_the_other_is_an_error_and_nothing_is_made) {
  for (const char* missing : {"key.pem", "cert.pem"}) {
    const TempFolder folder;
    BOOST_REQUIRE(load_or_create_identity(folder.path(), node(1), kTestTime).ok());
    const std::string other = folder.file(missing == std::string("key.pem") ? "cert.pem" : "key.pem");
    const std::string before = content(other);
    BOOST_REQUIRE(std::filesystem::remove(folder.file(missing)));
    BOOST_TEST(contains(failure(folder), folder.file(missing) + ": is missing, but " + other + " is there"));
    BOOST_TEST(!std::filesystem::exists(folder.file(missing)));
    BOOST_TEST(content(other) == before);
  }
}

BOOST_AUTO_TEST_CASE(a_key_that_others_may_read_is_refused) {
  for (mode_t mode : {0640, 0604, 0620, 0666}) {
    const TempFolder folder;
    BOOST_REQUIRE(load_or_create_identity(folder.path(), node(1), kTestTime).ok());
    BOOST_REQUIRE(::chmod(folder.file("key.pem").c_str(), mode) == 0);
    BOOST_TEST(contains(failure(folder), "chmod 600 " + folder.file("key.pem")));
    BOOST_TEST(mode_of(folder.file("key.pem")) == mode);
  }
}

BOOST_AUTO_TEST_CASE(damaged_files_are_refused_and_left_alone) {
  const TempFolder folder;
  BOOST_REQUIRE(load_or_create_identity(folder.path(), node(1), kTestTime).ok());
  const std::string key = content(folder.file("key.pem"));
  write(folder.file("key.pem"), key.substr(0, key.size() / 2), 0600);
  BOOST_TEST(contains(failure(folder), "contains no private key"));
  BOOST_TEST(content(folder.file("key.pem")) == key.substr(0, key.size() / 2));
  write(folder.file("key.pem"), identity(2).key_pem, 0600);
  BOOST_TEST(contains(failure(folder), "does not belong to key.pem"));
  write(folder.file("key.pem"), key, 0600);
  write(folder.file("cert.pem"), "", 0644);
  BOOST_TEST(contains(failure(folder), "contains no certificate"));
  write(folder.file("cert.pem"), std::string(1'000'000, 'x'), 0644);
  BOOST_TEST(contains(failure(folder), "contains no certificate"));
}

// The passphrase prompt would block a daemon's start.
BOOST_AUTO_TEST_CASE(a_key_with_a_passphrase_is_refused_without_asking) {
  const TempFolder folder;
  BOOST_REQUIRE(load_or_create_identity(folder.path(), node(1), kTestTime).ok());
  const std::string key = folder.file("key.pem");
  const std::string command = "openssl pkcs8 -topk8 -in " + key + " -out " + key + ".new -passout pass:secret && mv " + key + ".new " +
                              key + " && chmod 600 " + key;
  BOOST_REQUIRE(std::system(command.c_str()) == 0);
  BOOST_TEST(contains(failure(folder), "without a passphrase"));
}

BOOST_AUTO_TEST_CASE(another_nodes_identity_is_refused) {
  const TempFolder folder;
  BOOST_REQUIRE(load_or_create_identity(folder.path(), node(1), kTestTime).ok());
  BOOST_TEST(failure(folder, node(1)) == "");
  BOOST_TEST(contains(failure(folder, node(2)), "belongs to node " + node(1).hex() + ", but this is node " + node(2).hex()));
}

BOOST_AUTO_TEST_CASE(a_certificate_that_names_no_node_is_refused) {
  const TempFolder folder;
  const std::string command =
      "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=www.example.org -days 10 -keyout " +
      folder.file("key.pem") + " -out " + folder.file("cert.pem") + " 2>/dev/null && chmod 600 " + folder.file("key.pem");
  BOOST_REQUIRE(std::system(command.c_str()) == 0);
  BOOST_TEST(contains(failure(folder), "names no node"));
}

BOOST_AUTO_TEST_CASE(a_folder_that_cannot_be_made_is_an_error) {
  const TempFolder folder;
  const auto made = load_or_create_identity(folder.file("no/such"), std::nullopt, kTestTime);
  BOOST_REQUIRE(!made.ok());
  BOOST_TEST(contains(made.error().text(), folder.file("no/such")));
  write(folder.file("file"), "", 0644);
  BOOST_TEST(!load_or_create_identity(folder.file("file"), std::nullopt, kTestTime).ok());
  const auto loaded = load_identity(folder.path());
  BOOST_REQUIRE(!loaded.ok());
  BOOST_TEST(contains(loaded.error().text(), "key.pem"));
}

BOOST_AUTO_TEST_CASE(a_folder_in_place_of_a_file_is_an_error) {
  const TempFolder folder;
  std::filesystem::create_directory(folder.file("key.pem"));
  std::filesystem::create_directory(folder.file("cert.pem"));
  BOOST_TEST(contains(failure(folder), "is not a file"));
}
