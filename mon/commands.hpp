// The table of all commands, and what every command takes.
#pragma once

#include <span>
#include <string_view>

#include "mon/command.hpp"

namespace merlin::mon {

// In the order of the help. Lives as long as the program.
std::span<const Command> all_commands();

// Options of every command.
std::span<const Option> common_options();

// The command of exactly that name, or null.
const Command* find_command(std::string_view name);

// The known name nearest to what was typed: by spelling ("node ad"), or by its last word ("status" for
// "node status"). Empty: none is near.
std::string_view nearest_command(std::string_view typed);

// One function a command; each in the source file of its name.
int run_node_add(const Call& call, Console& console);
int run_node_remove(const Call& call, Console& console);
int run_node_edit(const Call& call, Console& console);
int run_node_rename(const Call& call, Console& console);
int run_node_list(const Call& call, Console& console);
int run_node_show(const Call& call, Console& console);
int run_node_status(const Call& call, Console& console);
int run_node_tree(const Call& call, Console& console);
int run_node_owner(const Call& call, Console& console);
int run_node_drain(const Call& call, Console& console);
int run_node_undrain(const Call& call, Console& console);
int run_node_ctrl(const Call& call, Console& console);
int run_events(const Call& call, Console& console);
int run_start(const Call& call, Console& console);
int run_stop(const Call& call, Console& console);
int run_restart(const Call& call, Console& console);
int run_cert_show(const Call& call, Console& console);
int run_cert_push(const Call& call, Console& console);
int run_cert_fetch(const Call& call, Console& console);
int run_cert_rotate(const Call& call, Console& console);
int run_cert_introduce(const Call& call, Console& console);
int run_sshkey_push(const Call& call, Console& console);
int run_sshkey_fetch(const Call& call, Console& console);
int run_sshkey_show(const Call& call, Console& console);
int run_sshkey_accept(const Call& call, Console& console);
int run_oconf_hash(const Call& call, Console& console);
int run_oconf_files(const Call& call, Console& console);
int run_oconf_changed(const Call& call, Console& console);
int run_oconf_diff(const Call& call, Console& console);
int run_oconf_push(const Call& call, Console& console);
int run_oconf_stage(const Call& call, Console& console);
int run_oconf_activate(const Call& call, Console& console);
int run_oconf_undo(const Call& call, Console& console);
int run_oconf_renew(const Call& call, Console& console);
int run_oconf_mend(const Call& call, Console& console);
int run_oconf_drop(const Call& call, Console& console);
int run_oconf_pack(const Call& call, Console& console);
int run_oconf_fetch(const Call& call, Console& console);
int run_oconf_nodesplit(const Call& call, Console& console);
int run_oconf_history(const Call& call, Console& console);
int run_oconf_rollback(const Call& call, Console& console);
int run_sync_push(const Call& call, Console& console);
int run_sync_status(const Call& call, Console& console);
int run_sync_compare(const Call& call, Console& console);
int run_sync_put(const Call& call, Console& console);
int run_watch(const Call& call, Console& console);
int run_check_status(const Call& call, Console& console);
int run_check_node(const Call& call, Console& console);
int run_check_distribution(const Call& call, Console& console);
int run_check_latency(const Call& call, Console& console);
int run_check_exectime(const Call& call, Console& console);
int run_check_orphans(const Call& call, Console& console);
int run_check_spool(const Call& call, Console& console);
int run_check_cores(const Call& call, Console& console);
int run_log_show(const Call& call, Console& console);
int run_log_sortmerge(const Call& call, Console& console);
int run_log_fetch(const Call& call, Console& console);
int run_log_push(const Call& call, Console& console);
int run_log_mark(const Call& call, Console& console);
int run_log_give(const Call& call, Console& console);
int run_log_take(const Call& call, Console& console);
int run_completion(const Call& call, Console& console);
int run_id(const Call& call, Console& console);
int run_version(const Call& call, Console& console);

}  // namespace merlin::mon
