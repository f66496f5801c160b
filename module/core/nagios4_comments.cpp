// Comments and acknowledgements of Nagios, out of its lists and into them.
#include <string>

#include "module/core/nagios4_alerts.hpp"
#include "module/core/nagios4_names.hpp"
#include "module/core/nagios4_objects.hpp"
#include "module/core/nagios4_operator.hpp"

namespace merlin::neb {
namespace {

int comment_type(const ::host&) { return HOST_COMMENT; }
int comment_type(const ::service&) { return SERVICE_COMMENT; }

LocalComment local(const nagios_comment& from, Index object) {
  LocalComment comment;
  comment.id = from.comment_id;
  comment.object = object;
  comment.of_acknowledgement = from.entry_type == ACKNOWLEDGEMENT_COMMENT;
  comment.content.author = text_of(from.author);
  comment.content.text = text_of(from.comment_data);
  comment.content.entry_s = from.entry_time;
  comment.content.persistent = from.persistent != FALSE;
  comment.content.external = from.source == COMMENTSOURCE_EXTERNAL;
  comment.content.expire_s = from.expires != FALSE ? from.expire_time : 0;
  return comment;
}

template <class Object>
LocalId add(Object& object, int entry_type, const wire::CommentRegister& content) {
  // The core copies what it is given, and takes it as writable.
  std::string author = content.author;
  std::string text = content.text;
  unsigned long id = 0;
  const int done =
      add_new_comment(comment_type(object), entry_type, name_of(object), description_of(object), content.entry_s, author.data(),
                      text.data(), content.persistent ? TRUE : FALSE, content.external ? COMMENTSOURCE_EXTERNAL : COMMENTSOURCE_INTERNAL,
                      content.expire_s != 0 ? TRUE : FALSE, content.expire_s, &id);
  return done == OK ? id : 0;
}

template <class Object>
bool has_comment(const Object& object, const wire::AcknowledgementRegister& content) {
  for (auto* comment = get_first_comment_by_host(name_of(object)); comment != nullptr;
       comment = get_next_comment_by_host(name_of(object), comment)) {
    if (comment->entry_type == ACKNOWLEDGEMENT_COMMENT && is_of(object, comment->service_description) &&
        text_of(comment->author) == content.author && text_of(comment->comment_data) == content.text)
      return true;
  }
  return false;
}

void remove_flag(::host& object) { remove_host_acknowledgement(&object); }
void remove_flag(::service& object) { remove_service_acknowledgement(&object); }

}  // namespace

void Nagios4Operator::each_comment(Index host, const std::function<void(const LocalComment&)>& visit) const {
  char* name = nagios_host(host).name;
  for (auto* comment = get_first_comment_by_host(name); comment != nullptr; comment = get_next_comment_by_host(name, comment)) {
    if (comment->entry_type != USER_COMMENT && comment->entry_type != ACKNOWLEDGEMENT_COMMENT) continue;
    const Index object = find_object(comment->host_name, comment->service_description);
    if (object != no_object) visit(local(*comment, object));
  }
}

LocalId Nagios4Operator::add_comment(Index object, const wire::CommentRegister& content) {
  return with_object(object, [&](auto& found) { return add(found, USER_COMMENT, content); });
}

void Nagios4Operator::delete_comment(Index object, LocalId comment) {
  with_object(object, [&](auto& found) { ::delete_comment(comment_type(found), comment); });
}

bool Nagios4Operator::has_problem(Index object) const {
  return with_object(object, [](const auto& found) { return found.current_state != 0; });
}

bool Nagios4Operator::acknowledged(Index object) const {
  return with_object(object, [](const auto& found) { return found.problem_has_been_acknowledged != FALSE; });
}

bool Nagios4Operator::acknowledged_sticky(Index object) const {
  return with_object(object, [](const auto& found) { return found.acknowledgement_type == ACKNOWLEDGEMENT_STICKY; });
}

void Nagios4Operator::acknowledge(Index object, const wire::AcknowledgementRegister& content) {
  with_object(object, [&](auto& found) {
    const int type = content.sticky ? ACKNOWLEDGEMENT_STICKY : ACKNOWLEDGEMENT_NORMAL;
    if (found.problem_has_been_acknowledged == FALSE || found.acknowledgement_type != type) {
      found.problem_has_been_acknowledged = TRUE;
      found.acknowledgement_type = type;
      send_status(found);
    }
    if (has_comment(found, content)) return;
    wire::CommentRegister comment;
    comment.author = content.author;
    comment.text = content.text;
    comment.entry_s = content.entry_s;
    comment.persistent = content.persistent;
    add(found, ACKNOWLEDGEMENT_COMMENT, comment);
  });
}

void Nagios4Operator::remove_acknowledgement(Index object) {
  with_object(object, [](auto& found) {
    found.acknowledgement_type = ACKNOWLEDGEMENT_NONE;
    remove_flag(found);
  });
}

}  // namespace merlin::neb
