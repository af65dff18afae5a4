#include "sync/desired_members.h"

#include <algorithm>

namespace cohort_sync {

std::set<std::string_view> FindDesired(DesiredMembers& members,
                                       BindingId binding,
                                       std::span<const MemberRef> contacts) {
  std::set<std::string_view> desired;
  const auto by_hash = [](const MemberRef& ref, std::uint64_t hash) { return ref.hash < hash; };
  const auto find = [&](std::uint64_t hash, std::string_view value) -> const MemberRef* {
    auto at = std::lower_bound(contacts.begin(), contacts.end(), hash, by_hash);
    for (; at != contacts.end() && at->hash == hash; ++at) {
      if (at->value == value) return &*at;
    }
    return nullptr;
  };
  members.VisitDesired(binding, [&](const DesiredRange& range) {
    const auto first =
        std::lower_bound(contacts.begin(), contacts.end(), range.range.first, by_hash);
    if (first == contacts.end() || first->hash > range.range.last) return;
    range.checkpoint.Visit([&](const MemberRef& member) {
      if (const MemberRef* found = find(member.hash, member.value)) desired.insert(found->value);
    });
    for (const JournalChange& change : range.changes) {
      const MemberRef* found = find(change.hash, change.contact);
      if (found == nullptr) continue;
      if (change.kind == OperationKind::kAdd) {
        desired.insert(found->value);
      } else {
        desired.erase(found->value);
      }
    }
  });
  return desired;
}

}  // namespace cohort_sync
