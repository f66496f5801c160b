// Assertions that stay on in release builds. What happens on failure is the program's choice:
// the daemon and mon end with a message (a supervisor restarts them); the module sets a handler
// that throws, its callback boundary catches, the module goes quiet and the core lives on.
#pragma once

namespace merlin {

// Must not return normally; it may throw or end the process.
using AssertionHandler = void (*)(const char* expression, const char* file, int line);
void set_assertion_handler(AssertionHandler handler);

[[noreturn]] void assertion_failed(const char* expression, const char* file, int line);

}  // namespace merlin

#define MERLIN_ASSERT(expression) ((expression) ? static_cast<void>(0) : ::merlin::assertion_failed(#expression, __FILE__, __LINE__))
