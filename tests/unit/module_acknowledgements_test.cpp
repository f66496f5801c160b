// Acknowledgements between an operator's core and the others, and their comments, which are separate items.
#include <algorithm>
#include <boost/test/unit_test.hpp>

#include "tests/unit/module_operator_support.hpp"

using namespace merlin;
using namespace merlin::neb;

namespace {

wire::AcknowledgementRegister sticky_word() {
  wire::AcknowledgementRegister word;
  word.set = word.sticky = true;
  word.author = "ann";
  word.text = "kept note";
  return word;
}

wire::CommentRegister comment_of(bool persistent) {
  wire::CommentRegister content;
  content.author = "ann";
  content.text = "kept note";
  content.persistent = persistent;
  content.of_acknowledgement = true;
  return content;
}

wire::CommentRegister deletion() {
  wire::CommentRegister content;
  content.deleted = true;
  return content;
}

struct Comments : Desk {
  std::vector<std::string> shown() const {
    std::vector<std::string> texts;
    for (const auto& [id, comment] : core.operator_core.comments) texts.push_back(comment.content.text);
    return texts;
  }
  // An operator's command.
  void delete_comment(LocalId id) {
    module->command_begins("DEL_SVC_COMMENT");
    core.operator_core.comments.erase(id);
    module->operators().comment_deleted(id);
    module->command_done("DEL_SVC_COMMENT", std::to_string(id));
    run(2);
  }
  // The core itself, because of a result.
  void end_by_result(Index object) {
    module->command_begins("PROCESS_SERVICE_CHECK_RESULT");
    core.operator_core.end_acknowledgement(object);
    module->command_done("PROCESS_SERVICE_CHECK_RESULT", "");
    run(2);
  }
};

const std::vector<std::string> kNone;
const std::vector<std::string> kNote{"kept note"};

}  // namespace

BOOST_FIXTURE_TEST_CASE(an_acknowledgement_is_written_with_what_its_comment_says, Desk) {
  up();
  acknowledge(kHttp, true);
  const auto rows = written(RowKind::acknowledgement);
  BOOST_REQUIRE(rows.size() == 1u);
  const auto content = value<wire::AcknowledgementRegister>(rows[0]);
  BOOST_TEST(content.set);
  BOOST_TEST(content.sticky);
  BOOST_TEST(content.notify);
  BOOST_TEST(content.text == "seen");
  BOOST_TEST(content.entry_s == core.seconds());
}

BOOST_FIXTURE_TEST_CASE(a_removal_is_taken_from_the_command, Desk) {
  up();
  acknowledge(kHttp, true);
  daemon.frames.clear();
  core.operator_core.acknowledgements.clear();
  module->command_begins("REMOVE_SVC_ACKNOWLEDGEMENT");
  module->command_done("REMOVE_SVC_ACKNOWLEDGEMENT", "web;http");
  module->command_done("REMOVE_HOST_ACKNOWLEDGEMENT", "nobody");
  run(2);
  const auto rows = written(RowKind::acknowledgement);
  BOOST_REQUIRE(rows.size() == 1u);
  BOOST_TEST(!value<wire::AcknowledgementRegister>(rows[0]).set);
}

BOOST_FIXTURE_TEST_CASE(an_acknowledgement_holds_until_the_problem_changes, Desk) {
  up();
  wire::AcknowledgementRegister word;
  word.set = true;
  word.text = "mine";
  // Before the problem itself: it waits.
  give({other(kHttp, RowKind::acknowledgement, 0, word, clock(100))});
  BOOST_TEST(core.operator_core.done.empty());
  check_row(kHttp, 1, clock(-5000), clock(50), clock(60));
  BOOST_TEST(core.operator_core.done == std::vector<std::string>{"acknowledge"}, boost::test_tools::per_element());
  // The state changes.
  check_row(kHttp, 2, clock(-5000), clock(2000), clock(2000));
  BOOST_TEST(core.operator_core.done.back() == "unacknowledge");
  // A sticky one stays until the recovery.
  word.sticky = true;
  give({other(kHttp, RowKind::acknowledgement, 0, word, clock(3000))});
  check_row(kHttp, 1, clock(-5000), clock(4000), clock(4000));
  BOOST_TEST(core.operator_core.acknowledged(kHttp));
  check_row(kHttp, 0, clock(5000), clock(5000), clock(5000));
  BOOST_TEST(!core.operator_core.acknowledged(kHttp));
  // One of a problem before the last hard OK does not return.
  check_row(kHttp, 2, clock(5000), clock(6000), clock(6000));
  BOOST_TEST(!core.operator_core.acknowledged(kHttp));
}

