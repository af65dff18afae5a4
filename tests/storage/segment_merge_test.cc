#include "storage/segment_merge.h"

#include <algorithm>
#include <set>
#include <string>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace cohort_sync {
namespace {

// Few values and few hashes, so that changes meet members and different contacts share a hash.
std::string Contact(int number) {
  return "contact" + std::to_string(number);
}
std::uint64_t HashOf(const std::string& contact) {
  return contact.size() + (contact.back() == '7' ? 1U : 0U);
}

RC_GTEST_PROP(MergedMembers, AreTheCheckpointAfterEveryChangeInOrder, ()) {
  const auto stored = *rc::gen::container<std::set<int>>(rc::gen::inRange(0, 20));
  const auto steps = *rc::gen::container<std::vector<std::pair<int, bool>>>(
      rc::gen::pair(rc::gen::inRange(0, 20), rc::gen::arbitrary<bool>()));
  std::set<std::string> expected;
  for (const int number : stored)
    expected.insert(Contact(number));
  std::vector<MemberRef> refs;
  for (const std::string& contact : expected)
    refs.push_back({HashOf(contact), contact});
  const std::string encoded = EncodeSegment(refs);

  std::vector<JournalChange> changes;
  for (const auto& [number, add] : steps) {
    const std::string contact = Contact(number);
    changes.push_back(
        {HashOf(contact), contact, add ? OperationKind::kAdd : OperationKind::kRemove});
    if (add) {
      expected.insert(contact);
    } else {
      expected.erase(contact);
    }
  }
  std::stable_sort(
      changes.begin(), changes.end(), [](const JournalChange& a, const JournalChange& b) {
        return std::tie(a.hash, a.contact) < std::tie(b.hash, b.contact);
      });
  const auto view = SegmentView::Decode(encoded);
  RC_ASSERT(view.has_value());
  const std::vector<MemberRef> merged = MergedMembers(*view, changes);
  std::set<std::string> found;
  for (const MemberRef& member : merged) {
    RC_ASSERT(member.hash == HashOf(std::string(member.value)));
    found.emplace(member.value);
  }
  RC_ASSERT(found.size() == merged.size());
  RC_ASSERT(found == expected);
}

}  // namespace
}  // namespace cohort_sync
