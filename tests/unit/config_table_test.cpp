// The table of keys is consistent.
#include <boost/test/unit_test.hpp>
#include <set>

#include "shared/config/changes.hpp"
#include "shared/config/earlier.hpp"

using namespace merlin;
using namespace merlin::config;

namespace {

// A word whose meaning is not the default's.
std::string other_word(const KeySpec& spec) {
  const std::int64_t usual = read_value(spec.rule, spec.default_text)->number;
  for (const Choice& choice : spec.rule.choices) {
    if (choice.number != usual) return std::string(choice.word);
  }
  return "";
}

// A value that the key accepts and that is not its default.
std::string unusual(const KeySpec& spec) {
  switch (spec.rule.type) {
    case ValueType::yes_no:
      return spec.default_text == "yes" ? "no" : "yes";
    case ValueType::choice:
      return other_word(spec);
    case ValueType::integer:
      return std::to_string(spec.rule.max - 1);
    case ValueType::duration:
      return std::to_string(spec.rule.max - 1) + "ms";
    case ValueType::size:
      return std::to_string(spec.rule.max - 1);
    case ValueType::address:
    case ValueType::addresses:
      return "192.0.2.77";
    case ValueType::endpoint:
      return "192.0.2.77:4711";
    case ValueType::host_key:
      return "SHA256:" + std::string(43, 'A');
    case ValueType::fingerprints:
      return std::string(64, '7');
    case ValueType::path:
    case ValueType::socket_path:
    case ValueType::log_target:
      return "/unusual";
    case ValueType::text:
    case ValueType::name:
    case ValueType::names:
      break;
  }
  return "unusual";
}

// Every value that a key can change.
struct Written {
  Config config;
  NodeConfig node;
  bool operator==(const Written&) const = default;
};

void write(Written& written, const KeySpec& spec) {
  const Result<Value> value = read_value(spec.rule, unusual(spec));
  if (!value) BOOST_FAIL(spec.name << ": " << value.error().text());
  Target target{written.config, &written.node};
  spec.apply(target, *value);
}

}  // namespace

BOOST_AUTO_TEST_CASE(every_key_has_a_member_of_its_own) {
  for (const KeySpec& spec : all_keys()) {
    Written alone;
    write(alone, spec);
    BOOST_TEST(!(alone == Written{}), spec.name << " is written nowhere");
    for (const KeySpec& other : all_keys()) {
      if (&other == &spec) continue;
      Written both = alone;
      write(both, other);
      BOOST_TEST(!(both == alone), other.name << " and " << spec.name << " are one");
    }
  }
}

BOOST_AUTO_TEST_CASE(the_table_is_sound) {
  std::set<std::pair<Scope, std::string_view>> names;
  for (const KeySpec& spec : all_keys()) {
    BOOST_TEST(!spec.help.empty(), spec.name);
    BOOST_TEST(!spec.default_text.empty(), spec.name);
    BOOST_TEST(names.emplace(spec.scope, spec.name).second, spec.name);
    for (std::string_view alias : spec.aliases) BOOST_TEST(names.emplace(spec.scope, alias).second, alias);
    BOOST_TEST(read_value(spec.rule, spec.default_text).ok(), spec.name);
    if (!spec.wan_default_text.empty()) BOOST_TEST(read_value(spec.rule, spec.wan_default_text).ok(), spec.name);
    BOOST_TEST(find_key(spec.scope, spec.name) == &spec);
    BOOST_TEST(find_old_key(spec.scope, spec.name) == nullptr, spec.name);
  }
}

BOOST_AUTO_TEST_CASE(a_change_of_a_key_with_an_effect_is_reported_with_it) {
  for (const KeySpec& spec : all_keys()) {
    const bool is_of_a_node = spec.scope == Scope::node || spec.scope == Scope::node_push || spec.scope == Scope::sync;
    BOOST_TEST((is_of_a_node || (spec.carry != nullptr) == (spec.effect != Effect::at_once)), spec.name);
    if (spec.carry == nullptr) continue;
    Written written;
    write(written, spec);
    const Changes changes = changes_between(Config{}, written.config);
    BOOST_TEST((changes.keys == std::vector<const KeySpec*>{&spec}), spec.name);
    BOOST_TEST(!changes.others, spec.name);
    BOOST_TEST(changes.has(spec.effect), spec.name);
    BOOST_TEST(changes_between(written.config, written.config).keys.empty(), spec.name);
  }
  Config before;
  Config after;
  after.core_timeout += Millis{1};
  BOOST_TEST(changes_between(before, after).others);
  BOOST_TEST(changes_between(before, after).keys.empty());
  BOOST_TEST(change_text(*find_key(Scope::top, "port")) == "port: merlind listens on the new address");
  BOOST_TEST(change_text(*find_key(Scope::daemon, "user")) == "daemon { user }: takes effect at the next start of merlind");
}
