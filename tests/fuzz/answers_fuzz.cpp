// JSON that mon reads from merlind, perhaps of another version, and from the module: it is shown without anything that could control a
// terminal, and decides nothing that it does not contain. The first byte selects: 's' a status, 'e' answers about events, one per line.
#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>
#include <string>
#include <string_view>

#include "mon/cli/local_node.hpp"
#include "mon/cli/node_state.hpp"
#include "mon/status/event_follow.hpp"
#include "mon/status/status_view.hpp"
#include "shared/base/assert.hpp"

namespace {

using namespace merlin::mon;
using nlohmann::ordered_json;

// Lines of text and nothing else: neither control bytes nor the control characters of UTF-8.
void is_plain(const std::string& text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    MERLIN_ASSERT((byte >= 0x20 && byte != 0x7f) || byte == '\n');
    MERLIN_ASSERT(byte != 0xC2 || i + 1 == text.size() || static_cast<unsigned char>(text[i + 1]) >= 0xA0);
  }
}

void status(const ordered_json& document) {
  const auto nodes = nodes_of(document);
  const std::string text = draw_status(document, {});
  is_plain(text);
  for (const std::size_t width : {std::size_t{1}, std::size_t{80}}) is_plain(draw_status(document, {width, false}));
  bool all = !nodes.empty();
  for (const ordered_json& node : nodes) {
    MERLIN_ASSERT(node.is_object());
    all = all && is_active(node);
    MERLIN_ASSERT(!is_ready(node) || is_active(node));
    MERLIN_ASSERT(relay_of(node).empty() || is_active(node));
    MERLIN_ASSERT(!has_running_core(node) || core_of(node) != CoreState::unknown);
    static_cast<void>(daemon_of(node));
    static_cast<void>(config_of(node));
    static_cast<void>(delay_text_of(node));
    const ordered_json found = node_of(document, text_at(node, "name"));
    MERLIN_ASSERT(text_at(node, "name").empty() || text_at(found, "name") == text_at(node, "name"));
  }
  MERLIN_ASSERT(all_active(document) == all);
}

// No event is shown twice while merlind's store is the same.
void events(std::string_view text) {
  std::istringstream lines{std::string(text)};
  EventPosition position;
  bool is_first = true;
  for (std::string line; std::getline(lines, line); is_first = false) {
    const ordered_json document = ordered_json::parse(line, nullptr, false);
    if (!document.is_object()) continue;
    if (is_first) position.start(document);
    const std::size_t most = objects_at(document, "events").size();
    const auto fresh = position.take(document);
    if (fresh) MERLIN_ASSERT(fresh->size() <= most);
    const auto again = fresh ? std::nullopt : position.take(document);
    MERLIN_ASSERT(fresh || again);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  if (data[0] == 'e') events(text);
  if (data[0] != 's') return 0;
  const ordered_json document = ordered_json::parse(text, nullptr, false);
  if (document.is_object()) status(document);
  return 0;
}
