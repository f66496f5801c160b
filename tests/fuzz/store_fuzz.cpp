// The store on disk: whatever is saved, what comes back was saved and is valid; and of a damaged file, nothing else comes back.
//
// The input is a sequence of items: a byte for the kind, two bytes for the length (high byte first), and that many bytes:
//   0   rows to save, as the message Rows
//   1   a forwarded result to save, as its message
//   2   events to save, as the message Events
//   3   damage: three bytes are a place in the file, the others replace what is there
// I1 I11
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/store/store_file.hpp"
#include "shared/base/assert.hpp"
#include "shared/wire/codec.hpp"
#include "shared/wire/validate.hpp"
#include "tests/unit/temp_folder.hpp"

namespace {

using namespace merlin;
using namespace merlin::daemon;

constexpr std::size_t kMaxItems = 16;

// In memory if possible: each input makes the disk write several times.
const test::TempFolder& folder() {
  static const test::TempFolder one(std::filesystem::is_directory("/dev/shm") ? "/dev/shm" : "/tmp");
  return one;
}

StoreFile::Place place() { return {folder().file("store.db"), "machine"}; }

// An empty store.
const std::string& fresh() {
  static const std::string bytes = [] {
    StoreFile file(place());
    MERLIN_ASSERT(!file.open().fault);
    file.close();
    return folder().read("store.db");
  }();
  return bytes;
}

void begin() {
  const std::string& bytes = fresh();
  for (const auto& entry : std::filesystem::directory_iterator(folder().path())) std::filesystem::remove(entry.path());
  folder().write("store.db", bytes);
}

using Rows = std::map<cluster::RegisterKey, wire::Register>;

class Saved {
 public:
  void add(std::uint8_t kind, std::string_view content) {
    if (kind == 0) add(wire::decode<wire::Rows>(content));
    if (kind == 1) add(wire::decode<wire::ForwardedResult>(content));
    if (kind == 2) add(wire::decode<wire::Events>(content));
  }

  void write() {
    StoreFile file(place());
    MERLIN_ASSERT(!file.open().fault);
    StoreBatch batch;
    batch.add(save_, SIZE_MAX);
    MERLIN_ASSERT(!file.write(batch));
  }

  // All that is valid is there.
  void is_whole() const {
    StoreFile file(place());
    const OpenedStore opened = file.open();
    MERLIN_ASSERT(!opened.fault && !opened.begun_anew);
    is_known(opened.held);
    std::size_t valid = 0;
    for (auto [key, row] : rows_) {
      wire::Rejects rejects;
      valid += wire::validate(row, rejects) ? 1 : 0;
    }
    MERLIN_ASSERT(opened.held.rows.size() == valid && opened.held.kept.size() <= save_.kept.size());
    MERLIN_ASSERT(opened.held.streams.size() <= save_.events.size());
    // What was rejected is removed.
    StoreFile again(place());
    file.close();
    MERLIN_ASSERT(again.open().rejects.empty());
  }

  void is_nothing_else() const {
    StoreFile file(place());
    const OpenedStore opened = file.open();
    is_known(opened.held);
    if (!opened.fault) MERLIN_ASSERT(file.is_open());
  }

 private:
  void add(const Result<wire::Rows>& rows) {
    if (!rows) return;
    for (const wire::Register& row : rows->rows) {
      if (rows_.emplace(cluster::key_of(row), row).second) save_.rows.push_back(row);
    }
  }
  void add(const Result<wire::ForwardedResult>& result) {
    if (result) save_.kept.push_back(*result);
  }
  void add(const Result<wire::Events>& events) {
    if (!events || events->first == 0 || events->first > UINT32_MAX || events->events.empty()) return;
    save_.events.push_back({{events->node, events->epoch}, events->first, true, events->events, 0});
  }

  // A corrected text is another one.
  void is_known(const cluster::Stored& held) const {
    for (const wire::Register& row : held.rows) {
      const auto found = rows_.find(cluster::key_of(row));
      MERLIN_ASSERT(found != rows_.end());
      wire::Register saved = found->second, copy = row;
      wire::Rejects rejects;
      MERLIN_ASSERT(wire::validate(saved, rejects) && saved.value == row.value);
      MERLIN_ASSERT(saved.version == row.version && saved.rank == row.rank && saved.base_ms == row.base_ms);
      MERLIN_ASSERT(wire::validate(copy, rejects) && copy.value == row.value);
    }
    for (const wire::ForwardedResult& result : held.kept) {
      MERLIN_ASSERT(std::ranges::any_of(save_.kept, [&](const wire::ForwardedResult& saved) { return saved.number == result.number; }));
    }
  }

  cluster::Save save_;
  Rows rows_;
};

void damage(std::string_view content) {
  if (content.size() < 4) return;
  const auto byte = [&](std::size_t at) { return static_cast<std::size_t>(static_cast<unsigned char>(content[at])); };
  std::string bytes = folder().read("store.db");
  if (bytes.empty()) return;
  std::size_t at = (byte(0) << 16 | byte(1) << 8 | byte(2)) % bytes.size();
  for (const char changed : content.substr(3)) bytes[at++ % bytes.size()] = changed;
  folder().write("store.db", bytes);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view rest(reinterpret_cast<const char*>(data), size);
  begin();
  Saved saved;
  std::vector<std::string_view> damages;
  for (std::size_t items = 0; items < kMaxItems && rest.size() >= 3; ++items) {
    const auto byte = [&](std::size_t at) { return static_cast<std::uint8_t>(rest[at]); };
    const std::uint8_t kind = byte(0);
    const std::size_t length = std::size_t{byte(1)} << 8 | byte(2);
    rest.remove_prefix(3);
    const std::string_view content = rest.substr(0, length);
    rest.remove_prefix(content.size());
    if (kind == 3) damages.push_back(content);
    saved.add(kind, content);
  }
  saved.write();
  saved.is_whole();
  if (damages.empty()) return 0;
  for (const std::string_view content : damages) damage(content);
  saved.is_nothing_else();
  return 0;
}
