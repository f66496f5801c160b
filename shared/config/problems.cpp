#include "shared/config/problems.hpp"

namespace merlin::config {
namespace {

constexpr std::size_t kLongestQuote = 80;

}  // namespace

void Problems::add(Error error) {
  if (kept_.size() < kMaxErrors) {
    kept_.push_back(std::move(error));
  } else {
    ++left_out_;
  }
}

std::vector<Error> Problems::take() {
  std::vector<Error> all = std::move(kept_);
  if (left_out_ > 0) all.push_back({"and " + std::to_string(left_out_) + " more errors", "", ""});
  kept_.clear();
  left_out_ = 0;
  return all;
}

std::string quoted(std::string_view text) {
  std::string shown = "'";
  for (char c : text.substr(0, kLongestQuote)) {
    const bool control = static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
    shown += control ? '?' : c;
  }
  return shown + (text.size() > kLongestQuote ? "...'" : "'");
}

}  // namespace merlin::config
