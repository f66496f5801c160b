// mon sshkey push, fetch, show and accept
#include <fmt/format.h>

#include <iostream>

#include "mon/commands.hpp"
#include "mon/exchange.hpp"
#include "mon/site.hpp"
#include "mon/ssh/authorized_keys.hpp"

namespace merlin::mon {

int run_sshkey_push(const Call& call, Console& console) { return exchange(call, console, {.keys = true, .is_push = true}); }
int run_sshkey_fetch(const Call& call, Console& console) { return exchange(call, console, {.keys = true, .is_push = false}); }

int run_sshkey_show(const Call& call, Console& console) {
  const auto home = ssh::own_home();
  const auto key = home ? ssh::own_public_key(*home, ssh::own_name() + "@" +
                                                         config::load_file(call.config_path).config.value_or(config::Config{}).node_name)
                        : Result<ssh::PublicKey>(home.error());
  if (!key) {
    console.error(key.error());
    return failed;
  }
  console.out << key->line() << '\n';
  return all_well;
}

int run_sshkey_accept(const Call&, Console& console) {
  std::string line;
  std::getline(std::cin, line);
  const auto key = ssh::read_public_key(line);
  const auto home = ssh::own_home();
  const auto added = key && home ? ssh::authorize(*home, *key) : Result<bool>(key ? home.error() : key.error());
  if (!added) {
    console.error(added.error());
    return failed;
  }
  console.out << (*added ? "added\n" : "was there\n");
  return all_well;
}

}  // namespace merlin::mon
