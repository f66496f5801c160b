// What can go wrong is a Result; what cannot is an assertion (assert.hpp).
// Result<T> holds a T or an Error. It is std::expected in small, because the newest clang that
// Debian 12 has for the fuzz targets cannot compile libstdc++'s.
#pragma once

#include <string>
#include <utility>
#include <variant>

namespace merlin {

// One clear line for a person: what is wrong, where, and what to do about it.
struct Error {
  std::string what;
  std::string where;  // "merlin.conf:12:5", a path, an address; may be empty
  std::string fix;    // what to do; may be empty

  // "where: what; fix" with the empty parts left out.
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

  // Only when ok().
  T& value() & { return std::get<0>(held_); }
  const T& value() const& { return std::get<0>(held_); }
  T&& value() && { return std::get<0>(std::move(held_)); }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

  // Only when not ok().
  const Error& error() const { return std::get<1>(held_); }

 private:
  std::variant<T, Error> held_;
};

}  // namespace merlin
