#include "shared/base/assert.hpp"

#include <cstdio>
#include <cstdlib>

namespace merlin {
namespace {

AssertionHandler chosen_handler = nullptr;

}  // namespace

void set_assertion_handler(AssertionHandler handler) { chosen_handler = handler; }

void assertion_failed(const char* expression, const char* file, int line) {
  if (chosen_handler != nullptr) chosen_handler(expression, file, line);
  std::fprintf(stderr, "assertion failed: %s at %s:%d\n", expression, file, line);
  std::abort();
}

}  // namespace merlin
