// The codec speaks merlin.proto: judged by protoc, which knows nothing of our code.
#include <rapidcheck.h>

#include <boost/test/unit_test.hpp>
#include <map>
#include <ostream>
#include <protozero/pbf_reader.hpp>
#include <regex>
#include <set>

#include "codec_dump.hpp"
#include "codec_generator.hpp"
#include "codec_messages.hpp"
#include "codec_protoc.hpp"
#include "codec_samples.hpp"
#include "wire/codec.hpp"
#include "wire/codec_fields_core.hpp"
#include "wire/codec_fields_link.hpp"
#include "wire/codec_fields_state.hpp"

namespace merlin::wire::test {
namespace {

// A field as merlin.proto declares it, numbers as in FieldDescriptorProto.
struct Declared {
  std::uint32_t type = 0;
  bool repeated = false;
  bool optional = false;
  std::uint32_t greatest = 0;  // of an enum

  bool operator==(const Declared&) const = default;
  friend std::ostream& operator<<(std::ostream& out, const Declared& d) {
    return out << "type " << d.type << (d.repeated ? " repeated" : "") << (d.optional ? " optional" : "") << " up to " << d.greatest;
  }
};
using Fields = std::map<FieldNumber, Declared>;

enum DescriptorType : std::uint32_t {
  kDouble = 1,
  kUint64 = 4,
  kFixed64 = 6,
  kBool = 8,
  kString = 9,
  kMessage = 11,
  kBytes = 12,
  kUint32 = 13,
  kEnum = 14,
  kSint32 = 17,
  kSint64 = 18,
};

class Describe {
 public:
  template <class T>
  void operator()(FieldNumber number, T&) {
    found[number] = declared<T>();
  }
  void fixed(FieldNumber number, std::uint64_t&) { found[number] = {.type = kFixed64}; }
  template <class T>
  void at_most_one(FieldNumber number, std::vector<T>&) {
    found[number] = {.type = kMessage};
  }

  Fields found;

 private:
  template <class T>
  static Declared declared() {
    if constexpr (requires(T t) {
                    t.push_back({});
                    t.reserve(1);
                  } &&
                  !std::is_same_v<T, std::string>) {
      Declared field = declared<typename T::value_type>();
      if (field.type == kUint64) field.type = kFixed64;
      field.repeated = true;
      return field;
    } else if constexpr (requires(T t) { t.has_value(); }) {
      Declared field = declared<typename T::value_type>();
      field.optional = true;
      return field;
    } else if constexpr (std::is_enum_v<T>) {
      return {.type = kEnum, .greatest = static_cast<std::uint32_t>(greatest(T{}))};
    } else if constexpr (std::is_same_v<T, bool>) {
      return {.type = kBool};
    } else if constexpr (std::is_same_v<T, std::uint32_t>) {
      return {.type = kUint32};
    } else if constexpr (std::is_same_v<T, std::uint64_t>) {
      return {.type = kUint64};
    } else if constexpr (std::is_same_v<T, std::int32_t>) {
      return {.type = kSint32};
    } else if constexpr (std::is_same_v<T, std::int64_t>) {
      return {.type = kSint64};
    } else if constexpr (std::is_same_v<T, double>) {
      return {.type = kDouble};
    } else if constexpr (std::is_same_v<T, std::string> || std::is_same_v<T, NodeId>) {
      return {.type = kBytes};  // string or bytes: the same on the wire
    } else {
      return {.type = kMessage};
    }
  }
};

// merlin.proto as protoc understands it.
class Contract {
 public:
  explicit Contract(const std::string& descriptor_set) {
    protozero::pbf_reader set(descriptor_set);
    set.next(1);
    const protozero::pbf_reader file = set.get_message();
    for (auto in = file; in.next(5);) read_enum(in.get_message());
    for (auto in = file; in.next(4);) read_message(in.get_message());
  }
  std::map<std::string, Fields> messages;

 private:
  void read_enum(protozero::pbf_reader in) {
    std::string name;
    std::uint32_t last = 0;
    while (in.next()) {
      if (in.tag() == 1) {
        name = in.get_string();
      } else if (in.tag() == 2) {
        auto value = in.get_message();
        value.next(2);
        last = std::max(last, static_cast<std::uint32_t>(value.get_int32()));
      } else {
        in.skip();
      }
    }
    enums_[".merlin." + name] = last;
  }

