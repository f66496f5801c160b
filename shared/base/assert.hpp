// Assertions that stay enabled in release builds. Each program decides what happens on failure: the daemon and mon end with a message, and
// a supervisor restarts them. The module installs a handler that throws; its callback boundary catches the exception, the module is
// disabled, and the core continues.
#pragma once

namespace merlin {

// Must not return normally; it may throw or end the process.
using AssertionHandler = void (*)(const char* expression, const char* file, int line);
void set_assertion_handler(AssertionHandler handler);

[[noreturn]] void assertion_failed(const char* expression, const char* file, int line);

}  // namespace merlin

#define MERLIN_ASSERT(expression) ((expression) ? static_cast<void>(0) : ::merlin::assertion_failed(#expression, __FILE__, __LINE__))
