#include "storage/segment_merge.h"

#include <algorithm>
#include <tuple>

namespace cohort_sync {

namespace {

bool SameContact(const JournalChange& a, const JournalChange& b) {
  return a.hash == b.hash && a.contact == b.contact;
}

bool IsChanged(const MemberRef& member, std::span<const JournalChange> changes) {
  const auto found = std::lower_bound(
      changes.begin(), changes.end(), member, [](const JournalChange& a, const MemberRef& b) {
        return std::tuple(a.hash, std::string_view(a.contact)) < std::tuple(b.hash, b.value);
      });
  return found != changes.end() && found->hash == member.hash && found->contact == member.value;
}

}  // namespace

std::vector<MemberRef> MergedMembers(const SegmentView& checkpoint,
                                     std::span<const JournalChange> changes) {
  std::vector<MemberRef> members;
  members.reserve(checkpoint.size() + changes.size());
  checkpoint.Visit([&](const MemberRef& member) {
    if (!IsChanged(member, changes)) members.push_back(member);
  });
  for (std::size_t i = 0; i < changes.size(); ++i) {
    const bool last = i + 1 == changes.size() || !SameContact(changes[i], changes[i + 1]);
    if (last && changes[i].kind == OperationKind::kAdd)
      members.push_back({changes[i].hash, changes[i].contact});
  }
  return members;
}

}  // namespace cohort_sync
