#include "daemon/node_book.hpp"

#include <algorithm>
#include <fstream>
#include <sstream>

#include "shared/config/replace_file.hpp"

namespace merlin::daemon {
namespace {

constexpr std::string_view kPrefix = "SHA256:";
constexpr std::size_t kMaxLoaded = 1024;  // lines
constexpr std::size_t kMaxFileBytes = 128 * kMaxLoaded;

}  // namespace

std::string prefixed_fingerprint(std::string_view digits) { return std::string(kPrefix).append(digits); }

wire::NodeType wire_type(config::NodeType type) {
  switch (type) {
    case config::NodeType::poller:
      return wire::NodeType::poller;
    case config::NodeType::master:
      return wire::NodeType::master;
    case config::NodeType::peer:
      break;
  }
  return wire::NodeType::peer;
}

void NodeBook::set_config(const config::Config& config) {
  blocks_ = config.nodes;
  modules_.clear();
  for (const std::string& digits : config.module.fingerprints) modules_.insert(prefixed_fingerprint(digits));
  by_fingerprint_.clear();
  for (std::size_t i = 0; i < blocks_.size(); ++i) {
    for (const std::string& digits : blocks_[i].fingerprints) by_fingerprint_.emplace(prefixed_fingerprint(digits), i);
  }
  std::erase_if(known_, [&](const auto& entry) { return !by_fingerprint_.contains(entry.first); });
}

const config::NodeConfig* NodeBook::block_of(std::string_view fingerprint) const {
  const auto found = by_fingerprint_.find(fingerprint);
  return found == by_fingerprint_.end() ? nullptr : &blocks_[found->second];
}

bool NodeBook::block_trusts(std::string_view block, std::string_view fingerprint) const {
  const config::NodeConfig* owner = block_of(fingerprint);
  return owner != nullptr && owner->name == block;
}

bool NodeBook::learn(const std::string& fingerprint, const NodeId& id) {
  const config::NodeConfig* block = block_of(fingerprint);
  if (block == nullptr || id.empty()) return false;
  const NodeId before = id_of(block->name);
  Known& known = known_[fingerprint];
  const bool news = known.id != id || before != id;
  known = {id, ++learned_};
  return news;
}

NodeId NodeBook::id_of(std::string_view block) const {
  const Known* last = nullptr;
  for (const auto& [fingerprint, known] : known_) {
    if (!block_trusts(block, fingerprint)) continue;
    if (last == nullptr || known.when >= last->when) last = &known;
  }
  return last == nullptr ? NodeId{} : last->id;
}

const config::NodeConfig* NodeBook::block_of(const NodeId& id) const {
  if (id.empty()) return nullptr;
  for (const config::NodeConfig& block : blocks_) {
    if (id_of(block.name) == id) return &block;
  }
  return nullptr;
}

Caller NodeBook::caller(const std::string& fingerprint, const NodeId& certificate_id) const {
  Caller caller;
  caller.certificate_id = certificate_id;
  const config::NodeConfig* block = block_of(fingerprint);
  if (block == nullptr) return caller;
  caller.block = block->name;
  caller.type = wire_type(block->type);
  const config::NodeConfig* other = block_of(certificate_id);
  if (other != nullptr && other != block) caller.also_block = other->name;
  return caller;
}

void NodeBook::load(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string text(kMaxFileBytes, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(std::max<std::streamsize>(0, file.gcount())));
  read(text);
}

void NodeBook::read(std::string_view lines) {
  std::istringstream words{std::string(lines)};
  std::string fingerprint;
  std::string hex;
  for (std::size_t line = 0; line < kMaxLoaded && words >> fingerprint >> hex; ++line) {
    const auto id = NodeId::from_hex(hex);
    if (id && by_fingerprint_.contains(fingerprint)) known_[fingerprint] = {*id, ++learned_};
  }
}

Result<> NodeBook::save(const std::string& path) const { return config::replace_file_atomically(path, text()); }

std::string NodeBook::text() const {
  // In the order in which they were learned, so that the last one of a block is the last again.
  std::map<std::uint64_t, std::string> lines;
  for (const auto& [fingerprint, known] : known_) lines[known.when] = fingerprint + " " + known.id.hex() + "\n";
  std::string all;
  for (const auto& [when, line] : lines) all += line;
  return all;
}

}  // namespace merlin::daemon
