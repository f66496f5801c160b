// The rows of `mon oconf …`, `mon sync …` and `mon watch` in the table of commands.
#include <algorithm>
#include <iterator>

#include "mon/command_parts.hpp"
#include "mon/commands.hpp"
#include "mon/fleet.hpp"

namespace merlin::mon {
namespace {

using namespace std::chrono_literals;

constexpr Millis usual_timeout = 30s;
constexpr Millis service_timeout = 120s;  // until what is restarted is up

constexpr Option json{"--json", "", "one JSON document instead of text"};
constexpr Option all{"--all", "", "all configured nodes"};
constexpr Option type{"--type", "TYPE,…", "only these: peer, poller, master"};
constexpr Option with_core{"--restart", "", "hand the checks over and restart the core too"};
constexpr Option no_restart{"--no-restart", "", "leave the core running as it is"};
constexpr Option dry_run{"--dry-run", "", "only say what would be done"};
constexpr Option resources{"--resources", "", "the core's resource_file too"};

// Its own options, and those of every command that logs in somewhere.
std::vector<Option> with_login(std::vector<Option> own) {
  std::ranges::copy(login_options(), std::back_inserter(own));
  return own;
}

}  // namespace

// What 'mon oconf push' runs on the other nodes.
std::vector<Command> configuration_steps() {
  return {
      {.name = "oconf stage",
       .summary = "take a push from standard input, and let the core here check it",
       .details = "What 'mon oconf push' runs on the other node. Nothing of the core's own changes.",
       .examples = {"mon oconf stage"},
       .timeout = usual_timeout,
       .run = run_oconf_stage},
      {.name = "oconf activate",
       .arguments = "ID",
       .summary = "put a staged push in place",
       .details = "All of its files or, whatever ends it, none of them: what is left half done is taken back by whichever mon looks next.",
       .examples = {"mon oconf activate 0123456789abcdef --restart"},
       .options = {with_core},
       .min_words = 1,
       .max_words = 1,
       .timeout = usual_timeout,
       .run = run_oconf_activate},
      {.name = "oconf undo",
       .arguments = "ID",
       .summary = "take a push back that was put in place",
       .examples = {"mon oconf undo 0123456789abcdef --restart"},
       .options = {with_core},
       .min_words = 1,
       .max_words = 1,
       .timeout = usual_timeout,
       .run = run_oconf_undo},
      {.name = "oconf renew",
       .arguments = "ID",
       .summary = "hold the lock of a push for another minute",
       .examples = {"mon oconf renew 0123456789abcdef"},
       .min_words = 1,
       .max_words = 1,
       .timeout = usual_timeout,
       .run = run_oconf_renew},
      {.name = "oconf pack",
       .summary = "our object files that differ from the list on standard input",
       .details = "What 'mon oconf fetch' runs on the other node.",
       .examples = {"mon oconf pack"},
       .timeout = usual_timeout,
       .run = run_oconf_pack},
      {.name = "oconf mend",
       .summary = "take back what a killed push has left half done",
       .details = "Every 'mon oconf' command, 'mon start' and 'mon restart' do that first, and so does the start of merlind.",
       .examples = {"mon oconf mend"},
       .timeout = usual_timeout,
       .run = run_oconf_mend},
      {.name = "oconf drop",
       .arguments = "ID",
       .summary = "end a push here: its stage and its lock go",
       .examples = {"mon oconf drop 0123456789abcdef"},
       .min_words = 1,
       .max_words = 1,
       .timeout = usual_timeout,
       .run = run_oconf_drop},
  };
}

std::vector<Command> configuration_commands() {
  return {
      {.name = "oconf push",
       .arguments = "[NAME…] [--all] [--type=TYPE,…]",
       .summary = "give our object configuration to other nodes",
       .details = "The core here checks it, what differs is sent to all, the core there checks it too; only when all agree it is put in\n"
                  "place, one node after the other, each with its checks handed over and its core restarted. Any failure takes all\n"
                  "of them back. Nodes that cannot be reached are left out: exit status 1. Our own core is restarted first where\n"
                  "it does not run yet what is pushed. A node whose configuration is newer, or was changed there as ours was here,\n"
                  "keeps it: nothing is pushed without --force. Pollers and masters have configurations of their own and are left out.",
       .examples = {"mon oconf push", "mon oconf push peer02 --dry-run"},
       .options = with_login({all,
                              type,
                              dry_run,
                              no_restart,
                              resources,
                              {"--force", "", "replace what was changed there, too"},
                              {"--if-newer", "", "only to nodes whose configuration comes before ours"},
                              json}),
       .max_words = Command::many,
       .timeout = usual_timeout,
       .run = run_oconf_push},
      {.name = "oconf fetch",
       .arguments = "[NAME…] [--all] [--type=TYPE,…]",
       .summary = "take the newer object configuration of another node",
       .details = "The newest of all nodes, or of those named. The core here checks it; ours is kept (mon oconf history); then the checks\n"
                  "of this node are handed over and its core is restarted. If it does not come up all is taken back.",
       .examples = {"mon oconf fetch", "mon oconf fetch peer02 --force"},
       .options =
           with_login({all, type, dry_run, no_restart, {"--force", "", "also what is not newer than ours; of a node that is named"}, json}),
       .max_words = Command::many,
       .timeout = usual_timeout,
       .run = run_oconf_fetch},
      {.name = "oconf history",
       .summary = "the versions of this node's object configuration, the newest first",
       .details = "Number, when and by which node it was made, its digest, and whether its files are kept here: those of the last 10.",
       .examples = {"mon oconf history"},
       .options = {json},
       .timeout = usual_timeout,
       .run = run_oconf_history},
      {.name = "oconf rollback",
       .arguments = "[VERSION]",
       .summary = "put a version that is kept in place again",
       .details = "The one before the present one, or that of this number or digest. The core checks it first, and is restarted with it.\n"
                  "It becomes a new version: 'mon oconf push' gives it to the others.",
       .examples = {"mon oconf rollback", "mon oconf rollback 12 && mon oconf push"},
       .options = {no_restart, json},
       .max_words = 1,
       .timeout = usual_timeout,
       .run = run_oconf_rollback},
      {.name = "oconf hash",
       .summary = "one digest of this node's object configuration",
       .details = "SHA-256 over a line 'DIGEST PATH' for each file that the core's main file names by cfg_file and cfg_dir.",
       .examples = {"mon oconf hash", "mon node ctrl --self -- mon oconf hash"},
       .options = {json},
       .timeout = usual_timeout,
       .run = run_oconf_hash},
      {.name = "oconf files",
       .summary = "the files that the digest covers",
       .examples = {"mon oconf files"},
       .options = {resources, json},
       .timeout = usual_timeout,
       .run = run_oconf_files},
      {.name = "oconf changed",
       .summary = "when one of these files was changed last",
       .examples = {"mon oconf changed"},
       .options = {json},
       .timeout = usual_timeout,
       .run = run_oconf_changed},
      {.name = "oconf diff",
       .arguments = "NAME",
       .summary = "which files differ from those of another node",
       .examples = {"mon oconf diff peer02"},
       .options = with_login({json}),
       .min_words = 1,
       .max_words = 1,
       .timeout = usual_timeout,
       .run = run_oconf_diff},
      {.name = "oconf nodesplit",
       .summary = "the pollers' parts of the object configuration: not in this version",
       .details = "Says so, and does nothing. 'mon oconf push' leaves pollers out.",
       .examples = {"mon oconf nodesplit"},
       .timeout = usual_timeout,
       .run = run_oconf_nodesplit},
  };
}

std::vector<Command> sync_commands() {
  return {
      {.name = "sync push",
       .arguments = "[NAME…] [--all] [--type=TYPE,…]",
       .summary = "give the files and folders of the sync { } blocks to other nodes",
       .details = "Owner, mode and time are kept, each file is replaced in one step, and what is equal is not sent. Devices, links that\n"
                  "lead out of their folder, and a folder where a file shall be are refused: then nothing of that node's block is sent.\n"
                  "With delete = yes what is not here is removed there; restart = COMMAND runs there after a change.",
       .examples = {"mon sync push", "mon sync push peer02 --dry-run"},
       .options = with_login({all, type, dry_run, json}),
       .max_words = Command::many,
       .timeout = usual_timeout,
       .run = run_sync_push},
      {.name = "sync status",
       .arguments = "[NAME…] [--all] [--type=TYPE,…]",
       .summary = "what of the sync { } blocks differs on other nodes",
       .examples = {"mon sync status"},
       .options = with_login({all, type, json}),
       .max_words = Command::many,
       .timeout = usual_timeout,
       .run = run_sync_status},
      {.name = "watch",
       .summary = "push by itself what merlin.conf says",
       .details =
           "What merlind starts beside itself, as root: with daemon { object_config { auto = push } } our object configuration once\n"
           "our core runs it, and each sync { } block with watch = yes after a change. Ends with its standard input, where that\n"
           "is a pipe. What it does is in the system's log.",
       .examples = {"mon watch"},
       .timeout = usual_timeout,
       .run = run_watch},
      {.name = "sync compare",
       .summary = "what differs here from the files that standard input names",
       .details = "What 'mon sync push' runs on the other node first. Nothing is changed.",
       .examples = {"mon sync compare"},
       .timeout = usual_timeout,
       .run = run_sync_compare},
      {.name = "sync put",
       .summary = "take files from standard input",
       .details = "What 'mon sync push' runs on the other node then.",
       .examples = {"mon sync put"},
       .timeout = service_timeout,
       .run = run_sync_put},
  };
}

}  // namespace merlin::mon
