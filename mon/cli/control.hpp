// mon's end of merlind's control socket (docs/control.md): one request, one answer, one connection.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <variant>
#include <vector>

#include "mon/cli/outcome.hpp"
#include "shared/base/result.hpp"
#include "shared/base/time.hpp"

namespace merlin::mon {

inline constexpr std::size_t kMaxAnswerBytes = 64u << 20;

struct ControlFault {
  enum class Kind {
    not_running,  // nothing listens there
    no_permission,
    no_answer,    // none in time, or not an answer
    refused,      // merlind refused
    interrupted,  // the wait was ended
  };
  Kind kind = Kind::no_answer;
  std::vector<Error> errors;  // one or more
};

// An answer, or the reason why there is none.
class Answer {
 public:
  Answer(nlohmann::ordered_json document) : held_(std::move(document)) {}
  Answer(ControlFault fault) : held_(std::move(fault)) {}

  bool ok() const { return held_.index() == 0; }
  explicit operator bool() const { return ok(); }
  bool not_running() const { return !ok() && fault().kind == ControlFault::Kind::not_running; }
  const nlohmann::ordered_json& operator*() const { return std::get<0>(held_); }
  const ControlFault& fault() const { return std::get<1>(held_); }
  Failure failure() const { return {fault().errors}; }

 private:
  std::variant<nlohmann::ordered_json, ControlFault> held_;
};

// Blocks for at most `timeout`, and only until the descriptor `end` is readable. An answer is a JSON object without {"ok": false}.
Answer ask(const std::string& socket_path, const nlohmann::ordered_json& request, Millis timeout, int end = -1);

}  // namespace merlin::mon
