#include "tests/sim/journal_judge.hpp"

#include <algorithm>

namespace merlin::sim {
namespace {

std::string name_of(const cluster::StreamKey& key) { return "stream " + key.node.short_hex() + "/" + std::to_string(key.epoch % 10'000); }

std::string range_of(const JournalDisk::Stream& stream) { return std::to_string(stream.first) + "-" + std::to_string(stream.last); }

bool equal(const JournalDisk::Stream& one, const JournalDisk::Stream& other) {
  return one.first == other.first && one.last == other.last && one.events == other.events;
}

bool has_gap(const JournalDisk::Stream& stream) {
  if (stream.events.empty()) return stream.first != stream.last + 1;
  return stream.events.begin()->first != stream.first || stream.events.rbegin()->first != stream.last ||
         stream.events.size() != stream.last + 1 - stream.first;
}

// An empty stream counts as a missing one.
const JournalDisk::Stream& stream_of(const JournalDisk& disk, const cluster::StreamKey& key) {
  static const JournalDisk::Stream kNone;
  const auto found = disk.streams().find(key);
  return found == disk.streams().end() ? kNone : found->second;
}

}  // namespace

void judge_journals(const std::vector<std::unique_ptr<Server>>& servers, const JournalFails& fail) {
  const JournalDisk* first = nullptr;
  std::string first_name;
  for (const auto& server : servers) {
    if (!server->daemon_runs()) continue;
    const JournalDisk& disk = server->journal();
    const std::string on = " on the disk of node" + std::to_string(server->core_life().node);
    if (first == nullptr) first_name = on;
    if (first == nullptr) first = &disk;
    for (const auto& [key, stream] : disk.streams()) {
      if (has_gap(stream)) fail("I2: " + name_of(key) + " has a gap" + on);
      if (!equal(stream, stream_of(*first, key)))
        fail("I1: " + name_of(key) + " is " + range_of(stream) + on + ", " + range_of(stream_of(*first, key)) + first_name);
    }
    for (const auto& [key, stream] : first->streams()) {
      if (!disk.streams().contains(key) && !equal(stream, stream_of(disk, key)))
        fail("I1: " + name_of(key) + ", which is " + range_of(stream) + first_name + ", is not" + on);
    }
    if (server->said_too_early()) fail("I1: a node said that it had events which were not on its disk");
  }
}

bool has_all(const JournalDisk& disk, const wire::EventMarks& marks) {
  for (const wire::EventMark& mark : marks.marks) {
    if (mark.last > stream_of(disk, {mark.node, mark.epoch}).last) return false;
  }
  return true;
}

}  // namespace merlin::sim
