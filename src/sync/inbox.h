// Port: where pushed batches are kept from their 200 until their run (src/storage implements it).
#ifndef COHORT_SYNC_SYNC_INBOX_H_
#define COHORT_SYNC_SYNC_INBOX_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "sync/binding.h"
#include "sync/change_batch.h"

namespace cohort_sync {

struct ReceivedBatch {
  ChangeBatchHead head;
  TimePoint received_at;
  std::string body;  // As it came; read again when its run is planned.
};

enum class InboxOutcome {
  kStored,
  kKnown,               // The message id came before, with the same body: no effect.
  kKnownWithOtherBody,  // As above, with another body: no effect, worth a log line.
};

// A batch with its place in the order of arrival.
struct StoredBatch {
  std::int64_t id = 0;  // Ascending, never twice.
  ReceivedBatch batch;
};

// What waits of one cohort: batches that are not planned yet.
struct InboxDepth {
  std::int64_t batches = 0;
  std::int64_t members = 0;
  std::optional<TimePoint> oldest;
};

// Something that was sent and not taken, or may have been.
struct InboxGap {
  TimePoint at;
  std::string reason;
};

// Where batches are given to. Safe from several threads.
class BatchSink {
 public:
  virtual ~BatchSink() = default;

  // Durable before `done` is called; several batches that come at once share a commit. `done` is
  // called once, on the inbox's own thread, which it must not hold up. kUnavailable when it could
  // not be stored: nothing of it was, and the sender has to try again.
  virtual void Store(ReceivedBatch batch, std::function<void(Result<InboxOutcome>)> done) = 0;
  // Something of this cohort was sent and not taken, for `reason`: its binding needs a reconcile.
  // Returns at once; kept even if the file cannot be written at the moment.
  virtual void NoteGap(const CohortId& cohort, TimePoint at, const std::string& reason) = 0;
};

// Safe from several threads. What reads throws DatabaseError.
class Inbox : public BatchSink {
 public:
  // The batches of `cohort` behind `after`, in the order of arrival, until they have `most_members`
  // members: at least one when there is any. A position in another inbox counts as none.
  [[nodiscard]] virtual std::vector<StoredBatch> Read(const CohortId& cohort,
                                                      const std::optional<InboxPosition>& after,
                                                      std::int64_t most_members) = 0;
  // The position of a batch of this inbox.
  [[nodiscard]] virtual InboxPosition PositionOf(const StoredBatch& batch) const = 0;
  // Every binding of the cohort has planned its batches up to `through`: they may go. Returns at
  // once.
  virtual void Planned(const CohortId& cohort, const InboxPosition& through) = 0;

  [[nodiscard]] virtual InboxDepth Depth(const CohortId& cohort,
                                         const std::optional<InboxPosition>& after) = 0;
  // The latest.
  [[nodiscard]] virtual std::optional<InboxGap> FindGap(const CohortId& cohort) = 0;
};

}  // namespace cohort_sync

#endif  // COHORT_SYNC_SYNC_INBOX_H_
