#include "mon/cli/commands.hpp"

#include <algorithm>
#include <iterator>

#include "shared/config/nearest.hpp"

namespace merlin::mon {

namespace commands {

extern const Command kCertFetch, kCertIntroduce, kCertPush, kCertRotate, kCertShow, kCheckCores, kCheckDistribution, kCheckExectime,
    kCheckLatency, kCheckNode, kCheckOrphans, kCheckSpool, kCheckStatus, kCompletion, kConfigCheck, kConfigShow, kEvents, kId, kLogFetch,
    kLogGive, kLogMark, kLogPush, kLogShow, kLogSortmerge, kLogTake, kNodeAdd, kNodeApply, kNodeCtrl, kNodeDrain, kNodeEdit, kNodeList,
    kNodeOwner, kNodeRemove, kNodeRename, kNodeRestart, kNodeShow, kNodeStatus, kNodeTree, kNodeUndrain, kObjectForget, kObjectNames,
    kOconfActivate, kOconfChanged, kOconfDiff, kOconfDrop, kOconfFetch, kOconfFiles, kOconfHash, kOconfHistory, kOconfMend, kOconfPack,
    kOconfPush, kOconfRenew, kOconfRollback, kOconfStage, kOconfUndo, kRestart, kSshkeyAccept, kSshkeyFetch, kSshkeyForget, kSshkeyHosts,
    kSshkeyPush, kSshkeyServe, kSshkeyShow, kStart, kStop, kSyncCompare, kSyncPush, kSyncPut, kSyncStatus, kVersion, kWatch;

}  // namespace commands

namespace {

constexpr const Command* kTable[] = {
    &commands::kCertFetch,         &commands::kCertIntroduce, &commands::kCertPush,
    &commands::kCertRotate,        &commands::kCertShow,      &commands::kCheckCores,
    &commands::kCheckDistribution, &commands::kCheckExectime, &commands::kCheckLatency,
    &commands::kCheckNode,         &commands::kCheckOrphans,  &commands::kCheckSpool,
    &commands::kCheckStatus,       &commands::kCompletion,    &commands::kConfigCheck,
    &commands::kConfigShow,        &commands::kEvents,        &commands::kId,
    &commands::kLogFetch,          &commands::kLogGive,       &commands::kLogMark,
    &commands::kLogPush,           &commands::kLogShow,       &commands::kLogSortmerge,
    &commands::kLogTake,           &commands::kNodeAdd,       &commands::kNodeApply,
    &commands::kNodeCtrl,          &commands::kNodeDrain,     &commands::kNodeEdit,
    &commands::kNodeList,          &commands::kNodeOwner,     &commands::kNodeRemove,
    &commands::kNodeRename,        &commands::kNodeRestart,   &commands::kNodeShow,
    &commands::kNodeStatus,        &commands::kNodeTree,      &commands::kNodeUndrain,
    &commands::kObjectForget,      &commands::kObjectNames,   &commands::kOconfActivate,
    &commands::kOconfChanged,      &commands::kOconfDiff,     &commands::kOconfDrop,
    &commands::kOconfFetch,        &commands::kOconfFiles,    &commands::kOconfHash,
    &commands::kOconfHistory,      &commands::kOconfMend,     &commands::kOconfPack,
    &commands::kOconfPush,         &commands::kOconfRenew,    &commands::kOconfRollback,
    &commands::kOconfStage,        &commands::kOconfUndo,     &commands::kRestart,
    &commands::kSshkeyAccept,      &commands::kSshkeyFetch,   &commands::kSshkeyForget,
    &commands::kSshkeyHosts,       &commands::kSshkeyPush,    &commands::kSshkeyServe,
    &commands::kSshkeyShow,        &commands::kStart,         &commands::kStop,
    &commands::kSyncCompare,       &commands::kSyncPush,      &commands::kSyncPut,
    &commands::kSyncStatus,        &commands::kVersion,       &commands::kWatch,
};

constexpr Option kCommon[] = {
    {"--config", "FILE", "merlin.conf to use (default: $MERLIN_CONF, otherwise /etc/merlin/merlin.conf)"},
    {"--timeout", "TIME", "time limit: 30, 30s, 500ms, 2m"},
    {"--help", "", "show this text"},
};

std::string_view last_word(std::string_view name) { return name.substr(name.rfind(' ') + 1); }

// The command with this last word, or empty. If there are several, the one of the first section: "status" is "node status".
std::string_view by_last_word(std::string_view word) {
  const Command* first = nullptr;
  for (const Command* command : all_commands()) {
    if (last_word(command->name) == word && (first == nullptr || command->section < first->section)) first = command;
  }
  return first == nullptr ? std::string_view{} : first->name;
}

}  // namespace

std::span<const Command* const> all_commands() { return kTable; }

std::vector<const Command*> usual_commands() {
  std::vector<const Command*> usual;
  std::ranges::copy_if(all_commands(), std::back_inserter(usual), [](const Command* command) { return !command->is_plumbing; });
  return usual;
}

std::span<const Option> common_options() { return kCommon; }

const Command* find_command(std::string_view name) {
  const auto found = std::ranges::find(all_commands(), name, &Command::name);
  return found == all_commands().end() ? nullptr : *found;
}

std::string_view nearest_command(std::string_view typed) {
  if (const auto same_word = by_last_word(typed); !same_word.empty()) return same_word;
  std::vector<std::string_view> names;
  std::vector<std::string_view> words;
  for (const Command* command : all_commands()) {
    names.push_back(command->name);
    words.push_back(last_word(command->name));
  }
  if (const auto near = config::nearest(typed, names)) return *near;
  const auto near_word = config::nearest(typed, words);
  return near_word ? by_last_word(*near_word) : std::string_view{};
}

}  // namespace merlin::mon
