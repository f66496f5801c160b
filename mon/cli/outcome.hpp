// The outcome of a command, or of a helper: a value, or why there is none. Helpers print nothing; only main prints.
#pragma once

#include <utility>
#include <variant>
#include <vector>

#include "shared/base/result.hpp"

namespace merlin::mon {

// The exit status of every command.
inline constexpr int kAllWell = 0;
inline constexpr int kFailed = 1;      // a node, a check or a target failed; each is named
inline constexpr int kWrongUsage = 2;  // nothing was changed

// Why a command ended: what to print, one line each, and the exit status.
struct Failure {
  std::vector<Error> errors;
  int status = kFailed;
};

inline Failure usage(Error error) { return {{std::move(error)}, kWrongUsage}; }

// A Result whose failure may have several errors, and knows the exit status.
template <class T = Ok>
class [[nodiscard]] Outcome {
 public:
  Outcome(T value) : held_(std::in_place_index<0>, std::move(value)) {}
  Outcome(Failure failure) : held_(std::in_place_index<1>, std::move(failure)) {}
  Outcome(Error error) : Outcome(Failure{{std::move(error)}}) {}

  bool ok() const { return held_.index() == 0; }
  explicit operator bool() const { return ok(); }

  // Only when ok().
  T& operator*() { return std::get<0>(held_); }
  const T& operator*() const { return std::get<0>(held_); }
  T* operator->() { return &std::get<0>(held_); }
  const T* operator->() const { return &std::get<0>(held_); }

  // Only when not ok().
  const Failure& failure() const { return std::get<1>(held_); }

 private:
  std::variant<T, Failure> held_;
};

}  // namespace merlin::mon
