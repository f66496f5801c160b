// The whole module between a simulated daemon and the operator's interface of a fake core.
#pragma once

#include <boost/test/unit_test.hpp>
#include <memory>
#include <string>
#include <vector>

#include "module/shell/spool.hpp"
#include "shared/cluster/state/versions.hpp"
#include "tests/unit/module_played_daemon.hpp"

namespace merlin::neb {

struct Desk : Talk {
  Desk() {
    core.operator_core.host_of = [this](Index object) { return object < core.hosts ? object : core.objects[object].host_index; };
    core.operator_core.on_comment_deleted = [this](LocalId id) { module->operators().comment_deleted(id); };
  }
  // What the shell does at the end of the core's loop and at the next start.
  void leave(bool reload) {
    const Spool kept = module->leave(reload);
    if (!state_folder.empty() && !kept.empty()) BOOST_REQUIRE(write_spool(state_folder + "/merlin.spool", kept));
  }
  void restart() {
    begin(43);
    if (state_folder.empty()) return;
    auto kept = take_spool(state_folder + "/merlin.spool");
    BOOST_REQUIRE(kept.ok());
    if (*kept) module->restore(**std::move(kept));
  }
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
    core.operator_core.problems[object] = state != 0;
    give({other(object, wire::RegisterKind::check, 0, content, hlc)});
  }
  LocalId acknowledge(Index object, bool sticky, bool persistent = false) {
    core.operator_core.problems[object] = true;
    wire::AcknowledgementRegister content;
    content.set = true;
    content.sticky = sticky;
    content.notify = true;
    content.persistent = persistent;
    content.author = "me";
    content.text = "seen";
    module->acknowledged(object, content);
    LocalComment comment = core.operator_core.comment(object, "seen", core.seconds());
    comment.content.of_acknowledgement = true;
    comment.content.persistent = persistent;
    core.operator_core.comments[comment.id] = comment;
    core.operator_core.acknowledgements[object] = {sticky, true};
    module->operators().comment_added(comment);
    run(2);
    return comment.id;
  }
  std::uint64_t clock(std::int64_t after_ms = 0) const { return cluster::hlc_of(began + Millis{after_ms}); }

  WallTime began = core.clock.wall;
  std::string state_folder;  // empty: the core keeps nothing
  std::uint64_t batch = 0;
  std::uint64_t batches = 0;
};

using RowKind = wire::RegisterKind;

}  // namespace merlin::neb
