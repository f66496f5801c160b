// Errors that can happen are a Result; errors that cannot are an assertion (assert.hpp). Result<T> contains a T or an Error.
// It is a small std::expected, because the newest clang in Debian 12, which builds the fuzz targets, cannot compile
// libstdc++'s.
#pragma once

#include <string>
#include <utility>
#include <variant>

namespace merlin {

// One clear line for a person: what is wrong, where, and how to fix it.
struct Error {
  std::string what;
  std::string where;  // "merlin.conf:12:5", a path, an address; can be empty
  std::string fix;    // how to fix it; can be empty

  // "where: what; fix" without the empty parts.
  std::string text() const {
    std::string line = where.empty() ? what : where + ": " + what;
    return fix.empty() ? line : line + "; " + fix;
  }
};

struct Ok {};

template <class T = Ok>
class [[nodiscard]] Result {
 public:
  Result(T value) : held_(std::in_place_index<0>, std::move(value)) {}
  Result(Error error) : held_(std::in_place_index<1>, std::move(error)) {}

  bool ok() const { return held_.index() == 0; }
  explicit operator bool() const { return ok(); }

  // Requires ok().
  T& value() & { return std::get<0>(held_); }
  const T& value() const& { return std::get<0>(held_); }
  T&& value() && { return std::get<0>(std::move(held_)); }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

  // Requires !ok().
  const Error& error() const { return std::get<1>(held_); }

 private:
  std::variant<T, Error> held_;
};

}  // namespace merlin
