// Port: where pushed batches are kept from their 200 until their run (src/storage implements it).
#ifndef COHORT_SYNC_SYNC_INBOX_H_
#define COHORT_SYNC_SYNC_INBOX_H_

#include <functional>
#include <string>

#include "base/clock.h"
#include "base/result.h"
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

// Safe from several threads.
class Inbox {
 public:
  virtual ~Inbox() = default;

  // Durable before `done` is called; several batches that come at once share a commit. `done` is
  // called once, on the inbox's own thread, which it must not hold up. kUnavailable when it could
  // not be stored: nothing of it was, and the sender has to try again.
  virtual void Store(ReceivedBatch batch, std::function<void(Result<InboxOutcome>)> done) = 0;

  // Something of this cohort was sent and not taken, for `reason`: its binding needs a reconcile.
  // Kept even if the state cannot be written at the moment.
  virtual void NoteGap(const CohortId& cohort, TimePoint at, const std::string& reason) = 0;
};

}  // namespace cohort_sync

#endif  // COHORT_SYNC_SYNC_INBOX_H_
