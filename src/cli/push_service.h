// What `serve` does for pushed cohorts until their batches are planned.
#ifndef COHORT_SYNC_CLI_PUSH_SERVICE_H_
#define COHORT_SYNC_CLI_PUSH_SERVICE_H_

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "amplitude/json_identify_format.h"
#include "base/clock.h"
#include "base/result.h"
#include "cli/command.h"
#include "cli/records_intake.h"
#include "cli/workspace.h"
#include "http/guarded_server.h"
#include "service/scheduler.h"
#include "web/push_receiver.h"

namespace cohort_sync {

// Receives, reads files of records, and knows which bindings have batches. On the thread that owns
// the state; the receiver and the files have threads of their own. Throws DatabaseError.
class PushService {
 public:
  // The references outlive it. What was missed while no receiver was there is noted as a gap.
  PushService(const CommandContext& context, Workspace& workspace);
  // No more is received; what was received is stored.
  ~PushService();
  PushService(const PushService&) = delete;
  PushService& operator=(const PushService&) = delete;

  // Begins to receive what reaches the handler that it gives, which belongs to it and must not be
  // called once it is gone. kConfiguration when a secret cannot be read. REQUIRES: the
  // configuration has a server.
  [[nodiscard]] Result<http::RequestHandler*> Receive();

  // What became of the requests; nullopt while nothing is received. Any thread once Receive has
  // returned.
  [[nodiscard]] std::optional<web::PushStatistics> Statistics() const {
    return receiver_ ? std::optional(receiver_->Statistics()) : std::nullopt;
  }
  // Does what is due at `now`, and says when it has to be called again.
  TimePoint Turn(TimePoint now);
  // The syncs (by their index in the configuration) that have batches waiting, of those that
  // `may_take` lets through. What all bindings of a cohort have planned leaves the inbox.
  [[nodiscard]] std::vector<std::size_t> Waiting(const std::function<bool(std::size_t)>& may_take);
  // A run of this sync's batches failed: the next is not before a pause.
  void Failed(std::size_t index, TimePoint now);
  // It may have batches again.
  void LookAgain(std::size_t index) { to_look_at_.insert(index); }
  // Any of them may. Any thread.
  void LookAgain();

 private:
  [[nodiscard]] std::optional<Binding> BindingOf(std::size_t index);
  [[nodiscard]] const CohortId& CohortOf(std::size_t index) const;
  void NoteAbsence();
  void LookAtArrived();
  void DropPlanned(const CohortId& cohort);
  void ReadRecords(std::size_t files, TimePoint now);

  const CommandContext& context_;
  Workspace& workspace_;
  SqliteInbox& inbox_;
  const amplitude::JsonIdentifyFormat identify_format_;
  // Batches of these have come. Shared with the inbox, which outlives this.
  struct Arrived {
    std::mutex mutex;
    std::set<CohortId> cohorts;
  };
  std::shared_ptr<Arrived> arrived_ = std::make_shared<Arrived>();
  std::set<std::size_t> pushed_;  // Syncs that are.
  std::set<std::size_t> to_look_at_;
  std::map<std::size_t, TimePoint> not_before_;
  std::map<CohortId, std::int64_t> dropped_;  // Up to this batch.
  TimePoint alive_told_at_;

  Scheduler scheduler_;  // Of files of records, by their index in `files_`.
  std::vector<std::unique_ptr<RecordsIntake>> files_;
  std::jthread reader_;
  std::atomic<bool> read_ = false;  // The reader has ended.
  std::optional<std::size_t> reading_;

  std::unique_ptr<web::PushReceiver> receiver_;
};

}  // namespace cohort_sync

#endif  // COHORT_SYNC_CLI_PUSH_SERVICE_H_