BOOST_FIXTURE_TEST_CASE(an_acknowledgement_of_the_retention_file_is_imported_and_removed_where_the_row_says_so, Desk) {
  core.operator_core.problems[kHttp] = true;
  core.operator_core.acknowledgements[kHttp] = {false, true};
  LocalComment old = core.operator_core.comment(kHttp, "old one", core.seconds() - 100);
  core.operator_core.comments[old.id].content.of_acknowledgement = true;
  restart();
  up();
  const auto known = rows(wire::CoreRowsKind::initial, RowKind::acknowledgement);
  BOOST_REQUIRE(known.size() == 1u);
  BOOST_TEST(value<wire::AcknowledgementRegister>(known[0]).text == "old one");
  give({}, {other(kHttp, RowKind::acknowledgement, 0, wire::AcknowledgementRegister{})});
  BOOST_TEST(!core.operator_core.acknowledged(kHttp));
}

// ---- comments

BOOST_FIXTURE_TEST_CASE(the_comment_is_written_too_and_what_is_deleted_does_not_come_back, Comments) {
  up();
  const LocalId id = acknowledge(kHttp, true, true);
  auto rows = written(RowKind::comment);
  BOOST_REQUIRE(rows.size() == 1u);
  BOOST_TEST(value<wire::CommentRegister>(rows[0]).of_acknowledgement);
  BOOST_TEST(value<wire::CommentRegister>(rows[0]).text == "seen");
  delete_comment(id);
  rows = written(RowKind::comment);
  BOOST_REQUIRE(rows.size() == 2u);
  BOOST_TEST(rows[1].item == rows[0].item);
  BOOST_TEST(rows[1].rank == 1u);
  check_row(kHttp, 2, clock(-5000), clock(-5000), clock(60'000));
  BOOST_TEST(core.operator_core.acknowledged(kHttp));
  BOOST_TEST(shown() == kNone, boost::test_tools::per_element());
}

BOOST_FIXTURE_TEST_CASE(a_deletion_by_another_node_leaves_the_acknowledgement, Comments) {
  up();
  check_row(kHttp, 2, clock(-5000), clock(-5000), clock(10));
  give({other(kHttp, RowKind::acknowledgement, 0, sticky_word(), clock(100)),
        other(kHttp, RowKind::comment, 7, comment_of(false), clock(101))});
  BOOST_TEST(shown() == kNote, boost::test_tools::per_element());
  give({other(kHttp, RowKind::comment, 7, deletion(), clock(200), 1)});
  check_row(kHttp, 2, clock(-5000), clock(-5000), clock(300));
  BOOST_TEST(core.operator_core.acknowledged(kHttp));
  BOOST_TEST(shown() == kNone, boost::test_tools::per_element());
}

BOOST_FIXTURE_TEST_CASE(one_that_is_not_persistent_is_shown_as_long_as_the_acknowledgement_holds, Comments) {
  up();
  // In any order.
  give({other(kHttp, RowKind::comment, 7, comment_of(false), clock(101))});
  give({other(kHttp, RowKind::acknowledgement, 0, sticky_word(), clock(100))});
  BOOST_TEST(shown() == kNone, "the problem is not known here yet");
  check_row(kHttp, 2, clock(-5000), clock(50), clock(60));
  BOOST_TEST(shown() == kNote, boost::test_tools::per_element());
  check_row(kHttp, 0, clock(5000), clock(5000), clock(5000));
  BOOST_TEST(shown() == kNone, boost::test_tools::per_element());
  check_row(kHttp, 2, clock(5000), clock(6000), clock(6000));
  BOOST_TEST(shown() == kNone, "it was of the last problem");
  BOOST_TEST(written(RowKind::comment).empty());
}

BOOST_FIXTURE_TEST_CASE(a_persistent_one_is_shown_whatever_becomes_of_the_acknowledgement, Comments) {
  up();
  give({other(kHttp, RowKind::comment, 7, comment_of(true), clock(101))});
  BOOST_TEST(shown() == kNote, boost::test_tools::per_element());
  give({other(kHttp, RowKind::acknowledgement, 0, sticky_word(), clock(100))});
  check_row(kHttp, 2, clock(-5000), clock(50), clock(60));
  check_row(kHttp, 0, clock(5000), clock(5000), clock(5000));
  BOOST_TEST(shown() == kNote, boost::test_tools::per_element());
  BOOST_TEST(core.operator_core.comments.size() == 1u);
}

// This core's result may lose, because it is older than the owner's.
BOOST_FIXTURE_TEST_CASE(what_the_core_ends_by_itself_is_no_deletion_and_comes_back_where_the_row_says_so, Comments) {
  up();
  acknowledge(kHttp, false);
  const auto rows = written(RowKind::comment);
  BOOST_REQUIRE(rows.size() == 1u);
  end_by_result(kHttp);
  BOOST_TEST(written(RowKind::comment).size() == 1u);
  BOOST_TEST(shown() == kNone, boost::test_tools::per_element());
  check_row(kHttp, 2, clock(-5000), clock(-5000), clock(60'000));
  BOOST_TEST(core.operator_core.acknowledged(kHttp));
  BOOST_TEST(shown() == std::vector<std::string>{"seen"}, boost::test_tools::per_element());
}

BOOST_FIXTURE_TEST_CASE(with_a_removal_by_command_the_comment_is_deleted_for_all, Comments) {
  up();
  acknowledge(kHttp, true);
  acknowledge(kHttp, true, true);
  module->command_begins("REMOVE_SVC_ACKNOWLEDGEMENT");
  core.operator_core.end_acknowledgement(kHttp);
  module->command_done("REMOVE_SVC_ACKNOWLEDGEMENT", "web;http");
  run(2);
  const auto rows = written(RowKind::comment);
  BOOST_REQUIRE(rows.size() == 3u);
  BOOST_TEST(rows[2].rank == 1u);
  BOOST_TEST(rows[2].item == rows[0].item, "the persistent one stays");
}

BOOST_FIXTURE_TEST_CASE(those_of_acknowledgements_that_are_over_are_deleted_with_the_next_one, Comments) {
  up();
  give({other(kHttp, RowKind::comment, 7, comment_of(false), clock(-9000)),
        other(kHttp, RowKind::comment, 8, comment_of(true), clock(-9000))});
  check_row(kHttp, 2, clock(-5000), clock(-4000), clock(-4000));
  acknowledge(kHttp, true);
  const auto rows = written(RowKind::comment);
  BOOST_REQUIRE(rows.size() == 2u);
  BOOST_TEST(rows[0].item == 7u);
  BOOST_TEST(rows[0].rank == 1u);
  acknowledge(kHttp, true);
  const auto later = written(RowKind::comment);
  BOOST_TEST(std::count_if(later.begin(), later.end(), [](const auto& row) { return row.rank == 1; }) == 1, "that one holds");
}

BOOST_FIXTURE_TEST_CASE(a_comment_of_the_retention_file_is_the_same_item_again, Comments) {
  core.operator_core.problems[kHttp] = true;
  core.operator_core.acknowledgements[kHttp] = {true, true};
  wire::CommentRegister content = comment_of(false);
  content.entry_s = core.seconds() - 100;
  core.operator_core.add_comment(kHttp, content);
  core.operator_core.done.clear();
  restart();
  up();
  const auto known = rows(wire::CoreRowsKind::initial, RowKind::comment);
  BOOST_REQUIRE(known.size() == 1u);
  BOOST_TEST(known[0].item == comment_item(Objects(core).key(kHttp), content, 0));
  give({}, {other(kHttp, RowKind::comment, known[0].item, content, clock(-99'500))});
  BOOST_TEST(core.operator_core.comments.size() == 1u);
  BOOST_TEST(core.operator_core.done.empty());
  give({}, {other(kHttp, RowKind::comment, known[0].item, deletion(), clock(), 1)});
  BOOST_TEST(core.operator_core.comments.empty());
}

// ---- its notification

namespace {

struct NotifiedDesk : Desk {
  NotifiedDesk() { up({host_key("web")}); }
  void state(int now) {
    core.objects[kHttp].state.current_state = now;
    core.objects[kHttp].state.state_type = 1;
    core.objects[kHttp].state.output = now == 0 ? "well" : "bad";
  }
  void tell(wire::NotificationKind kind) { module->stop_notification(kHttp, {kind, "me", "seen", 0}); }
  // As in one write to the command pipe: the core asks before it has written the comment.
  void acknowledge_and_recover() {
    state(2);
    wire::AcknowledgementRegister content;
    content.set = content.sticky = content.notify = true;
    module->acknowledged(kHttp, content);
    tell(wire::NotificationKind::acknowledgement);
    LocalComment comment = core.operator_core.comment(kHttp, "seen", core.seconds());
    comment.content.of_acknowledgement = true;
    module->operators().comment_added(comment);
    state(0);
    core.objects[kHttp].state.notified_on = 4;
    tell(wire::NotificationKind::recovery);
    run(2);
  }
  std::vector<wire::NotifyRequest> requests() { return said<wire::NotifyRequest>(); }
  void grant(std::uint64_t request, const wire::Notification& notification) {
    daemon.say(wire::NotifyVerdict{request, wire::NotifyDecision::send, notification, 4000, 77});
    run(2);
  }
};

}  // namespace

BOOST_FIXTURE_TEST_CASE(an_acknowledgement_is_asked_for_before_the_recovery_that_follows_it, NotifiedDesk) {
  acknowledge_and_recover();
  BOOST_REQUIRE(requests().size() == 1u);
  const wire::NotifyRequest asked = requests()[0];
  BOOST_TEST((asked.notification.kind == wire::NotificationKind::acknowledgement));
  const auto rows = written(RowKind::acknowledgement);
  BOOST_REQUIRE(rows.size() == 1u);
  BOOST_TEST(asked.notification.cause == rows[0].version.hlc, "by which the daemon knows it from its register");
  grant(asked.request, asked.notification);
  BOOST_REQUIRE(core.told.size() == 1u);
  BOOST_TEST(core.told[0].output == "bad", "as the object was then");
  BOOST_REQUIRE(requests().size() == 2u);
  BOOST_TEST((requests()[1].notification.kind == wire::NotificationKind::recovery));
}

// Made at another node, where the core has also received the result: both reach the owner in this order.
BOOST_FIXTURE_TEST_CASE(one_of_another_node_is_asked_for_before_the_recovery_that_follows_it, NotifiedDesk) {
  state(2);
  core.operator_core.problems[kHttp] = true;
  core.objects[kHttp].state.notified_on = 4;
  wire::AcknowledgementRegister content = sticky_word();
  content.notify = true;
  give({other(kHttp, RowKind::acknowledgement, 0, content, clock(100))});
  state(0);
  tell(wire::NotificationKind::recovery);
  run(2);
  BOOST_REQUIRE(requests().size() == 1u);
  const wire::NotifyRequest asked = requests()[0];
  BOOST_TEST((asked.notification.kind == wire::NotificationKind::acknowledgement));
  BOOST_TEST(asked.notification.cause == clock(100));
  BOOST_TEST(asked.notification.author == "ann");
  BOOST_TEST(asked.notification.text == "kept note");
  grant(asked.request, asked.notification);
  BOOST_REQUIRE(core.told.size() == 1u);
  BOOST_TEST(core.told[0].output == "bad");
  BOOST_REQUIRE(requests().size() == 2u);
  BOOST_TEST((requests()[1].notification.kind == wire::NotificationKind::recovery));
}

BOOST_FIXTURE_TEST_CASE(one_of_another_node_is_not_asked_for_without_need, NotifiedDesk) {
  state(2);
  wire::AcknowledgementRegister content = sticky_word();
  content.notify = true;
  const auto given = [&](Index object, bool live, std::uint64_t made) {
    core.operator_core.problems[object] = true;
    const std::vector<wire::Register> row{other(object, RowKind::acknowledgement, 0, content, made)};
    give(live ? row : std::vector<wire::Register>{}, live ? std::vector<wire::Register>{} : row);
    return requests().size();
  };
  BOOST_TEST(given(kSql, true, clock(100)) == 0u, "another node owns the object");
  BOOST_TEST(given(kHttp, false, clock(100)) == 0u, "the daemon asks for it: it is no news");
  content.notify = false;
  BOOST_TEST(given(kHttp, true, clock(200)) == 0u, "the operator did not want it");
  content.notify = true;
  check_row(kHttp, 2, clock(300), clock(300), clock(300));
  BOOST_TEST(given(kHttp, true, clock(250)) == 0u, "it was of an earlier problem");
  BOOST_TEST(given(kHttp, true, clock(400)) == 1u);
}

BOOST_FIXTURE_TEST_CASE(a_recovery_that_the_daemon_asks_for_by_itself_comes_behind_the_acknowledgement, NotifiedDesk) {
  acknowledge_and_recover();
  wire::Notification owed;
  owed.object = Objects(core).key(kHttp);
  owed.kind = wire::NotificationKind::recovery;
  owed.number = 1;
  grant(0, owed);
  BOOST_TEST(core.told.empty());
  BOOST_REQUIRE(!said<wire::NotifyDone>().empty());
  BOOST_TEST(!said<wire::NotifyDone>().back().sent);
}

BOOST_FIXTURE_TEST_CASE(one_that_the_daemon_asks_for_by_itself_is_notified_once_and_in_its_turn, NotifiedDesk) {
  state(2);
  core.objects[kHttp].state.notification_number = 1;
  tell(wire::NotificationKind::problem);
  acknowledge_and_recover();
  const auto rows = written(RowKind::acknowledgement);
  BOOST_REQUIRE(rows.size() == 1u);
  wire::Notification owed;
  owed.object = Objects(core).key(kHttp);
  owed.kind = wire::NotificationKind::acknowledgement;
  owed.cause = rows[0].version.hlc;
  grant(0, owed);
  BOOST_TEST(core.told.empty(), "the problem comes first");
  BOOST_TEST(!said<wire::NotifyDone>().back().sent);
  grant(requests()[0].request, requests()[0].notification);
  grant(0, owed);
  BOOST_REQUIRE(core.told.size() == 2u);
  BOOST_TEST(core.told[1].output == "bad");
  grant(0, owed);
  BOOST_TEST(core.told.size() == 2u);
}
