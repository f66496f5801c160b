// mon object forget HOST[;SERVICE]
#include <fmt/format.h>

#include "mon/cli/local_node.hpp"
#include "mon/cli/options.hpp"
#include "mon/cli/text_table.hpp"

namespace merlin::mon {
namespace {

Outcome<int> run_object_forget(const Call& call, Console& console) {
  const std::string& object = call.words.front();
  const std::size_t end = object.find(';');
  const std::string host = object.substr(0, end);
  const std::string service = end == std::string::npos ? "" : object.substr(end + 1);
  if (host.empty() || (end != std::string::npos && service.empty()))
    return usage({fmt::format("'{}' is not an object", object), "object forget", "write HOST, or 'HOST;SERVICE' in quotes"});
  const Answer answer = ask_daemon(call, {{"command", "forget"}, {"host", host}, {"service", service}});
  if (!answer) return answer.failure();
  if (call.json()) {
    console.print({{"object", object}, {"forgotten", true}});
  } else {
    console.out << plain(object) << ": state and notification records dropped on all nodes; its owner checks it again\n";
  }
  return kAllWell;
}

}  // namespace

namespace commands {

extern const Command kObjectForget{
    .name = "object forget",
    .section = Section::status,
    .arguments = "HOST[;SERVICE]",
    .summary = "drop the state of an object on all nodes; its owner checks it again",
    .details =
        "Use it if the state of an object is wrong and no result of its owner replaces it: mon node status lists such objects.\n"
        "Every node drops the check state and the notification records of the object, and does not accept them again from a\n"
        "node that was away. Comments, downtimes, acknowledgements and settings stay. A notification may be sent once more.",
    .examples = {"mon object forget web01", "mon object forget 'web01;http'"},
    .options = {options::kJson},
    .min_words = 1,
    .max_words = 1,
    .run = run_object_forget,
};

}  // namespace commands

}  // namespace merlin::mon
