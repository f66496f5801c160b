// A text line with version, boot id, last number and checksum, followed by frames as on the link to the daemon.
#include "module/shell/spool.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cinttypes>
#include <cstdio>
#include <cstring>
#include <string_view>
#include <utility>

#include "shared/base/hash.hpp"
#include "shared/wire/codec.hpp"

namespace merlin::neb {
namespace {

constexpr std::size_t kItemsAFrame = 16;
// A frame of this size is full: with one more item it is still far below wire::kMaxPayloadBytes.
constexpr std::size_t kBytesAFrame = std::size_t{512} * 1024;
constexpr std::size_t kMaxHeadBytes = 128;
// More than all queues and the states from the time without a daemon can need.
constexpr off_t kMaxSpoolBytes = off_t{96} * 1024 * 1024;

Error failed(const std::string& path) { return {std::strerror(errno), path, ""}; }

class File {
 public:
  File(const std::string& path, int flags) : fd_(::open(path.c_str(), flags | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600)) {}
  ~File() { close(); }
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  bool is_open() const { return fd_ >= 0; }
  bool write(std::string_view bytes) const {
    while (!bytes.empty()) {
      const ssize_t count = ::write(fd_, bytes.data(), bytes.size());
      if (count < 0 && errno != EINTR) return false;
      if (count > 0) bytes.remove_prefix(static_cast<std::size_t>(count));
    }
    return true;
  }
  bool sync() const { return ::fsync(fd_) == 0; }
  bool close() { return fd_ < 0 || ::close(std::exchange(fd_, -1)) == 0; }
  Result<std::string> read(const std::string& path) const {
    struct stat about {};
    if (::fstat(fd_, &about) != 0) return failed(path);
    if (!S_ISREG(about.st_mode) || about.st_size > kMaxSpoolBytes) return Error{"it is not a spool file, or it is too large", path, ""};
    std::string bytes(static_cast<std::size_t>(about.st_size), '\0');
    std::size_t done = 0;
    while (done < bytes.size()) {
      const ssize_t count = ::read(fd_, bytes.data() + done, bytes.size() - done);
      if (count < 0 && errno == EINTR) continue;
      if (count < 0) return failed(path);
      if (count == 0) break;
      done += static_cast<std::size_t>(count);
    }
    bytes.resize(done);
    return bytes;
  }

