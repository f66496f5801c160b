// Any bytes as merlin.conf: loading never crashes and stays bounded, a file is refused exactly if it has
// errors, and an edit of a file that parses is read back as intended.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "shared/base/assert.hpp"
#include "shared/config/edit.hpp"
#include "shared/config/load.hpp"
#include "shared/config/syntax.hpp"

namespace {

using namespace merlin;
using namespace merlin::config;

// No file except the given one: includes find nothing.
class NoFiles : public Sources {
 public:
  Result<std::string> read(const std::string& path) override { return Error{"there is no such file", path, ""}; }
  std::vector<std::string> match(const std::string& pattern) override { return {pattern}; }
  std::string identity(const std::string& path) override { return path; }
  std::string host_name() override { return "fuzz"; }
};

const std::string* last_value(const Block& block, std::string_view key) {
  const std::string* found = nullptr;
  for (const Entry& entry : block.entries) {
    if (entry.key.text == key && entry.value) found = &entry.value->text;
  }
  return found;
}

void check_set_key(std::string_view text, std::string_view value) {
  const Result<std::string> written = written_value(value);
  const Result<std::string> edited = set_key(text, {}, "cluster", value);
  MERLIN_ASSERT(edited.ok() == written.ok());
  if (!edited) return;
  Document document = parse(*edited);
  MERLIN_ASSERT(document.errors.empty());
  const std::string* read = last_value(document.root, "cluster");
  MERLIN_ASSERT(read != nullptr && *read == value);
}

void check_blocks(std::string_view text) {
  const BlockPath path{{"peer", "fuzzed-in"}};
  const Result<std::string> added = add_block(text, {}, path[0], {{"address", "10.0.0.1"}});
  if (!added) return;
  MERLIN_ASSERT(added->compare(0, text.size(), text) == 0);
  const Result<std::string> renamed = rename_block(*added, path, "other-name");
  if (renamed) MERLIN_ASSERT(*rename_block(*renamed, {{"", "other-name"}}, "fuzzed-in") == *added);
  const Result<std::string> removed = remove_block(*added, path);
  MERLIN_ASSERT(removed.ok());
  MERLIN_ASSERT(parse(*removed).errors.empty());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  NoFiles sources;
  const LoadResult loaded = load_text(text, "fuzz.conf", sources);
  MERLIN_ASSERT(loaded.ok() == loaded.errors.empty());
  MERLIN_ASSERT(loaded.errors.size() <= kMaxErrors + 1);
  if (!parse(text).errors.empty()) return 0;
  check_set_key(text, text.substr(0, size < 24 ? size : 24));
  check_blocks(text);
  return 0;
}
