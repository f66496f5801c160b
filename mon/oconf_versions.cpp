// mon oconf history and rollback
#include <fmt/chrono.h>
#include <fmt/format.h>

#include <charconv>
#include <nlohmann/json.hpp>

#include "mon/commands.hpp"
#include "mon/oconf_here.hpp"
#include "mon/text_table.hpp"

namespace merlin::mon {
namespace {

using nlohmann::ordered_json;
using oconf::Version;

constexpr std::size_t shown_digits = 12;  // of a digest

std::string time_text(std::int64_t time_s) { return fmt::format("{:%Y-%m-%d %H:%M:%S}", fmt::localtime(static_cast<std::time_t>(time_s))); }

// With what is in place, whether somebody has recorded it or not.
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

// The one that was asked for, else the newest before the present one that is kept.
Result<Version> wanted_version(const ConfigurationHere& here, const std::string& word) {
  const auto versions = all_versions(here);
  const std::string present = oconf::digest_of(here.manifest);
  for (auto version = versions.rbegin(); version != versions.rend(); ++version) {
    const bool is_it = word.empty() ? version->digest != present && here.stage.archive().has(version->digest) : is_meant(*version, word);
    if (!is_it) continue;
    if (version->digest == present) return Error{"is what is in place", word, "mon oconf history names the others"};
    return *version;
  }
  if (word.empty())
    return Error{"no version before the present one is kept", here.config.node_name, "a push or fetch keeps what it replaces"};
  return Error{"no such version", word, "mon oconf history names them"};
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

}  // namespace

int run_oconf_history(const Call& call, Console& console) {
  const auto here = configuration_here(call, console);
  if (!here) return failed;
  const auto versions = all_versions(*here);
  if (call.json()) {
    ordered_json list = oconf::document_of(versions);
    for (std::size_t i = 0; i < versions.size(); ++i) {
      list[i]["kept"] = here->stage.archive().has(versions[i].digest);
      list[i]["present"] = i + 1 == versions.size();
    }
    console.print({{"versions", std::move(list)}});
    return all_well;
  }
  for (auto version = versions.rbegin(); version != versions.rend(); ++version) {
    const bool is_present = version == versions.rbegin();
    const char* note = is_present ? "in place" : here->stage.archive().has(version->digest) ? "kept" : "";
    console.out << fmt::format("{:>5}  {}  {}  {:<20} {}\n", version->counter, time_text(version->time_s),
                               version->digest.substr(0, shown_digits), plain(version->author), note);
  }
  return all_well;
}

int run_oconf_rollback(const Call& call, Console& console) {
  auto here = configuration_here(call, console);
  if (!here) return failed;
  const auto version = wanted_version(*here, call.words.empty() ? "" : call.words.front());
  const auto package = version ? package_of(*here, *version) : Result<oconf::Package>(version.error());
  const auto done =
      package ? install_package(call, *here, *package, call.has("--no-restart") ? Restart::no : Restart::yes) : Result<>(package.error());
  if (!done) {
    console.error(done.error());
    return failed;
  }
  if (call.json()) {
    console.print({{"version", oconf::document_of(package->history.back())}});
    return all_well;
  }
  console.out << fmt::format("version {} is in place again, as version {}\n", oconf::name_of(*version), package->history.back().counter);
  return all_well;
}

}  // namespace merlin::mon
