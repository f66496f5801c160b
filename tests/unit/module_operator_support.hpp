// The whole module between a played daemon and the operator's side of a fake core.
#pragma once

#include <boost/test/unit_test.hpp>
#include <memory>
#include <string>
#include <vector>

#include "cluster/versions.hpp"
#include "module_played_daemon.hpp"

namespace merlin::neb {

struct Desk : Talk {
  Desk() {
    core.operators.host_of = [this](Index object) { return object < core.hosts ? object : core.objects[object].host_index; };
    core.operators.on_comment_deleted = [this](LocalId id) { module->people().comment_deleted(id); };
  }
  void restart() { module = std::make_unique<Module>(core, config, nullptr, 43); }
  void up(std::vector<std::uint64_t> units = {}) {
    connect();
    follow(std::move(units));
    run(2);
  }
  std::vector<wire::Register> rows(wire::CoreRowsKind kind, wire::RegisterKind of) {
    std::vector<wire::Register> all;
    for (const wire::CoreRows& message : said<wire::CoreRows>()) {
      if (message.kind != kind && !(kind == wire::CoreRowsKind::initial && message.kind == wire::CoreRowsKind::initial_last)) continue;
      for (const wire::Register& row : message.rows) {
        if (row.kind != of) continue;
        all.push_back(row);
        batch = message.batch;
      }
    }
    return all;
  }
  std::vector<wire::Register> written(wire::RegisterKind kind) { return rows(wire::CoreRowsKind::write, kind); }
  template <class Value>
  Value value(const wire::Register& row) {
    auto value = wire::decode<Value>(row.value);
    BOOST_REQUIRE(value.ok());
    return *std::move(value);
  }
  // A row of another node.
  template <class Value>
  wire::Register other(Index object, wire::RegisterKind kind, std::uint64_t item, const Value& content, std::uint64_t hlc = 0,
                       std::uint64_t rank = 0) {
    wire::Register row;
    row.object = Objects(core).key(object);
    row.kind = kind;
    row.item = item;
    row.rank = rank;
    row.version = {3, 2, hlc != 0 ? hlc : cluster::hlc_of(core.clock.wall), {}};
    row.version.writer.bytes[0] = 2;
    row.value = wire::encode(content);
    return row;
  }
  void give(std::vector<wire::Register> live, std::vector<wire::Register> imposed = {}) {
    daemon.frames.clear();
    daemon.say(wire::RowsToCore{++batches, std::move(live), std::move(imposed)});
    run(2);
    BOOST_TEST(said<wire::RowsConfirmed>().size() == 1u);
  }
  void check_row(Index object, int state, std::uint64_t last_hard_ok, std::uint64_t last_change, std::uint64_t hlc) {
    wire::CheckRegister content;
    content.current_state = state;
    content.state_type = 1;
    content.has_been_checked = true;
    content.last_hard_ok_hlc = last_hard_ok;
    content.last_change_hlc = last_change;
    core.operators.problems[object] = state != 0;
    give({other(object, wire::RegisterKind::check, 0, content, hlc)});
  }
  void acknowledge(Index object, bool sticky) {
    core.operators.problems[object] = true;
    wire::AcknowledgementRegister content;
    content.set = true;
    content.sticky = sticky;
    content.notify = true;
    content.author = "me";
    content.text = "seen";
    module->acknowledged(object, content);
    LocalComment comment = core.operators.comment(object, "seen", core.seconds());
    comment.of_acknowledgement = core.operators.comments[comment.id].of_acknowledgement = true;
    core.operators.acknowledgements[object] = {content, true};
    module->people().comment_added(comment);
    run(2);
  }
  std::uint64_t clock(std::int64_t after_ms = 0) const { return cluster::hlc_of(began + Millis{after_ms}); }

  WallTime began = core.clock.wall;
  std::uint64_t batch = 0;
  std::uint64_t batches = 0;
};

using Kind = wire::RegisterKind;

}  // namespace merlin::neb
