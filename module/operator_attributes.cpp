#include "module/operator_attributes.hpp"

#include "base/ids.hpp"
#include "module/operator_items.hpp"
#include "wire/codec.hpp"

namespace merlin::neb {

OperatorAttributes::OperatorAttributes(Core& log, OperatorCore& core, const Objects& objects, OperatorScribe& scribe)
    : log_(log), core_(core), objects_(objects), scribe_(scribe) {
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
  if (object == no_object) return std::nullopt;
  return Subject{Subject::Kind::object, object};
}

void OperatorAttributes::changed(const Subject& subject, const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    auto value = core_.attribute(subject, name);
    if (!value) continue;
    scribe_.write({key(subject), wire::RegisterKind::attribute, attribute_item(name)},
                  wire::encode(wire::AttributeRegister{name, *std::move(value)}));
  }
}

void OperatorAttributes::bring_in(const ObjectKey& key, const wire::AttributeRegister& content) {
  const auto subject = find(key);
  if (!subject || core_.set_attribute(*subject, content.name, content.value)) return;
  if (refused_.admit(log_.now().steady)) {
    log_.log(LogLevel::warning, "this core takes no " + content.name + " = " + content.value.substr(0, 200) +
                                    " that was set at another node: is it in its configuration?");
  }
}

void OperatorAttributes::initial(const Subject& subject, std::vector<wire::Register>& rows) const {
  for (const std::string& name : core_.modified_attributes(subject)) {
    auto value = core_.attribute(subject, name);
    if (!value) continue;
    rows.push_back(scribe_.known({key(subject), wire::RegisterKind::attribute, attribute_item(name)},
                                 wire::encode(wire::AttributeRegister{name, *std::move(value)}), 0));
  }
}

void OperatorAttributes::initial_rest(std::vector<wire::Register>& rows) const {
  initial({}, rows);
  for (Index contact = 0; contact < core_.contact_count(); ++contact) initial({Subject::Kind::contact, contact}, rows);
}

}  // namespace merlin::neb
