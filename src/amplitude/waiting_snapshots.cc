#include "amplitude/waiting_snapshots.h"

#include <algorithm>
#include <array>
#include <map>
#include <string_view>
#include <tuple>
#include <unordered_set>
#include <utility>

#include "amplitude/stable_file.h"
#include "base/format.h"

namespace cohort_sync::amplitude {
namespace {

constexpr std::array<CohortPart, kCohortParts> kAllParts = {
    CohortPart::kExisting, CohortPart::kEntering, CohortPart::kExiting};

// By the keyed hash, so that nobody can choose identifiers that make it slow.
struct KeyedHash {
  std::size_t operator()(const MemberRef& member) const { return member.hash; }
};
struct SameValue {
  bool operator()(const MemberRef& a, const MemberRef& b) const { return a.value == b.value; }
};
using MemberSet = std::unordered_set<MemberRef, KeyedHash, SameValue>;

// Views into `rows`.
MemberSet MembersWithin(const MemberRows& rows, HashRange range) {
  MemberSet members;
  rows.VisitRange(range, [&](const MemberRef& member) { members.insert(member); });
  return members;
}

// Existing and entering members without the exiting ones, by the range, so that the sets stay
// small.
MemberRows JoinContacts(const MemberRows& existing,
                        const MemberRows& entering,
                        const MemberRows& exiting,
                        std::uint64_t hash_key) {
  MemberRowsBuilder builder(hash_key);
  constexpr std::uint64_t kWidth = UINT64_MAX / MemberRows::kPartitions;
  for (std::size_t i = 0; i < MemberRows::kPartitions; ++i) {
    const std::uint64_t first = i * (kWidth + 1);
    const HashRange range{first, first + kWidth};
    const MemberSet leaving = MembersWithin(exiting, range);
    const MemberSet staying = MembersWithin(existing, range);
    existing.VisitRange(range, [&](const MemberRef& member) {
      if (!leaving.contains(member)) builder.Add(member.value);
    });
    entering.VisitRange(range, [&](const MemberRef& member) {
      if (!leaving.contains(member) && !staying.contains(member)) builder.Add(member.value);
    });
  }
  return builder.Finish();
}

template <typename Visit>
void ForEachMember(const SnapshotMembers& members, const Visit& visit) {
  for (std::size_t i = 0; i < members.size(); ++i)
    visit(members.At(i));
}

// Adds a member of one part, as far as all parts can name it.
void AddNamed(SnapshotMembers& to, const SnapshotMembers::Entry& entry) {
  if (to.naming == MemberNaming::kUser && entry.naming == MemberNaming::kUser) {
    to.Add(entry.name, entry.contact);
  } else if (!entry.contact.empty()) {
    to.Add({}, entry.contact);
  }
}

// Sorted.
SnapshotMembers JoinNamed(const SnapshotMembers& existing,
                          const SnapshotMembers& entering,
                          const SnapshotMembers& exiting) {
  SnapshotMembers joined;
  for (const SnapshotMembers* part : {&existing, &entering, &exiting}) {
    if (part->naming == MemberNaming::kContact) joined.naming = MemberNaming::kContact;
  }
  SnapshotMembers leaving;
  leaving.naming = joined.naming;
  ForEachMember(exiting, [&](const SnapshotMembers::Entry& entry) { AddNamed(leaving, entry); });
  leaving.Sort();
  const auto add = [&](const SnapshotMembers::Entry& entry) { AddNamed(joined, entry); };
  ForEachMember(existing, add);
  ForEachMember(entering, add);  // Last: its contacts are the newer ones.
  joined.Sort();
  SnapshotMembers staying;
  staying.naming = joined.naming;
  ForEachMember(joined, [&](const SnapshotMembers::Entry& entry) {
    if (!leaving.Contains(entry.naming, entry.name) &&
        !leaving.Contains(MemberNaming::kContact, entry.contact))
      AddNamed(staying, entry);
  });
  return staying;
}

MemberRows ContactsOf(const SnapshotMembers& members, std::uint64_t hash_key) {
  MemberRowsBuilder builder(hash_key);
  ForEachMember(members, [&](const SnapshotMembers::Entry& entry) {
    if (!entry.contact.empty()) builder.Add(entry.contact);
  });
  return builder.Finish();
}

void AddToTrio(WaitingSnapshot& trio, const CohortPartName& name, FolderFile file) {
  trio.name = name.trio;
  trio.time = name.time;
  trio.is_trio = true;
  trio.parts.push_back(name.part);
  trio.files.push_back(std::move(file));
}

void FindMissing(WaitingSnapshot& trio) {
  for (const CohortPart part : kAllParts) {
    if (std::find(trio.parts.begin(), trio.parts.end(), part) == trio.parts.end())
      trio.missing.push_back(part);
  }
}

WaitingSnapshot OneFile(FolderFile file) {
  WaitingSnapshot snapshot;
  snapshot.name = file.name;
  snapshot.time = TimeOfChange(file.state);
  snapshot.files.push_back(std::move(file));
  return snapshot;
}

// The first kMaxListedRejectedRows of each reason, as one file would list them.
void AddRejectedRows(CohortRows& to, std::vector<RejectedRow> rows) {
  RejectCounts listed{};
  for (const RejectedRow& row : to.rejected_rows)
    ++listed[static_cast<std::size_t>(row.reason)];
  for (RejectedRow& row : rows) {
    if (std::cmp_less(listed[static_cast<std::size_t>(row.reason)]++, kMaxListedRejectedRows))
      to.rejected_rows.push_back(std::move(row));
  }
}

}  // namespace

WaitingSnapshots FindWaiting(FolderListing listing, const CohortId& cohort) {
  WaitingSnapshots waiting;
  waiting.skipped = std::move(listing.skipped);
  waiting.odd_names = listing.odd_names;
  std::sort(listing.files.begin(), listing.files.end(), [](const auto& a, const auto& b) {
    return a.name < b.name;
  });
  std::map<std::string, WaitingSnapshot> trios;
  for (FolderFile& file : listing.files) {
    const auto part = ParseCohortPartName(file.name);
    if (!part) {
      waiting.skipped.push_back(Format("'{}': {}", file.name, part.error().message()));
    } else if (!*part) {
      waiting.snapshots.push_back(OneFile(std::move(file)));
    } else if (!(*part)->owner.ends_with("_" + cohort.value())) {
      ++waiting.of_other_cohorts;
    } else {
      AddToTrio(trios[(*part)->trio], **part, std::move(file));
    }
  }
  for (auto& [name, trio] : trios) {
    FindMissing(trio);
    waiting.snapshots.push_back(std::move(trio));
  }
  std::sort(waiting.skipped.begin(), waiting.skipped.end());
  std::sort(waiting.snapshots.begin(), waiting.snapshots.end(), [](const auto& a, const auto& b) {
    return std::tie(a.time, a.name) < std::tie(b.time, b.name);
  });
  return waiting;
}

CohortRows JoinParts(const std::vector<CohortPart>& parts,
                     std::vector<CohortRows> rows,
                     std::uint64_t hash_key) {
  const auto rows_of = [&](CohortPart part) -> const CohortRows& {
    const auto at = std::find(parts.begin(), parts.end(), part) - parts.begin();
    return rows[static_cast<std::size_t>(at)];
  };
  const CohortRows& existing = rows_of(CohortPart::kExisting);
  const CohortRows& entering = rows_of(CohortPart::kEntering);
  const CohortRows& exiting = rows_of(CohortPart::kExiting);

  CohortRows joined;
  joined.who = JoinNamed(existing.who, entering.who, exiting.who);
  const bool has_members = existing.who.size() + entering.who.size() > 0;
  joined.members =
      has_members ? ContactsOf(joined.who, hash_key)
                  : JoinContacts(existing.members, entering.members, exiting.members, hash_key);
  for (CohortRows& part : rows) {
    joined.rows += part.rows;
    for (std::size_t i = 0; i < kRejectReasonCount; ++i)
      joined.rejected[i] += part.rejected[i];
    AddRejectedRows(joined, std::move(part.rejected_rows));
  }
  return joined;
}

}  // namespace cohort_sync::amplitude
