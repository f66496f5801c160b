// One sample of each message, every field set, no two alike: written by member name here and by field name in
// golden/NAME.txt, so that the two must agree.
#pragma once

#include "shared/wire/messages.hpp"

namespace merlin::wire::test {

template <class Message>
const Message& sample();

}  // namespace merlin::wire::test
