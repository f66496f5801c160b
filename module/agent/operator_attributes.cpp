#include "module/agent/operator_attributes.hpp"

#include "module/agent/operator_items.hpp"
#include "shared/base/ids.hpp"
#include "shared/wire/codec.hpp"
#include "shared/wire/limits.hpp"

namespace merlin::neb {
namespace {

constexpr std::size_t kMostNamed = 1'000;

}  // namespace

OperatorAttributes::OperatorAttributes(Core& log, OperatorCore& core, const Objects& objects, RegisterWriter& register_writer)
    : log_(log), core_(core), objects_(objects), register_writer_(register_writer) {
  for (Index contact = 0; contact < core.contact_count(); ++contact) contacts_[host_key(core.contact_name(contact))] = contact;
}

ObjectKey OperatorAttributes::key(const Subject& subject) const {
  if (subject.kind == Subject::Kind::program) return {};
  if (subject.kind == Subject::Kind::contact) return {0, host_key(core_.contact_name(subject.index))};
  return objects_.key(subject.index);
}

std::optional<Subject> OperatorAttributes::find(const ObjectKey& key) const {
  if (key == ObjectKey{}) return Subject{};
  if (key.host == 0) {
    const auto contact = contacts_.find(key.service);
    if (contact == contacts_.end()) return std::nullopt;
    return Subject{Subject::Kind::contact, contact->second};
  }
  const Index object = objects_.find(key);
  if (object == kNoObject) return std::nullopt;
  return Subject{Subject::Kind::object, object};
}

// A shortened value would be a different value, so a value that is too long is not replicated.
std::optional<std::string> OperatorAttributes::value_of(const Subject& subject, const std::string& name) const {
  auto value = core_.attribute(subject, name);
  if (!value || (value->size() <= wire::kMaxAttributeValueBytes && name.size() <= wire::kMaxAttributeNameBytes)) return value;
  if (too_long_.size() < kMostNamed && too_long_.insert(name.substr(0, wire::kMaxAttributeNameBytes)).second) {
    log_.log(LogLevel::warning, "the value of " + name.substr(0, 200) + " has " + std::to_string(value->size()) +
                                    " bytes, which is too long for the other nodes: set a shorter value");
  }
  return std::nullopt;
}

void OperatorAttributes::changed(const Subject& subject, const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    auto value = value_of(subject, name);
    if (!value) continue;
    register_writer_.write({key(subject), wire::RegisterKind::attribute, attribute_item(name)},
                           wire::encode(wire::AttributeRegister{name, *std::move(value)}));
  }
}

void OperatorAttributes::bring_in(const ObjectKey& key, const wire::AttributeRegister& content) {
  const auto subject = find(key);
  if (!subject || core_.set_attribute(*subject, content.name, content.value)) return;
  if (refused_.admit(log_.now().steady)) {
    log_.log(LogLevel::warning, "this core does not accept " + content.name + " = " + content.value.substr(0, 200) +
                                    " from another node: check that its configuration contains it");
  }
}

void OperatorAttributes::initial(const Subject& subject, std::vector<wire::Register>& rows) const {
  for (const std::string& name : core_.modified_attributes(subject)) {
    auto value = value_of(subject, name);
    if (!value) continue;
    rows.push_back(register_writer_.known({key(subject), wire::RegisterKind::attribute, attribute_item(name)},
                                          wire::encode(wire::AttributeRegister{name, *std::move(value)}), 0));
  }
}

void OperatorAttributes::initial_rest(std::vector<wire::Register>& rows) const {
  initial({}, rows);
  for (Index contact = 0; contact < core_.contact_count(); ++contact) initial({Subject::Kind::contact, contact}, rows);
}

}  // namespace merlin::neb