 private:
  int fd_;
};

std::size_t bytes_of(const wire::Register& row) { return row.value.size(); }
std::size_t bytes_of(const wire::CheckResult& result) { return result.output.size(); }
std::size_t bytes_of(const wire::Command& command) { return command.line.size(); }

template <class Item, class Use>
void in_parts(const std::vector<Item>& items, Use&& use) {
  for (auto from = items.begin(); from != items.end();) {
    auto end = from;
    for (std::size_t bytes = 0; end != items.end() && end - from < static_cast<std::ptrdiff_t>(kItemsAFrame) && bytes < kBytesAFrame;
         ++end) {
      bytes += bytes_of(*end);
    }
    use(std::vector<Item>(from, end));
    from = end;
  }
}

// What exceeds a frame could not be sent to merlind either.
template <class Message>
void add_frame(std::string& bytes, const Message& message) {
  if (const auto frame = wire::to_frame(message)) bytes += *frame;
}

std::string frames_of(const Spool& spool) {
  std::string bytes;
  in_parts(spool.rows, [&](std::vector<wire::Register> rows) {
    add_frame(bytes, wire::CoreRows{std::move(rows), 0, wire::CoreRowsKind::write, 0});
  });
  in_parts(spool.alerts, [&](std::vector<wire::Register> rows) {
    add_frame(bytes, wire::CoreRows{std::move(rows), 0, wire::CoreRowsKind::write, 0});
  });
  in_parts(spool.forwards.results, [&](std::vector<wire::CheckResult> results) {
    wire::CoreResults message;
    message.results = std::move(results);
    add_frame(bytes, message);
  });
  in_parts(spool.forwards.commands, [&](std::vector<wire::Command> commands) {
    wire::CoreResults message;
    message.commands = std::move(commands);
    add_frame(bytes, message);
  });
  for (const wire::NotifyDone& told : spool.told) add_frame(bytes, told);
  return bytes;
}

template <class Item>
void append(std::vector<Item>& to, std::vector<Item> more) {
  to.insert(to.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

void append(Spool& spool, std::vector<wire::Register> rows) {
  for (wire::Register& row : rows) (row.alert ? spool.alerts : spool.rows).push_back(std::move(row));
}

// Whether it could be read. Kinds of frames that a later version adds are skipped.
bool take(Spool& spool, const wire::Frame& frame) {
  switch (static_cast<wire::MessageType>(frame.type)) {
    case wire::MessageType::core_rows: {
      auto message = wire::decode<wire::CoreRows>(frame.payload);
      if (message) append(spool, std::move(message->rows));
      return message.ok();
    }
    case wire::MessageType::core_results: {
      auto message = wire::decode<wire::CoreResults>(frame.payload);
      if (!message) return false;
      append(spool.forwards.results, std::move(message->results));
      append(spool.forwards.commands, std::move(message->commands));
      return true;
    }
    case wire::MessageType::notify_done: {
      auto message = wire::decode<wire::NotifyDone>(frame.payload);
      if (message) spool.told.push_back(*std::move(message));
      return message.ok();
    }
    default:
      return true;
  }
}

std::string head_of(const Spool& spool, std::string_view frames) {
  std::array<char, kMaxHeadBytes> text{};
  std::snprintf(text.data(), text.size(), "merlin spool 1 %" PRIu64 " %" PRIu64 " %016" PRIx64 "\n", spool.boot_id, spool.last_number,
                hash64(frames, spool.boot_id ^ spool.last_number));
  return text.data();
}

}  // namespace

std::string spool_text(const Spool& spool) {
  const std::string frames = frames_of(spool);
  return head_of(spool, frames) + frames;
}

std::optional<Spool> parse_spool(const std::string& bytes) {
  Spool spool;
  const std::string head = bytes.substr(0, std::min(bytes.find('\n'), kMaxHeadBytes));
  if (std::sscanf(head.c_str(), "merlin spool 1 %" SCNu64 " %" SCNu64 " ", &spool.boot_id, &spool.last_number) != 2) return std::nullopt;
  const std::string frames = bytes.substr(std::min(bytes.size(), head.size() + 1));
  if (bytes != head_of(spool, frames) + frames) return std::nullopt;
  wire::FrameReader reader(wire::kMaxPayloadBytes);
  reader.feed(frames);
  for (auto frame = reader.next();; frame = reader.next()) {
    if (!frame) return std::nullopt;
    if (!*frame) return spool;
    if (!take(spool, **frame)) return std::nullopt;
  }
}

Result<> write_spool(const std::string& path, const Spool& spool) {
  const std::string beside = path + ".new";
  ::unlink(beside.c_str());
  File file(beside, O_WRONLY | O_CREAT | O_EXCL);
  const bool written = file.is_open() && file.write(spool_text(spool)) && file.sync() && file.close();
  if (written && ::rename(beside.c_str(), path.c_str()) == 0) return Ok{};
  Error error = failed(path);
  ::unlink(beside.c_str());
  return error;
}

Result<std::optional<Spool>> take_spool(const std::string& path) {
  const File file(path, O_RDONLY);
  if (!file.is_open() && errno == ENOENT) return std::optional<Spool>();
  if (!file.is_open()) return failed(path);
  auto bytes = file.read(path);
  if (!bytes) return bytes.error();
  auto spool = parse_spool(*bytes);
  if (spool) {
    if (::unlink(path.c_str()) != 0) return failed(path);
    return spool;
  }
  const std::string aside = path + ".damaged";
  ::rename(path.c_str(), aside.c_str());
  return Error{"it is damaged, and kept as " + aside, path, ""};
}

}  // namespace merlin::neb
