#include "module/nagios4/notify_snapshot.hpp"

#include <optional>
#include <string>
#include <tuple>

namespace merlin::neb {
namespace {

time_t moment(const std::optional<std::int64_t>& time_ms) { return time_ms ? static_cast<time_t>(*time_ms / 1000) : 0; }

// The fields that filters and texts use, except counted ones.
auto own_times(::host& object) { return std::tie(object.last_time_up, object.last_time_down, object.last_time_unreachable); }
auto own_times(::service& object) {
  return std::tie(object.last_time_ok, object.last_time_warning, object.last_time_critical, object.last_time_unknown);
}
auto times_of(const ::host&, const wire::CheckRegister& state) {
  return std::make_tuple(moment(state.last_time_state_0), moment(state.last_time_state_1), moment(state.last_time_state_2));
}
auto times_of(const ::service&, const wire::CheckRegister& state) {
  return std::make_tuple(moment(state.last_time_state_0), moment(state.last_time_state_1), moment(state.last_time_state_2),
                         moment(state.last_time_state_3));
}

template <class Object>
auto state_fields(Object& object) {
  return std::tie(object.current_state, object.last_state, object.last_hard_state, object.state_type, object.current_attempt,
                  object.is_flapping, object.problem_has_been_acknowledged, object.scheduled_downtime_depth, object.pending_flex_downtime,
                  object.percent_state_change, object.latency, object.execution_time, object.last_check, object.last_state_change,
                  object.last_hard_state_change, object.current_event_id, object.last_event_id, object.current_problem_id,
                  object.last_problem_id, object.plugin_output, object.long_plugin_output, object.perf_data);
}

template <class Object>
auto next_fields(Object& object) {
  return std::tie(object.last_notification, object.next_notification, object.no_more_notifications);
}

template <class Tuple>
auto values_of(const Tuple& fields) {
  return std::apply([](const auto&... field) { return std::make_tuple(field...); }, fields);
}

// Restores the old values when the scope ends, in any way.
template <class Fields>
class Restorer {
 public:
  explicit Restorer(Fields fields) : fields_(fields), saved_(values_of(fields)) {}
  ~Restorer() {
    if (active_) fields_ = saved_;
  }
  Restorer(const Restorer&) = delete;
  Restorer& operator=(const Restorer&) = delete;
  void keep() { active_ = false; }

 private:
  Fields fields_;
  decltype(values_of(std::declval<Fields>())) saved_;
  bool active_ = true;
};

// The texts live as long as this; the core only reads them.
struct Texts {
  explicit Texts(const wire::CheckRegister& state) : output(state.output), long_output(state.long_output), perf_data(state.perf_data) {}
  static char* or_null(std::string& text) { return text.empty() ? nullptr : text.data(); }
  std::string output, long_output, perf_data;
};

template <class Object>
void show(Object& object, const NotifySnapshot& snapshot, Texts& texts) {
  const wire::CheckRegister& state = snapshot.state;
  state_fields(object) = std::make_tuple(state.current_state, state.last_state, state.last_hard_state, state.state_type,
                                         state.current_attempt, state.is_flapping ? TRUE : FALSE, snapshot.acknowledged ? TRUE : FALSE,
                                         snapshot.downtime_depth, 0, state.percent_state_change, state.latency_s, state.execution_time_s,
                                         moment(state.last_check), moment(state.last_state_change), moment(state.last_hard_state_change),
                                         snapshot.ids[0], snapshot.ids[1], snapshot.ids[2], snapshot.ids[3], texts.output.data(),
                                         Texts::or_null(texts.long_output), Texts::or_null(texts.perf_data));
  own_times(object) = times_of(object, state);
  next_fields(object) =
      std::make_tuple(moment(state.last_notification), moment(state.next_notification), state.no_more_notifications ? TRUE : FALSE);
}

template <class Object>
NotifySnapshot common_snapshot(const Object& object, wire::CheckRegister state) {
  NotifySnapshot snapshot;
  snapshot.state = std::move(state);
  snapshot.acknowledged = object.problem_has_been_acknowledged != FALSE;
  snapshot.downtime_depth = object.scheduled_downtime_depth;
  snapshot.ids = {object.current_event_id, object.last_event_id, object.current_problem_id, object.last_problem_id};
  return snapshot;
}

template <class Object>
void call_with(Object& object, const NotifySnapshot& snapshot, const std::function<void()>& notify,
               const std::function<bool()>& keeps_times) {
  Texts texts(snapshot.state);
  Restorer states(state_fields(object));
  Restorer times(own_times(object));
  Restorer next(next_fields(object));
  show(object, snapshot, texts);
  notify();
  if (keeps_times()) next.keep();
}

}  // namespace

NotifySnapshot snapshot_of(const ::host& object, wire::CheckRegister state) { return common_snapshot(object, std::move(state)); }

NotifySnapshot snapshot_of(const ::service& object, wire::CheckRegister state) {
  NotifySnapshot snapshot = common_snapshot(object, std::move(state));
  const ::host& host = *object.host_ptr;
  snapshot.host_state = host.current_state;
  snapshot.host_state_type = host.state_type;
  snapshot.host_downtime_depth = host.scheduled_downtime_depth;
  return snapshot;
}

void with_snapshot(::host& object, const NotifySnapshot& snapshot, const std::function<void()>& notify,
                   const std::function<bool()>& keeps_times) {
  call_with(object, snapshot, notify, keeps_times);
}

void with_snapshot(::service& object, const NotifySnapshot& snapshot, const std::function<void()>& notify,
                   const std::function<bool()>& keeps_times) {
  ::host& host = *object.host_ptr;
  Restorer of_host(std::tie(host.current_state, host.state_type, host.scheduled_downtime_depth, host.pending_flex_downtime));
  host.current_state = snapshot.host_state;
  host.state_type = snapshot.host_state_type;
  host.scheduled_downtime_depth = snapshot.host_downtime_depth;
  host.pending_flex_downtime = 0;
  call_with(object, snapshot, notify, keeps_times);
}

}  // namespace merlin::neb
