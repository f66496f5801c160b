// Comments and acknowledgements of Nagios: reading its lists and changing them.
#include <string>

#include "module/nagios4/alerts.hpp"
#include "module/nagios4/names.hpp"
#include "module/nagios4/objects.hpp"
#include "module/nagios4/operator.hpp"
#include "shared/wire/text.hpp"

namespace merlin::neb {
namespace {

int comment_type(const ::host&) { return HOST_COMMENT; }
int comment_type(const ::service&) { return SERVICE_COMMENT; }

template <class Object>
LocalId add(Object& object, const wire::CommentRegister& content) {
  const int entry_type = content.of_acknowledgement ? ACKNOWLEDGEMENT_COMMENT : USER_COMMENT;
  // The core copies its arguments, but its functions take non-const pointers.
  std::string author = content.author;
  std::string text = content.text;
  wire::clean_line(author);
  wire::clean_line(text);
  unsigned long id = 0;
  const int done =
      add_new_comment(comment_type(object), entry_type, name_of(object), description_of(object), content.entry_s, author.data(),
                      text.data(), content.persistent ? TRUE : FALSE, content.external ? COMMENTSOURCE_EXTERNAL : COMMENTSOURCE_INTERNAL,
                      content.expire_s != 0 ? TRUE : FALSE, content.expire_s, &id);
  return done == OK ? id : 0;
}

void remove_flag(::host& object) { remove_host_acknowledgement(&object); }
void remove_flag(::service& object) { remove_service_acknowledgement(&object); }

}  // namespace

void Nagios4Operator::each_comment(Index host, const std::function<void(const LocalComment&)>& visit) const {
  char* name = nagios_host(host).name;
  for (auto* comment = get_first_comment_by_host(name); comment != nullptr; comment = get_next_comment_by_host(name, comment)) {
    if (comment->entry_type != USER_COMMENT && comment->entry_type != ACKNOWLEDGEMENT_COMMENT) continue;
    const Index object = find_object(comment->host_name, comment->service_description);
    if (object != kNoObject) visit(local_comment(*comment, comment->author, object));
  }
}

LocalId Nagios4Operator::add_comment(Index object, const wire::CommentRegister& content) {
  return with_object(object, [&](auto& found) { return add(found, content); });
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

void Nagios4Operator::acknowledge(Index object, bool sticky) {
  with_object(object, [&](auto& found) {
    const int type = sticky ? ACKNOWLEDGEMENT_STICKY : ACKNOWLEDGEMENT_NORMAL;
    if (found.problem_has_been_acknowledged != FALSE && found.acknowledgement_type == type) return;
    found.problem_has_been_acknowledged = TRUE;
    found.acknowledgement_type = type;
    send_status(found);
  });
}

void Nagios4Operator::remove_acknowledgement(Index object) {
  with_object(object, [](auto& found) {
    found.acknowledgement_type = ACKNOWLEDGEMENT_NONE;
    remove_flag(found);
  });
}

}  // namespace merlin::neb
