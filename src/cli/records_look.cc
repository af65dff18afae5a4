#include "cli/records_look.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "sync/sync_target.h"

namespace cohort_sync {
namespace {

// Behind every batch of an inbox.
constexpr std::int64_t kFirstId = std::int64_t{1} << 62U;

}  // namespace

void RecordsLook::Store(ReceivedBatch batch, std::function<void(Result<InboxOutcome>)> done) {
  const std::string& message = batch.head.message_id;
  InboxOutcome outcome = inbox_.Look(batch);
  if (!message.empty() && !messages_.insert(message).second) outcome = InboxOutcome::kKnown;
  if (batch.head.cohort == cohort_ && outcome == InboxOutcome::kStored) {
    const std::int64_t id = kFirstId + std::ssize(members_);
    members_.push_back(batch.head.members);
    if (kept_members_ < kMostMembersOfAPush) {
      kept_members_ += batch.head.members;
      kept_.push_back({id, std::move(batch)});
    }
  }
  done(outcome);
}

void RecordsLook::NoteGap(const CohortId& /*cohort*/,
                          TimePoint /*at*/,
                          const std::string& /*reason*/) {}

void RecordsLook::Planned(const CohortId& /*cohort*/, const InboxPosition& /*through*/) {}

std::vector<StoredBatch> RecordsLook::Read(const CohortId& cohort,
                                           const std::optional<InboxPosition>& after,
                                           std::int64_t most_members) {
  std::vector<StoredBatch> batches = inbox_.Read(cohort, after, most_members);
  std::int64_t members = 0;
  for (const StoredBatch& stored : batches)
    members += stored.batch.head.members;
  for (auto next = kept_.begin(); next != kept_.end() && members < most_members; ++next) {
    members += next->batch.head.members;
    batches.push_back(*next);
  }
  return batches;
}

InboxPosition RecordsLook::PositionOf(const StoredBatch& batch) const {
  return inbox_.PositionOf(batch);
}

InboxDepth RecordsLook::Depth(const CohortId& cohort, const std::optional<InboxPosition>& after) {
  InboxDepth depth = inbox_.Depth(cohort, after);
  const InboxDepth here = DepthHere(after);
  depth.batches += here.batches;
  depth.members += here.members;
  if (!depth.oldest) depth.oldest = here.oldest;
  return depth;
}

InboxDepth RecordsLook::DepthHere(const std::optional<InboxPosition>& after) const {
  const std::int64_t seen =
      after && after->batch >= kFirstId ? after->batch - kFirstId + 1 : std::int64_t{0};
  InboxDepth depth;
  depth.batches = std::ssize(members_) - seen;
  depth.members = std::accumulate(members_.begin() + seen, members_.end(), std::int64_t{0});
  if (depth.batches > 0 && !kept_.empty()) depth.oldest = kept_.front().batch.received_at;
  return depth;
}

std::optional<InboxGap> RecordsLook::FindGap(const CohortId& cohort) {
  return inbox_.FindGap(cohort);
}

}  // namespace cohort_sync
