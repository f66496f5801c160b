// Prints one manual page: write_manual mon.1|merlind.8|merlin.conf.5. A tool of the build; it is not installed.
#include <iostream>
#include <string_view>

#include "packaging/man/pages.hpp"

int main(int count, char** words) {
  const std::string_view page = count == 2 ? words[1] : "";
  const bool known = page == "mon.1" || page == "merlind.8" || page == "merlin.conf.5";
  if (page == "mon.1") std::cout << merlin::manual::mon_page();
  if (page == "merlind.8") std::cout << merlin::manual::merlind_page();
  if (page == "merlin.conf.5") std::cout << merlin::manual::configuration_page();
  return known && std::cout.flush().good() ? 0 : 1;
}