  void read_message(protozero::pbf_reader in) {
    std::string name;
    Fields fields;
    while (in.next()) {
      if (in.tag() == 1) {
        name = in.get_string();
      } else if (in.tag() == 2) {
        fields.insert(read_field(in.get_message()));
      } else {
        in.skip();
      }
    }
    messages[name] = fields;
  }

  Fields::value_type read_field(protozero::pbf_reader in) const {
    FieldNumber number = 0;
    Declared field;
    while (in.next()) {
      switch (in.tag()) {
        case 3:
          number = in.get_uint32();
          break;
        case 4:
          field.repeated = in.get_enum() == 3;
          break;
        case 5:
          field.type = static_cast<std::uint32_t>(in.get_enum());
          break;
        case 6: {
          const auto known = enums_.find(in.get_string());
          if (known != enums_.end()) field.greatest = known->second;
          break;
        }
        case 17:
          field.optional = in.get_bool();
          break;
        default:
          in.skip();
      }
    }
    if (field.type == kString) field.type = kBytes;
    return {number, field};
  }

  std::map<std::string, std::uint32_t> enums_;
};

std::string golden_text(std::string_view name) { return read_file(MERLIN_SOURCE_DIR "/tests/unit/golden/" + std::string(name) + ".txt"); }

// "Frame type N" above each message of merlin.proto.
std::map<std::string, int> documented_types() {
  const std::string proto = read_file(MERLIN_SOURCE_DIR "/shared/wire/merlin.proto");
  const std::regex pattern(R"(// Frame type (\d+)[^\n]*\n(?:// [^\n]*\n)*message (\w+))");
  std::map<std::string, int> types;
  for (std::sregex_iterator at(proto.begin(), proto.end(), pattern), end; at != end; ++at) types[(*at)[2]] = std::stoi((*at)[1]);
  return types;
}

}  // namespace

BOOST_AUTO_TEST_CASE(the_codec_describes_the_fields_that_the_contract_declares) {
  const Contract contract(Protoc().descriptors());
  std::set<std::string> described;
  for_each_message([&]<class Message>(Named<Message> named) {
    BOOST_TEST_CONTEXT(named.name) {
      described.emplace(named.name);
      const auto declared = contract.messages.find(std::string(named.name));
      BOOST_TEST_REQUIRE((declared != contract.messages.end()));
      Describe description;
      Message message;
      fields(description, message);
      BOOST_TEST(description.found.size() == declared->second.size());
      for (const auto& [number, field] : declared->second)
        BOOST_TEST(description.found[number] == field, "field " << number << ": " << field);
    }
  });
  for (const auto& [name, unused] : contract.messages) BOOST_TEST(described.count(name) == 1u, name << " has no codec");
}

BOOST_AUTO_TEST_CASE(frame_types_are_those_in_the_contract) {
  auto documented = documented_types();
  for_each_message([&]<class Message>(Named<Message> named) {
    if constexpr (requires { Message::type_id; }) {
      BOOST_TEST(documented[std::string(named.name)] == static_cast<int>(Message::type_id), named.name);
      documented.erase(std::string(named.name));
    }
  });
  for (const auto& [name, type] : documented) BOOST_TEST(false, name << " has frame type " << type << " in merlin.proto alone");
}

BOOST_AUTO_TEST_CASE(each_member_is_the_field_of_its_name) {
  Protoc protoc;
  for_each_message([&]<class Message>(Named<Message> named) {
    BOOST_TEST_CONTEXT(named.name) {
      BOOST_TEST(protoc.decode(named.name, encode(sample<Message>())) == golden_text(named.name));
      const auto decoded = decode<Message>(protoc.encode(named.name, golden_text(named.name)));
      BOOST_TEST_REQUIRE(decoded.ok());
      BOOST_TEST(dump(*decoded) == dump(sample<Message>()));
    }
  });
}

BOOST_AUTO_TEST_CASE(any_message_is_read_by_protoc_and_written_by_it_as_by_us) {
  Protoc protoc;
  for_each_message([&]<class Message>(Named<Message> named) {
    for (std::uint64_t seed = 1; seed <= 3; ++seed) {
      const auto message = rc::Gen<Message>(rc::gen::exec([] { return generate<Message>(Text::printable); }))(rc::Random(seed), 20).value();
      const std::string bytes = encode(message);
      BOOST_TEST((protoc.encode(named.name, protoc.decode(named.name, bytes)) == bytes),
                 named.name << ", seed " << seed << ": " << dump(message));
    }
  });
}

}  // namespace merlin::wire::test
