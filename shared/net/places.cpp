#include "shared/net/places.hpp"

#include <algorithm>
#include <iterator>

namespace merlin::net {

void Places::trust(Number number) {
  const std::string host = taken_.at(number).host;
  std::erase(trusted_, host);
  trusted_.push_back(host);
  if (trusted_.size() > kMostTrusted) trusted_.pop_front();
}

std::optional<Places::Number> Places::displaced_by(const SocketAddress& from, const std::function<bool(Number)>& is_silent) {
  const Source source = source_of(from);
  std::vector<Number> of_source;
  std::vector<Number> of_group;
  for (const auto& [number, other] : taken_) {
    if (other.source == source) of_source.push_back(number);
    if (other.source.is_known == source.is_known) of_group.push_back(number);
  }
  const bool source_is_full = of_source.size() >= limits_.per_source;
  if (!source_is_full && of_group.size() < (source.is_known ? limits_.known : limits_.strangers)) return std::nullopt;
  const std::vector<Number>& candidates = source_is_full ? of_source : of_group;
  std::vector<Number> silent;
  std::ranges::copy_if(candidates, std::back_inserter(silent), is_silent);
  return one_of(silent.empty() ? candidates : silent);
}

void Places::add(Number number, const SocketAddress& from) { taken_[number] = {source_of(from), from.host()}; }

Places::Source Places::source_of(const SocketAddress& from) const {
  const std::string host = from.host();
  const bool is_known = known_.contains(host) || std::ranges::find(trusted_, host) != trusted_.end();
  return {is_known, is_known ? host : from.network()};
}

std::optional<Places::Number> Places::one_of(const std::vector<Number>& numbers) {
  if (numbers.empty()) return std::nullopt;
  return numbers[std::uniform_int_distribution<std::size_t>(0, numbers.size() - 1)(random_)];
}

}  // namespace merlin::net
