// Rows, registers and results (see messages.hpp).
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "shared/base/ids.hpp"
#include "shared/wire/message_type.hpp"

namespace merlin::wire {

enum class RegisterKind : std::uint8_t {
  check = 0,
  acknowledgement = 1,
  comment = 2,
  downtime = 3,
  attribute = 4,
  notification = 5,
  forgotten = 6
};
enum class LoggedAs : std::uint8_t { unknown = 0, nothing = 1, soft = 2, hard = 3 };
enum class RowStream : std::uint8_t { live = 0, backlog = 1, compare = 2 };

// Orders writes of a register; the greater wins. Never shown as a time.
struct Version {
  std::uint64_t term = 0;
  std::uint32_t side = 0;
  std::uint64_t hlc = 0;
  NodeId writer;

  auto operator<=>(const Version&) const = default;
};

struct Register {
  ObjectKey object;  // host = 1, service = 2
  RegisterKind kind = RegisterKind::check;
  Version version;
  std::int64_t base_ms = 0;
  std::string value;
  std::uint64_t item = 0;
  std::uint64_t rank = 0;
  bool alert = false;
};

struct Rows {
  static constexpr MessageType type_id = MessageType::rows;
  std::uint64_t table_id = 0;
  std::uint64_t upto = 0;
  RowStream stream = RowStream::live;
  std::vector<Register> rows;
};

struct RowsAck {
  static constexpr MessageType type_id = MessageType::rows_ack;
  std::uint64_t table_id = 0;
  std::uint64_t upto = 0;
  RowStream stream = RowStream::live;
};

struct Follow {
  static constexpr MessageType type_id = MessageType::follow;
  std::uint64_t table_id = 0;
  std::uint64_t upto = 0;
};

struct Digests {
  static constexpr MessageType type_id = MessageType::digests;
  std::uint64_t table_id = 0;
  std::uint64_t round = 0;
  std::vector<std::uint64_t> buckets;
};

struct Differing {
  static constexpr MessageType type_id = MessageType::differing;
  std::uint64_t round = 0;
  std::vector<std::uint32_t> buckets;
};

struct SyncDone {
  static constexpr MessageType type_id = MessageType::sync_done;
  std::uint64_t round = 0;
  std::uint64_t table_id = 0;
  std::uint64_t upto = 0;
};

struct CheckResult {
  ObjectKey object;  // host = 1, service = 2
  bool passive = false;
  std::int32_t return_code = 0;
  bool early_timeout = false;
  bool exited_ok = false;
  std::int64_t start_ms = 0;
  std::int64_t finish_ms = 0;
  double latency_s = 0;
  std::string output;
  std::int64_t sent_ms = 0;
  std::uint64_t number = 0;
};

struct Command {
  ObjectKey object;  // host = 1, service = 2
  std::string line;
  std::int64_t sent_ms = 0;
  std::uint64_t number = 0;
  std::int64_t given_ms = 0;
};

struct ForwardedResult {
  static constexpr MessageType type_id = MessageType::forwarded_result;
  NodeId taker;
  std::uint64_t taker_instance = 0;
  std::uint64_t number = 0;
  std::uint32_t hops = 0;
  CheckResult result;
  std::vector<Command> command;  // none or one; then there is no result
  std::uint64_t heard_instance = 0;
  std::uint64_t heard_number = 0;
};

struct ForwardedAck {
  static constexpr MessageType type_id = MessageType::forwarded_ack;
  NodeId taker;
  std::uint64_t taker_instance = 0;
  std::uint64_t number = 0;
};

struct TakenMark {
  NodeId taker;
  std::uint64_t taker_instance = 0;
  std::uint64_t number = 0;
};

// The check register of a host or service. Times: milliseconds relative to Register::base_ms.
struct CheckRegister {
  std::int32_t current_state = 0;
  std::int32_t last_state = 0;
  std::int32_t last_hard_state = 0;
  std::int32_t state_type = 0;
  std::int32_t current_attempt = 0;
  bool has_been_checked = false;
  bool passive = false;
  bool is_flapping = false;
  bool check_flapping_recovery_notification = false;
  bool no_more_notifications = false;
  std::int32_t notification_number = 0;
  std::uint32_t notified_on = 0;
  double percent_state_change = 0;
  double latency_s = 0;
  double execution_time_s = 0;
  std::string output;
  std::string long_output;
  std::string perf_data;
  std::string state_history;
  std::uint32_t state_history_index = 0;
  bool host_problem_at_last_check = false;
  bool should_be_scheduled = false;
  std::optional<std::int64_t> last_check;
  std::optional<std::int64_t> next_check;
  std::optional<std::int64_t> last_state_change;
  std::optional<std::int64_t> last_hard_state_change;
  std::optional<std::int64_t> last_time_state_0;
  std::optional<std::int64_t> last_time_state_1;
  std::optional<std::int64_t> last_time_state_2;
  std::optional<std::int64_t> last_time_state_3;
  std::optional<std::int64_t> last_notification;
  std::optional<std::int64_t> next_notification;
  std::uint64_t last_hard_ok_hlc = 0;
  std::uint64_t last_change_hlc = 0;
  std::vector<TakenMark> taken;
  LoggedAs logged_as = LoggedAs::unknown;
  std::uint32_t logged_attempt = 0;
};

struct AcknowledgementRegister {
  bool set = false;
  bool sticky = false;
  bool notify = false;
  bool persistent = false;
  std::string author;
  std::string text;
  std::int64_t entry_s = 0;
};

struct CommentRegister {
  bool deleted = false;
  std::string author;
  std::string text;
  std::int64_t entry_s = 0;
  bool persistent = false;
  bool external = false;
  std::int64_t expire_s = 0;
  bool of_acknowledgement = false;
};

struct DowntimeRegister {
  bool deleted = false;
  std::string author;
  std::string comment;
  std::int64_t entry_s = 0;
  std::int64_t start_s = 0;
  std::int64_t end_s = 0;
  bool fixed = false;
  std::int64_t duration_s = 0;
  std::uint64_t triggered_by = 0;
  ObjectKey triggered_by_object;  // host = 10, service = 11
  std::int64_t flexible_start_s = 0;
  std::int64_t fixed_start_s = 0;
  bool ended = false;
};

struct AttributeRegister {
  std::string name;
  std::string value;
};

}  // namespace merlin::wire
