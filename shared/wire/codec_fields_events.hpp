// Fields of the messages of merlin.proto (see codec_fields.hpp).
// Notifications and events, and the nodes that have them.
#pragma once

#include "shared/wire/codec_fields.hpp"
#include "shared/wire/codec_fields_state.hpp"
#include "shared/wire/messages.hpp"

namespace merlin::wire {

void fields(auto& visit, Of<Notification> auto& m) {
  visit.fixed(1, m.object.host);
  visit.fixed(2, m.object.service);
  visit(3, m.kind);
  visit(4, m.number);
  visit.fixed(5, m.start);
  visit.fixed(6, m.cause);
  visit(7, m.author);
  visit(8, m.text);
  visit(9, m.options);
  visit(10, m.state);
  visit(11, m.notified_on);
}

void fields(auto& visit, Of<NotificationRecord> auto& m) {
  visit(1, m.notification);
  visit(2, m.holder);
  visit(3, m.sent);
  visit(4, m.contacts);
  visit(5, m.told_s);
}

void fields(auto& visit, Of<NotifyAsk> auto& m) {
  visit.fixed(1, m.question);
  visit(2, m.notification);
}

void fields(auto& visit, Of<NotifyReply> auto& m) {
  visit.fixed(1, m.question);
  visit(2, m.vote);
  visit(3, m.holder);
  visit(4, m.rows);
}

void fields(auto& visit, Of<NotifyVoid> auto& m) {
  visit.fixed(1, m.question);
  visit(2, m.notification);
}

void fields(auto& visit, Of<NotifyTell> auto& m) { visit(1, m.notification); }

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
  visit(13, m.cause);
  visit(14, m.log);
}

void fields(auto& visit, Of<Events> auto& m) {
  visit(1, m.node);
  visit.fixed(2, m.epoch);
  visit(3, m.kept_from);
  visit(4, m.first);
  visit(5, m.events);
}

}  // namespace merlin::wire
