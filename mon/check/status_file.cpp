#include "mon/check/status_file.hpp"

#include <charconv>
#include <string_view>

namespace merlin::mon::check {
namespace {

enum class Block { none, info, host, service };

template <class Number>
Number number_of(std::string_view text) {
  Number number{};
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

Block block_of(std::string_view line) {
  if (line.starts_with("info {")) return Block::info;
  if (line.starts_with("hoststatus {")) return Block::host;
  return line.starts_with("servicestatus {") ? Block::service : Block::none;
}

struct Switches {
  bool enabled = false;
  bool scheduled = false;
};

void take(CheckedObject& object, Switches& switches, std::string_view key, std::string_view value) {
  if (key == "host_name") object.host = value;
  if (key == "service_description") object.service = value;
  if (key == "has_been_checked") object.has_been_checked = value == "1";
  if (key == "check_latency") object.latency_s = number_of<double>(value);
  if (key == "check_execution_time") object.execution_s = number_of<double>(value);
  if (key == "next_check") object.next_check = number_of<std::int64_t>(value);
  if (key == "active_checks_enabled") switches.enabled = value == "1";
  if (key == "should_be_scheduled") switches.scheduled = value == "1";
}

}  // namespace

std::int64_t read_status(std::istream& file, const std::function<void(const CheckedObject&)>& use) {
  std::int64_t created = 0;
  Block block = Block::none;
  CheckedObject object;
  Switches switches;
  for (std::string text; std::getline(file, text);) {
    const std::size_t begin = text.find_first_not_of(" \t");
    const std::string_view line = begin == std::string::npos ? std::string_view{} : std::string_view(text).substr(begin);
    if (block == Block::none) {
      block = block_of(line);
      object = {};
      object.is_service = block == Block::service;
      switches = {};
      continue;
    }
    if (line == "}") {
      object.is_active = switches.enabled && switches.scheduled;
      if (block != Block::info) use(object);
      block = Block::none;
      continue;
    }
    const std::size_t equals = line.find('=');
    if (equals == std::string_view::npos) continue;
    if (block == Block::info && line.starts_with("created=")) created = number_of<std::int64_t>(line.substr(equals + 1));
    if (block != Block::info) take(object, switches, line.substr(0, equals), line.substr(equals + 1));
  }
  return created;
}

}  // namespace merlin::mon::check
