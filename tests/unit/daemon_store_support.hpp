// Stores in folders of their own, data for them, and their contents afterwards.
#pragma once

#include <sys/mount.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "daemon/store/store_file.hpp"
#include "shared/wire/codec.hpp"
#include "tests/unit/temp_folder.hpp"

namespace store_test {

using namespace merlin;
using namespace merlin::daemon;

struct Folder : test::TempFolder {
  using TempFolder::TempFolder;
  std::string store() const { return file("store.db"); }
  StoreFile::Place place(const std::string& machine = "one") const { return {store(), machine}; }
  // The file whose name contains this.
  std::vector<std::string> named(const std::string& part) const {
    std::vector<std::string> found;
    for (const auto& entry : std::filesystem::directory_iterator(path())) {
      if (entry.path().filename().string().find(part) != std::string::npos) found.push_back(entry.path().filename());
    }
    return found;
  }
};

// A disk of its own, so small that it can be filled. Only for root.
class SmallDisk {
 public:
  SmallDisk() : mounted_(::mount("merlin-test", folder_.path().c_str(), "tmpfs", 0, "size=2m") == 0) {}
  SmallDisk(const SmallDisk&) = delete;
  ~SmallDisk() {
    if (mounted_) ::umount2(folder_.path().c_str(), MNT_DETACH);
  }
  static bool can_be_made() { return SmallDisk().mounted_; }

  const std::string& path() const { return folder_.path(); }
  void fill() const {
    std::ofstream filler(folder_.file("filler"));
    while (filler << std::string(4096, 'x') << std::flush) continue;
  }
  void make_room() const { std::filesystem::remove(folder_.file("filler")); }
  bool set_read_only(bool is) const {
    return ::mount(nullptr, folder_.path().c_str(), nullptr, is ? MS_REMOUNT | MS_RDONLY : MS_REMOUNT, nullptr) == 0;
  }

 private:
  Folder folder_;
  bool mounted_;
};

// The printed line is what ctest recognizes a skipped case by (packaging/cmake/MerlinTestCases.cmake).
struct DiskCanBeMade {
  boost::test_tools::assertion_result operator()(boost::unit_test::test_unit_id) const {
    const bool can = SmallDisk::can_be_made();
    if (!can) std::cout << "skipped: needs the right to mount" << std::endl;
    return can;
  }
};

inline std::string read(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

inline void write(const std::string& path, const std::string& text) { std::ofstream(path, std::ios::binary) << text; }

// The two numbers determine every field, so that a wrong one is detected.
inline wire::Register check_row(std::uint64_t object, std::uint64_t content) {
  wire::CheckRegister check;
  check.output = "output " + std::to_string(content) + std::string(content % 200, 'x');
  check.current_state = static_cast<std::int32_t>(content % 4);
  wire::Register row;
  row.object = {0xF000'0000'0000'0000 + object, object * 7};
  row.version = {content, 3, 0x8000'0000'0000'0000 + content, *NodeId::from_bytes("sixteen bytes id")};
  row.base_ms = static_cast<std::int64_t>(content) - 1000;
  row.rank = content;
  row.value = wire::encode(check);
  return row;
}

inline wire::Register comment_row(std::uint64_t object, std::uint64_t content) {
  wire::Register row = check_row(object, content);
  wire::CommentRegister comment;
  comment.author = "somebody";
  comment.text = "comment " + std::to_string(content);
  row.kind = wire::RegisterKind::comment;
  row.item = 0xFFFF'FFFF'FFFF'FFFF - object;
  row.value = wire::encode(comment);
  return row;
}

inline wire::ForwardedResult forward(std::uint64_t number) {
  wire::ForwardedResult result;
  result.taker = *NodeId::from_bytes("another node's 1");
  result.taker_instance = 0xABCD'0000'0000'0001;
  result.number = number;
  result.result.output = "result " + std::to_string(number);
  return result;
}

inline wire::ForwardedAck ack(const wire::ForwardedResult& result) { return {result.taker, result.taker_instance, result.number}; }

inline cluster::Save save(std::uint64_t ticket, std::vector<wire::Register> rows = {}) {
  cluster::Save made;
  made.ticket = ticket;
  made.rows = std::move(rows);
  return made;
}

inline StoreBatch batch(cluster::Save content) {
  StoreBatch made;
  made.add(std::move(content), SIZE_MAX);
  return made;
}

inline bool equal(const wire::Register& a, const wire::Register& b) {
  return cluster::key_of(a) == cluster::key_of(b) && a.version == b.version && a.rank == b.rank && a.base_ms == b.base_ms &&
         a.value == b.value;
}

using Rows = std::map<cluster::RegisterKey, wire::Register>;

inline Rows by_key(const std::vector<wire::Register>& rows) {
  Rows found;
  for (const wire::Register& row : rows) found.emplace(cluster::key_of(row), row);
  return found;
}

inline bool said(const std::vector<StoreLine>& lines, LogLevel level, const std::string& text) {
  for (const StoreLine& line : lines) {
    if (line.level == level && line.text.find(text) != std::string::npos) return true;
  }
  return false;
}

}  // namespace store_test
