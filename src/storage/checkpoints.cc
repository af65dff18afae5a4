#include "storage/checkpoints.h"

#include <algorithm>

#include "base/check.h"
#include "base/format.h"
#include "storage/hash_ranges.h"
#include "storage/overlay.h"
#include "storage/query.h"
#include "storage/segment_merge.h"

namespace cohort_sync {

namespace {

constexpr char kLoad[] =
    "SELECT segment_id, first_hash, last_hash, position, members FROM segments"
    " WHERE binding_id = ?1 AND checkpoint = ?2";
constexpr char kRead[] = "SELECT data FROM segments WHERE segment_id = ?1";

// Ascending, without a gap or an overlap, from the first hash to the last.
bool CoversEveryHash(const std::vector<SegmentInfo>& segments) {
  std::uint64_t expected = 0;
  for (std::size_t i = 0; i < segments.size(); ++i) {
    const HashRange& range = segments[i].range;
    if (range.first != expected || range.last < range.first) return false;
    if (range.last == UINT64_MAX) return i + 1 == segments.size();
    expected = range.last + 1;
  }
  return false;
}

}  // namespace

std::string_view ToString(CheckpointName name) {
  return name == CheckpointName::kBase ? "base" : "latest";
}

std::int64_t PositionOf(const std::vector<SegmentInfo>& segments) {
  const auto lowest = std::min_element(
      segments.begin(), segments.end(), [](const SegmentInfo& a, const SegmentInfo& b) {
        return a.position < b.position;
      });
  return lowest->position;
}

std::vector<SegmentInfo> NothingStored(std::int64_t operations) {
  const unsigned bits = PartitionBitsFor(operations, kSegmentTargetMembers);
  std::vector<SegmentInfo> segments;
  for (std::uint64_t i = 0; i < (std::uint64_t{1} << bits); ++i)
    segments.push_back({0, PartitionAt({}, bits, i), 0, 0});
  return segments;
}

std::vector<SegmentInfo> Checkpoints::Load(BindingId binding, CheckpointName name) {
  std::vector<SegmentInfo> segments;
  Query query(database_, kLoad);
  query.Bind(binding, ToString(name));
  while (query.Step()) {
    segments.push_back({query.Int(0),
                        {LoadedHash(query.Int(1)), LoadedHash(query.Int(2))},
                        query.Int(3),
                        query.Int(4)});
  }
  // Not by the query: stored hashes are signed.
  std::sort(segments.begin(), segments.end(), [](const SegmentInfo& a, const SegmentInfo& b) {
    return a.range.first < b.range.first;
  });
  if (!CoversEveryHash(segments)) segments.clear();
  return segments;
}

std::vector<SegmentInfo> Checkpoints::Best(BindingId binding) {
  for (const CheckpointName name : {CheckpointName::kLatest, CheckpointName::kBase}) {
    std::vector<SegmentInfo> segments = Load(binding, name);
    if (!segments.empty()) return segments;
  }
  return NothingStored(CountOverlay(database_, binding, 0));
}

void Checkpoints::Read(const SegmentInfo& segment,
                       const std::function<void(const SegmentView&)>& visit) {
  if (segment.id == 0) return visit(SegmentView());
  Query query(database_, kRead);
  if (!query.Bind(segment.id).Step())
    throw DatabaseError(
        Format("state '{}': read checkpoint: no segment {}", database_.path(), segment.id));
  const Result<SegmentView> view = SegmentView::Decode(query.Blob(0));
  if (!view)
    throw DatabaseError(Format("state '{}': read checkpoint segment {}: {}; restore a backup",
                               database_.path(),
                               segment.id,
                               view.error().message()));
  visit(*view);
}

void Checkpoints::VisitDesired(BindingId binding,
                               const std::function<void(const DesiredRange&)>& visit) {
  const std::vector<SegmentInfo> segments = Best(binding);
  Overlay overlay(database_, binding, PositionOf(segments), Overlay::kEverything);
  for (const SegmentInfo& segment : segments) {
    Read(segment, [&](const SegmentView& view) {
      visit({segment.range, view, overlay.In(segment.range)});
    });
  }
}

void Checkpoints::VisitMembersAt(BindingId binding,
                                 std::int64_t until,
                                 const std::function<void(const MemberRef&)>& visit) {
  const auto reflects_more = [until](const SegmentInfo& segment) {
    return segment.position > until;
  };
  std::vector<SegmentInfo> segments = Best(binding);
  if (std::any_of(segments.begin(), segments.end(), reflects_more)) {
    segments = Load(binding, CheckpointName::kBase);
    CHECK(std::none_of(segments.begin(), segments.end(), reflects_more));
    // Without a base nothing was ever pruned.
    if (segments.empty()) segments = NothingStored(CountOverlay(database_, binding, 0, until));
  }
  Overlay overlay(database_, binding, PositionOf(segments), until);
  for (const SegmentInfo& segment : segments) {
    Read(segment, [&](const SegmentView& view) {
      for (const MemberRef& member : MergedMembers(view, overlay.In(segment.range)))
        visit(member);
    });
  }
}

std::int64_t Checkpoints::CountDesired(BindingId binding) {
  const std::vector<SegmentInfo> segments = Best(binding);
  Overlay overlay(database_, binding, PositionOf(segments), Overlay::kEverything);
  std::int64_t count = 0;
  for (const SegmentInfo& segment : segments) {
    const std::span<const JournalChange> changes = overlay.In(segment.range);
    if (changes.empty()) {
      count += segment.members;
      continue;
    }
    Read(segment, [&](const SegmentView& view) {
      count += static_cast<std::int64_t>(MergedMembers(view, changes).size());
    });
  }
  return count;
}

}  // namespace cohort_sync
