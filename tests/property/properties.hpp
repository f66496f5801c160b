// rapidcheck within Boost.Test: a property that does not hold fails the test and prints the smallest counterexample.
#pragma once

#include <rapidcheck.h>

#include <boost/test/unit_test.hpp>
#include <cstdint>
#include <string>
#include <vector>

#include "shared/base/ids.hpp"

namespace merlin::property {

template <class Property>
void check(const std::string& what, Property property) {
  BOOST_CHECK_MESSAGE(rc::check(what, property), what);
}

// `number` makes ids different from each other and from the empty one, even when shrinking has made everything else zero.
inline NodeId any_id(std::size_t number = 0) {
  NodeId id;
  auto drawn = *rc::gen::arbitrary<std::uint64_t>();
  for (std::size_t byte = 0; byte < sizeof drawn; ++byte, drawn >>= 8) id.bytes[byte] = static_cast<std::uint8_t>(drawn);
  id.bytes.back() = static_cast<std::uint8_t>(number + 1);
  return id;
}

inline std::vector<NodeId> any_ids(std::size_t count) {
  std::vector<NodeId> ids;
  while (ids.size() < count) ids.push_back(any_id(ids.size()));
  return ids;
}

}  // namespace merlin::property
