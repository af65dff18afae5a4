#include "simulator/contact_store.h"

#include <set>
#include <utility>

namespace cohort_sync::simulator {

void ContactStore::Count(const Contact& contact, std::int64_t change) {
  for (const auto& [id, joined] : contact.lists)
    lists_.at(id).members += change;
}

void ContactStore::Put(Contact contact, SteadyPoint now, SteadyPoint visible_at) {
  while (!old_versions_.empty() && old_versions_.front().until <= now)
    old_versions_.pop_front();
  std::optional<Contact> before;
  if (const auto existing = contacts_.find(contact.cid); existing != contacts_.end()) {
    Count(existing->second, -1);
    for (const std::string& identity : existing->second.identities)
      identities_.erase(identity);
    before = std::move(existing->second);
  }
  Count(contact, 1);
  for (const std::string& identity : contact.identities)
    identities_[identity] = contact.cid;
  if (visible_at > now) old_versions_.push_back({visible_at, contact.cid, std::move(before)});
  std::string cid = contact.cid;
  contacts_.insert_or_assign(std::move(cid), std::move(contact));
}

void ContactStore::Erase(const std::string& cid) {
  const auto existing = contacts_.find(cid);
  if (existing == contacts_.end()) return;
  Count(existing->second, -1);
  for (const std::string& identity : existing->second.identities)
    identities_.erase(identity);
  std::erase_if(old_versions_, [&cid](const OldVersion& old) { return old.cid == cid; });
  contacts_.erase(existing);
}

const Contact* ContactStore::Find(const std::string& cid) const {
  const auto found = contacts_.find(cid);
  return found == contacts_.end() ? nullptr : &found->second;
}

const Contact* ContactStore::FindByIdentity(const std::string& identity) const {
  const auto found = identities_.find(identity);
  return found == identities_.end() ? nullptr : Find(found->second);
}

const Contact* ContactStore::Seen(const std::string& cid, SteadyPoint now) const {
  for (const OldVersion& old : old_versions_) {
    if (old.cid == cid && old.until > now) return old.contact ? &*old.contact : nullptr;
  }
  return Find(cid);
}

std::int64_t ContactStore::AddList(std::string name, bool enhanced) {
  const std::int64_t id = next_list_id_++;
  lists_.emplace(id, AccountList{.id = id, .name = std::move(name), .enhanced = enhanced});
  return id;
}

AccountList* ContactStore::FindList(std::int64_t id) {
  const auto found = lists_.find(id);
  return found == lists_.end() ? nullptr : &found->second;
}

const AccountList* ContactStore::FindList(const std::string& name) const {
  for (const auto& [id, list] : lists_) {
    if (list.name == name) return &list;
  }
  return nullptr;
}

void ContactStore::ClearList(std::int64_t id) {
  for (auto& [cid, contact] : contacts_)
    contact.lists.erase(id);
  for (OldVersion& old : old_versions_) {
    if (old.contact) old.contact->lists.erase(id);
  }
  lists_.at(id).members = 0;
}

void ContactStore::EraseList(std::int64_t id) {
  ClearList(id);
  lists_.erase(id);
}

std::int64_t ContactStore::SeenCount(std::int64_t list_id, SteadyPoint now) const {
  std::int64_t count = lists_.at(list_id).members;
  std::set<std::string> corrected;
  for (const OldVersion& old : old_versions_) {
    if (old.until <= now || !corrected.insert(old.cid).second) continue;
    const Contact* current = Find(old.cid);
    if (current != nullptr && current->lists.contains(list_id)) --count;
    if (old.contact && old.contact->lists.contains(list_id)) ++count;
  }
  return count;
}

std::vector<const Contact*> ContactStore::MembersOf(std::int64_t list_id) const {
  std::vector<const Contact*> members;
  for (const auto& [cid, contact] : contacts_) {
    if (contact.lists.contains(list_id)) members.push_back(&contact);
  }
  return members;
}

void ContactStore::AddAttribute(Attribute attribute) {
  std::string key = attribute.key;
  attributes_.insert_or_assign(std::move(key), std::move(attribute));
}

}  // namespace cohort_sync::simulator
