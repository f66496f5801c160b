#include "mon/oconf/text_diff.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include "mon/cli/console.hpp"
#include "mon/cli/memory_file.hpp"
#include "mon/ssh/job.hpp"
#include "mon/ssh/quoting.hpp"

namespace merlin::mon::oconf {
namespace {

constexpr int kDiffers = 1;  // the status of diff; a greater one is an error

// Without control characters, but with tabs.
std::string shown_line(std::string_view line) {
  std::string text;
  for (std::size_t tab = line.find('\t'); tab != std::string_view::npos; tab = line.find('\t')) {
    text += plain(line.substr(0, tab)) + '\t';
    line.remove_prefix(tab + 1);
  }
  return text + plain(line);
}

std::string shown(std::string_view text) {
  std::string lines;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    lines += shown_line(text.substr(0, end)) + '\n';
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return lines;
}

std::string path_of(const net::Fd& file) { return fmt::format("/proc/{}/fd/{}", ::getpid(), file.get()); }

}  // namespace

Result<std::string> unified_diff(const NamedText& before, const NamedText& after, const ssh::Interrupt& interrupt) {
  if (before.text == after.text) return std::string();
  const net::Fd first = memory_file(before.text);
  const net::Fd second = memory_file(after.text);
  if (!first || !second) return Error{"no memory to compare them", after.name, ""};
  std::string output;
  std::string complaint;
  const ssh::Job job{"LC_ALL=C exec " + ssh::command_line({"diff", "--text", "--unified", "--label", plain(before.name), "--label",
                                                           plain(after.name), path_of(first), path_of(second)}),
                     -1, [&](ssh::Stream stream, std::string_view bytes) { (stream == ssh::Stream::out ? output : complaint) += bytes; }};
  const auto ended = ssh::run_here(job, interrupt);
  if (!ended) return ended.error();
  if (ended->status > kDiffers) return Error{fmt::format("diff failed: {}", plain(complaint)), after.name, "install diffutils"};
  return shown(output);
}

}  // namespace merlin::mon::oconf
