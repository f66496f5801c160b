// mon oconf history and rollback
#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>

#include "mon/cli/options.hpp"
#include "mon/cli/text_table.hpp"
#include "mon/oconf/here.hpp"
#include "mon/oconf/loaded.hpp"

namespace merlin::mon {
namespace {

using nlohmann::ordered_json;
using oconf::Version;

std::string time_text(std::int64_t time_s) { return fmt::format("{:%Y-%m-%d %H:%M:%S}", fmt::localtime(static_cast<std::time_t>(time_s))); }

// Including the present version, recorded or not.
oconf::History all_versions(const ConfigurationHere& here) {
  const auto lineage = here.stage.lineage(here.manifest);
  return oconf::with(lineage.history, lineage.now);
}

bool is_meant(const Version& version, const std::string& word) {
  std::uint64_t counter = 0;
  const auto [end, fault] = std::from_chars(word.data(), word.data() + word.size(), counter);
  const bool is_number = fault == std::errc{} && end == word.data() + word.size();
  return (is_number && counter == version.counter) || (word.size() >= 6 && version.digest.starts_with(word));
}

std::string listed(const Version& version) { return fmt::format("{} ({})", oconf::short_digest(version.digest), oconf::name_of(version)); }

// The newest before the present one that is kept.
Result<Version> previous_version(const ConfigurationHere& here) {
  const auto versions = all_versions(here);
  const std::string present = oconf::digest_of(here.manifest);
  for (auto version = versions.rbegin(); version != versions.rend(); ++version) {
    if (version->digest != present && here.stage.archive().has(version->digest)) return *version;
  }
  return Error{"no previous version is kept", here.config.node_name, "a push or fetch keeps the version that it replaces"};
}

Result<Version> wanted_version(const ConfigurationHere& here, const std::string& word) {
  if (word.empty()) return previous_version(here);
  std::vector<Version> meant;
  for (const Version& version : all_versions(here)) {
    const bool is_new = std::ranges::find(meant, version.digest, &Version::digest) == meant.end();
    if (is_meant(version, word) && is_new) meant.push_back(version);
  }
  if (meant.empty()) return Error{"no such version", word, "mon oconf history lists them"};
  if (meant.size() > 1) {
    std::vector<std::string> names;
    for (const Version& version : meant) names.push_back(listed(version));
    return Error{"several versions match", word, fmt::format("give the digest of one: {}", fmt::join(names, ", "))};
  }
  if (meant.front().digest == oconf::digest_of(here.manifest))
    return Error{"is the version in place", word, "mon oconf history lists the others"};
  return meant.front();
}

Result<oconf::Package> package_of(const ConfigurationHere& here, const Version& version) {
  const auto wanted = here.stage.archive().kept(version.digest);
  if (!wanted) return wanted.error();
  const auto found = oconf::difference(*wanted, here.manifest);
  auto files = oconf::packed_files(*wanted, found, [&](const auto& file) { return here.stage.archive().content(file); });
  if (!files) return files.error();
  const auto present = all_versions(here);
  const Version made{present.back().counter + 1, version.digest, here.config.node_name,
                     std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch()).count()};
  return oconf::Package{oconf::new_push_id(), here.config.node_name, std::move(*files), found.removed, oconf::with(present, made)};
}

Outcome<int> run_oconf_history(const Call& call, Console& console) {
  const auto here = configuration_here(call);
  if (!here) return here.failure();
  const auto versions = all_versions(*here);
  const bool is_edited = oconf::edited_at(here->manifest.main.path).has_value();
  if (call.json()) {
    ordered_json list = oconf::document_of(versions);
    for (std::size_t i = 0; i < versions.size(); ++i) {
      list[i]["kept"] = here->stage.archive().has(versions[i].digest);
      list[i]["present"] = i + 1 == versions.size();
    }
    console.print({{"versions", std::move(list)}, {"loaded", !is_edited}});
    return kAllWell;
  }
  const char* in_place = is_edited ? "in place, not loaded by the core" : "in place";
  for (auto version = versions.rbegin(); version != versions.rend(); ++version) {
    const bool is_present = version == versions.rbegin();
    const char* note = is_present ? in_place : here->stage.archive().has(version->digest) ? "kept" : "";
    console.out << fmt::format("{:>5}  {}  {}  {:<20} {}\n", version->counter, time_text(version->time_s),
                               oconf::short_digest(version->digest), plain(version->author), note);
  }
  return kAllWell;
}

Outcome<int> run_oconf_rollback(const Call& call, Console& console) {
  auto here = configuration_here(call);
  if (!here) return here.failure();
  const auto version = wanted_version(*here, call.words.empty() ? "" : call.words.front());
  const auto package = version ? package_of(*here, *version) : Result<oconf::Package>(version.error());
  const auto done =
      package ? install_package(call, *here, *package, call.has("--no-restart") ? Restart::no : Restart::yes) : Result<>(package.error());
  if (!done) return done.error();
  if (call.json()) {
    console.print({{"version", oconf::document_of(package->history.back())}});
    return kAllWell;
  }
  console.out << fmt::format("version {} is in place again, as version {}\n", oconf::name_of(*version), package->history.back().counter);
  return kAllWell;
}

}  // namespace

namespace commands {

extern const Command kOconfHistory{
    .name = "oconf history",
    .section = Section::object_configuration,
    .summary = "list the versions of this node's object configuration, the newest first",
    .details = "Shows number, time, node and digest of each version, and whether its files are kept here (those of the last 10 are).",
    .examples = {"mon oconf history"},
    .options = {options::kJson},
    .run = run_oconf_history,
};

extern const Command kOconfRollback{
    .name = "oconf rollback",
    .section = Section::object_configuration,
    .arguments = "[VERSION]",
    .summary = "restore a kept version",
    .details =
        "Restores the previous version, or the one with this number or digest. The core checks it first, and is restarted.\n"
        "It becomes a new version, which 'mon oconf push' copies to the other nodes.",
    .examples = {"mon oconf rollback", "mon oconf rollback 12 && mon oconf push"},
    .options = {options::kNoRestart, options::kJson},
    .max_words = 1,
    .run = run_oconf_rollback,
};

}  // namespace commands

}  // namespace merlin::mon
