// Fields of the messages of merlin.proto (see codec_fields.hpp).
// What happened, and who has it.
#pragma once

#include "wire/codec_fields.hpp"
#include "wire/messages.hpp"

namespace merlin::wire {

void fields(auto& visit, Of<EventMark> auto& m) {
  visit(1, m.node);
  visit.fixed(2, m.epoch);
  visit(3, m.first);
  visit(4, m.last);
}

void fields(auto& visit, Of<EventMarks> auto& m) { visit(1, m.marks); }

void fields(auto& visit, Of<EventsAsk> auto& m) {
  visit(1, m.node);
  visit.fixed(2, m.epoch);
  visit(3, m.first);
  visit(4, m.last);
}

void fields(auto& visit, Of<Event> auto& m) {
  visit(1, m.time_ms);
  visit(2, m.kind);
  visit(3, m.action);
  visit(4, m.host);
  visit(5, m.service);
  visit(6, m.state);
  visit(7, m.hard);
  visit(8, m.attempt);
  visit(9, m.notification);
  visit(10, m.contacts);
  visit(11, m.author);
  visit(12, m.text);
}

void fields(auto& visit, Of<Events> auto& m) {
  visit(1, m.node);
  visit.fixed(2, m.epoch);
  visit(3, m.kept_from);
  visit(4, m.first);
  visit(5, m.events);
}

}  // namespace merlin::wire
