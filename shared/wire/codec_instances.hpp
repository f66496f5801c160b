// Explicit instantiation of encoder and decoder for one message. For the codec's own files.
#pragma once

#define MERLIN_WIRE_MESSAGE(Message)           \
  template std::string encode(const Message&); \
  template Result<Message> decode(std::string_view);
