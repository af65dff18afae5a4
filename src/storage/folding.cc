#include "storage/folding.h"

#include <algorithm>
#include <span>
#include <string>

#include "storage/hash_ranges.h"
#include "storage/overlay.h"
#include "storage/query.h"
#include "storage/segment_merge.h"
#include "storage/transaction.h"
#include "sync/segment.h"

namespace cohort_sync {

namespace {

constexpr std::int64_t kMinOverlay = 4096;
constexpr std::int64_t kOverlayPart = 20;  // One in twenty: 5 %.
constexpr auto kTarget = static_cast<std::int64_t>(kSegmentTargetMembers);
// Rows deleted in one transaction.
constexpr std::int64_t kDeleteRows = 20'000;

constexpr char kNewest[] = "SELECT max(operation_id) FROM operations WHERE binding_id = ?1";
constexpr char kTimes[] =
    "SELECT operation_id, created_at FROM operations INDEXED BY operations_by_binding"
    " WHERE binding_id = ?1 AND operation_id > ?2 ORDER BY operation_id";
// The latest time and not that of the last row: a clock that was set back leaves later ones before.
constexpr char kSetHistoryFrom[] =
    "UPDATE bindings SET history_from = max(coalesce(history_from, 0),"
    " (SELECT max(created_at) FROM operations INDEXED BY operations_by_binding"
    " WHERE binding_id = ?1 AND operation_id <= ?2)) WHERE binding_id = ?1";
constexpr char kInsert[] =
    "INSERT INTO segments (binding_id, checkpoint, first_hash, last_hash, position, members, data)"
    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
constexpr char kDeleteRange[] =
    "DELETE FROM segments WHERE binding_id = ?1 AND checkpoint = ?2 AND first_hash = ?3";
constexpr char kDrop[] = "DELETE FROM segments WHERE binding_id = ?1 AND checkpoint = ?2";
constexpr char kHasSegments[] =
    "SELECT 1 FROM segments WHERE binding_id = ?1 AND checkpoint = ?2 LIMIT 1";
// A superseded row is never looked at again. What was settled lately stays: an unknown attempt in
// it may matter to the next operation of its contact until then (R5).
constexpr char kDeleteClosed[] =
    "DELETE FROM operations WHERE operation_id IN ("
    " SELECT operation_id FROM operations INDEXED BY operations_by_binding"
    " WHERE binding_id = ?1 AND operation_id <= ?2 AND (state = 'superseded'"
    " OR (state IN ('delivered', 'unneeded') AND updated_at < ?3))"
    " ORDER BY operation_id LIMIT ?4)";

struct Piece {
  HashRange range;
  std::int64_t members = 0;
  std::string data;
};

// One piece, or as many as bring an overgrown segment back to the target.
std::vector<Piece> Encode(HashRange range, const std::vector<MemberRef>& members) {
  const auto count = static_cast<std::int64_t>(members.size());
  const unsigned bits = count > 2 * kTarget ? PartitionBitsFor(count, kTarget) : 0;
  const std::uint64_t pieces = std::uint64_t{1} << bits;
  if (bits == 0) return {{range, count, EncodeSegment(members)}};
  std::vector<std::vector<MemberRef>> parts(pieces);
  const std::uint64_t width = PartitionAt(range, bits, 0).last - range.first;
  for (const MemberRef& member : members)
    parts[(member.hash - range.first) / (width + 1)].push_back(member);
  std::vector<Piece> encoded;
  for (std::uint64_t i = 0; i < pieces; ++i) {
    const auto size = static_cast<std::int64_t>(parts[i].size());
    encoded.push_back({PartitionAt(range, bits, i), size, EncodeSegment(parts[i])});
  }
  return encoded;
}

}  // namespace

void Folding::FoldIfGrown(BindingId binding) {
  const Activity activity(database_, "fold the journal");
  const std::vector<SegmentInfo> sources = checkpoints_.Best(binding);
  std::int64_t members = 0;
  for (const SegmentInfo& segment : sources)
    members += segment.members;
  const std::int64_t overlay = CountOverlay(database_, binding, PositionOf(sources));
  if (overlay <= std::max(kMinOverlay, members / kOverlayPart)) return;

  // What a fold that was cut off has left counts for nothing.
  if (checkpoints_.Load(binding, CheckpointName::kLatest).empty())
    Drop(binding, CheckpointName::kLatest);
  Fold(binding, CheckpointName::kLatest, sources, NewestOperation(binding));
}

void Folding::Prune(BindingId binding, TimePoint older_than) {
  const Activity activity(database_, "prune the journal");
  std::vector<SegmentInfo> base = checkpoints_.Load(binding, CheckpointName::kBase);
  const bool first_time = base.empty();
  const std::int64_t position = first_time ? 0 : PositionOf(base);
  const std::int64_t until = NewestOlderThan(binding, position, older_than);
  if (until > position) {
    if (first_time) {
      Drop(binding, CheckpointName::kBase);
      base = NothingStored(CountOverlay(database_, binding, 0, until));
    }
    Transaction transaction(database_, "note what is pruned");
    Query(database_, kSetHistoryFrom).Bind(binding, until).Run();
    transaction.Commit();
    Fold(binding, CheckpointName::kBase, base, until);
  }
  if (until == 0) return;
  DropLatestBehind(binding, until);
  DeleteClosed(binding, until, older_than);
}

void Folding::Fold(BindingId binding,
                   CheckpointName name,
                   const std::vector<SegmentInfo>& sources,
                   std::int64_t until) {
  Overlay overlay(database_, binding, PositionOf(sources), until);
  for (const SegmentInfo& source : sources) {
    const std::span<const JournalChange> changes = overlay.In(source.range);
    std::vector<Piece> pieces;
    checkpoints_.Read(source, [&](const SegmentView& view) {
      pieces = Encode(source.range, MergedMembers(view, changes));
    });
    Transaction transaction(database_, "fold a segment");
    Query(database_, kDeleteRange)
        .Bind(binding, ToString(name), StoredHash(source.range.first))
        .Run();
    Query insert(database_, kInsert);
    for (const Piece& piece : pieces) {
      insert
          .Bind(binding,
                ToString(name),
                StoredHash(piece.range.first),
                StoredHash(piece.range.last),
                until,
                piece.members,
                BlobBytes{piece.data})
          .Run();
    }
    transaction.Commit();
  }
}

std::int64_t Folding::NewestOperation(BindingId binding) {
  Query query(database_, kNewest);
  return query.Bind(binding).Step() ? query.Int(0) : 0;
}

std::int64_t Folding::NewestOlderThan(BindingId binding, std::int64_t after, TimePoint time) {
  std::int64_t newest = after;
  Query query(database_, kTimes);
  query.Bind(binding, after);
  while (query.Step() && query.Time(1) < time)
    newest = query.Int(0);
  return newest;
}

void Folding::Drop(BindingId binding, CheckpointName name) {
  if (!Query(database_, kHasSegments).Bind(binding, ToString(name)).Step()) return;
  Transaction transaction(database_, "drop a checkpoint");
  Query(database_, kDrop).Bind(binding, ToString(name)).Run();
  transaction.Commit();
}

void Folding::DropLatestBehind(BindingId binding, std::int64_t position) {
  const std::vector<SegmentInfo> latest = checkpoints_.Load(binding, CheckpointName::kLatest);
  // It could not be brought up to date any more once the rows behind it are gone.
  if (latest.empty() || PositionOf(latest) < position) Drop(binding, CheckpointName::kLatest);
}

void Folding::DeleteClosed(BindingId binding, std::int64_t until, TimePoint settled_before) {
  for (;;) {
    Transaction transaction(database_, "delete pruned operations");
    const std::int64_t deleted =
        Query(database_, kDeleteClosed).Bind(binding, until, settled_before, kDeleteRows).Run();
    if (deleted == 0) return;  // Rolled back: nothing is written when nothing changed.
    transaction.Commit();
    if (deleted < kDeleteRows) return;
  }
}

}  // namespace cohort_sync
