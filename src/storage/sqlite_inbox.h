// The inbox in a SQLite file of its own, so that a batch is stored within a second also while the
// state's file is held by a long commit (design/faults.md G4).
#ifndef COHORT_SYNC_STORAGE_SQLITE_INBOX_H_
#define COHORT_SYNC_STORAGE_SQLITE_INBOX_H_

#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "base/random.h"
#include "storage/database.h"
#include "sync/inbox.h"

namespace cohort_sync {

// Bodies that wait to be planned may have so many bytes; then batches are turned away.
inline constexpr std::int64_t kMaxWaitingBytes = std::int64_t{4} << 30U;
// Repeats of a message are known for so long.
inline constexpr Duration kMessageRetention = std::chrono::hours(24 * 30);

// The file of the inbox of the state at `state`.
[[nodiscard]] std::string InboxPathOf(const std::string& state);

// One thread writes; another connection reads. A file that cannot be written for a while turns
// batches away, and is opened again with the next.
class SqliteInbox final : public Inbox {
 public:
  // Opens or creates `path` (storage/database_file.h says what is refused and how). `clock` and
  // `random` outlive the inbox. The lock of the state is the caller's.
  [[nodiscard]] static Result<std::unique_ptr<SqliteInbox>> Open(
      const std::string& path,
      const Clock& clock,
      Random& random,
      std::int64_t most_waiting_bytes = kMaxWaitingBytes);
  // What was given to Store is stored first.
  ~SqliteInbox() override;
  SqliteInbox(const SqliteInbox&) = delete;
  SqliteInbox& operator=(const SqliteInbox&) = delete;

  // Until when the receiver was there before this inbox was opened; nullopt when it never was.
  [[nodiscard]] std::optional<TimePoint> alive_before() const { return alive_before_; }
  // `stored` is called on the writing thread after each commit that stored batches, from now on,
  // with the cohorts that they are of.
  void OnStored(std::function<void(const std::set<CohortId>&)> stored);
  // There is a batch of `cohort` behind `after`. Costs the same however many wait; Depth does not.
  [[nodiscard]] bool Waits(const CohortId& cohort, const std::optional<InboxPosition>& after);
  // What Store would make of it now; stores nothing.
  [[nodiscard]] InboxOutcome Look(const ReceivedBatch& batch);
  // The receiver is there now. Returns at once.
  void SetAlive(TimePoint now);

  // ---- Inbox ----
  void Store(ReceivedBatch batch, std::function<void(Result<InboxOutcome>)> done) override;
  void NoteGap(const CohortId& cohort, TimePoint at, const std::string& reason) override;
  [[nodiscard]] std::vector<StoredBatch> Read(const CohortId& cohort,
                                              const std::optional<InboxPosition>& after,
                                              std::int64_t most_members) override;
  [[nodiscard]] InboxPosition PositionOf(const StoredBatch& batch) const override;
  void Planned(const CohortId& cohort, const InboxPosition& through) override;
  [[nodiscard]] InboxDepth Depth(const CohortId& cohort,
                                 const std::optional<InboxPosition>& after) override;
  [[nodiscard]] std::optional<InboxGap> FindGap(const CohortId& cohort) override;

 private:
  struct Waiting {
    ReceivedBatch batch;
    std::function<void(Result<InboxOutcome>)> done;
  };
  // What the writing thread is to do, in one commit.
  struct Work {
    std::vector<Waiting> batches;
    std::map<CohortId, InboxGap> gaps;
    std::map<CohortId, std::int64_t> planned;
    std::optional<TimePoint> alive;
    [[nodiscard]] bool empty() const;
    // All but its batches; where both say something, this one stands.
    void Take(const Work& earlier);
  };

  SqliteInbox(std::string path,
              std::unique_ptr<Database> writer,
              std::unique_ptr<Database> reader,
              const Clock& clock,
              std::int64_t name,
              std::int64_t most_waiting_bytes);
  void Run();
  void Write(Work& work);
  [[nodiscard]] std::vector<Result<InboxOutcome>> Commit(const Work& work);
  [[nodiscard]] std::int64_t BatchOf(const std::optional<InboxPosition>& position) const;

  const std::string path_;
  const Clock& clock_;
  const std::int64_t name_;
  const std::int64_t most_waiting_bytes_;
  std::optional<TimePoint> alive_before_;

  std::mutex reader_mutex_;
  const std::unique_ptr<Database> reader_;

  std::unique_ptr<Database> writer_;  // Of the writing thread.
  std::int64_t waiting_bytes_ = 0;    // As are these: of batches that are not planned.
  TimePoint messages_dropped_at_;
  Work put_off_;  // Could not be written: goes with what is written next.

  std::mutex mutex_;
  std::condition_variable changed_;
  Work work_;
  std::function<void(const std::set<CohortId>&)> on_stored_;
  bool ending_ = false;
  std::thread thread_;
};

}  // namespace cohort_sync

#endif  // COHORT_SYNC_STORAGE_SQLITE_INBOX_H_
