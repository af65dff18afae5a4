// Who the members of a snapshot are, as texts that a test compares.
#ifndef COHORT_SYNC_TESTS_SUPPORT_NAMED_MEMBERS_H_
#define COHORT_SYNC_TESTS_SUPPORT_NAMED_MEMBERS_H_

#include <string>
#include <vector>

#include "sync/snapshot_members.h"

namespace cohort_sync {

// In their order: "u1=ann@x.com", "u2=" without a contact, "ann@x.com" of who is known by it.
inline std::vector<std::string> NamedMembers(const SnapshotMembers& members) {
  std::vector<std::string> texts;
  texts.reserve(members.size());
  for (std::size_t i = 0; i < members.size(); ++i) {
    const SnapshotMembers::Entry entry = members.At(i);
    std::string text(entry.name);
    if (entry.naming == MemberNaming::kUser) text.append("=").append(entry.contact);
    texts.push_back(std::move(text));
  }
  return texts;
}

}  // namespace cohort_sync

#endif  // COHORT_SYNC_TESTS_SUPPORT_NAMED_MEMBERS_H_
