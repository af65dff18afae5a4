#include "storage/sqlite_inbox.h"

#include <algorithm>
#include <utility>

#include "base/format.h"
#include "base/log.h"
#include "storage/database_file.h"
#include "storage/inbox_tables.h"
#include "storage/transaction.h"

namespace cohort_sync {

namespace {

constexpr Duration kBetweenMessageDrops = std::chrono::hours(1);

}  // namespace

std::string InboxPathOf(const std::string& state) {
  return state + "-inbox";
}

void SqliteInbox::Work::Take(const Work& earlier) {
  gaps.insert(earlier.gaps.begin(), earlier.gaps.end());
  planned.insert(earlier.planned.begin(), earlier.planned.end());
  if (!alive) alive = earlier.alive;
}

bool SqliteInbox::Work::empty() const {
  return batches.empty() && gaps.empty() && planned.empty() && !alive;
}

Result<std::unique_ptr<SqliteInbox>> SqliteInbox::Open(const std::string& path,
                                                       const Clock& clock,
                                                       Random& random,
                                                       std::int64_t most_waiting_bytes) {
  auto writer = OpenForWriting(path, Schema::kInbox);
  if (!writer) return Fail(writer.error());
  auto reader = OpenForReading(path, Schema::kInbox);
  if (!reader) return Fail(reader.error());
  try {
    InboxTables tables(**writer);
    Transaction transaction(**writer, "open the inbox");
    std::int64_t name = tables.Name();
    if (name == 0) {
      name = static_cast<std::int64_t>(random.Next() >> 1U) + 1;
      tables.SetName(name);
      transaction.Commit();
    }
    return std::unique_ptr<SqliteInbox>(new SqliteInbox(
        path, std::move(*writer), std::move(*reader), clock, name, most_waiting_bytes));
  } catch (const DatabaseError& error) {
    return Fail(ErrorCode::kConfiguration, error.what());
  }
}

SqliteInbox::SqliteInbox(std::string path,
                         std::unique_ptr<Database> writer,
                         std::unique_ptr<Database> reader,
                         const Clock& clock,
                         std::int64_t name,
                         std::int64_t most_waiting_bytes)
    : path_(std::move(path)),
      clock_(clock),
      name_(name),
      most_waiting_bytes_(most_waiting_bytes),
      reader_(std::move(reader)),
      writer_(std::move(writer)) {
  InboxTables tables(*writer_);
  alive_before_ = tables.AliveAt();
  waiting_bytes_ = tables.WaitingBytes();
  thread_ = std::thread([this] { Run(); });
}

SqliteInbox::~SqliteInbox() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  changed_.notify_one();
  thread_.join();
}

// ---- Receiving ----

void SqliteInbox::Store(ReceivedBatch batch, std::function<void(Result<InboxOutcome>)> done) {
  {
    const std::lock_guard lock(mutex_);
    work_.batches.push_back({std::move(batch), std::move(done)});
  }
  changed_.notify_one();
}

void SqliteInbox::NoteGap(const CohortId& cohort, TimePoint at, const std::string& reason) {
  {
    const std::lock_guard lock(mutex_);
    work_.gaps[cohort] = {at, reason};
  }
  changed_.notify_one();
}

void SqliteInbox::OnStored(std::function<void(const std::set<CohortId>&)> stored) {
  const std::lock_guard lock(mutex_);
  on_stored_ = std::move(stored);
}

void SqliteInbox::SetAlive(TimePoint now) {
  {
    const std::lock_guard lock(mutex_);
    work_.alive = now;
  }
  changed_.notify_one();
}

void SqliteInbox::Planned(const CohortId& cohort, const InboxPosition& through) {
  if (through.inbox != name_) return;
  {
    const std::lock_guard lock(mutex_);
    work_.planned[cohort] = through.batch;
  }
  changed_.notify_one();
}

// ---- The writing thread ----

void SqliteInbox::Run() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return ending_ || !work_.empty(); });
    if (work_.empty()) return;
    Work work = std::exchange(work_, {});
    lock.unlock();
    Write(work);
    lock.lock();
  }
}

void SqliteInbox::Write(Work& work) {
  work.Take(std::exchange(put_off_, {}));
  std::vector<Result<InboxOutcome>> outcomes;
  try {
    if (!writer_) {
      auto opened = OpenForWriting(path_, Schema::kInbox);
      if (!opened) throw DatabaseError(opened.error().message());
      writer_ = std::move(*opened);
    }
    outcomes = Commit(work);
  } catch (const DatabaseError& error) {
    Log(LogLevel::kError, Format("inbox: nothing is stored: {}", error.what()));
    writer_.reset();
    outcomes.assign(work.batches.size(),
                    Fail(ErrorCode::kUnavailable, Format("the inbox failed: {}", error.what())));
    put_off_.Take(work);
  }
  std::set<CohortId> stored;
  for (std::size_t i = 0; i < work.batches.size(); ++i) {
    if (outcomes[i] && *outcomes[i] == InboxOutcome::kStored)
      stored.insert(work.batches[i].batch.head.cohort);
    work.batches[i].done(std::move(outcomes[i]));
  }
  if (stored.empty()) return;
  std::function<void(const std::set<CohortId>&)> tell;
  {
    const std::lock_guard lock(mutex_);
    tell = on_stored_;
  }
  if (tell) tell(stored);
}

std::vector<Result<InboxOutcome>> SqliteInbox::Commit(const Work& work) {
  std::vector<Result<InboxOutcome>> outcomes;
  outcomes.reserve(work.batches.size());
  std::int64_t bytes = waiting_bytes_;
  InboxTables tables(*writer_);
  Transaction transaction(*writer_, "store pushed batches");
  // First, for the room of what comes: no batch of this commit is among the planned.
  for (const auto& [cohort, through] : work.planned)
    bytes -= tables.DropBatches(cohort, through);
  for (const Waiting& waiting : work.batches) {
    const auto size = static_cast<std::int64_t>(waiting.batch.body.size());
    const bool fits = bytes + size <= most_waiting_bytes_;
    const InboxOutcome outcome = fits ? tables.Insert(waiting.batch) : tables.Look(waiting.batch);
    if (outcome != InboxOutcome::kStored) {
      outcomes.emplace_back(outcome);
    } else if (fits) {
      outcomes.emplace_back(outcome);
      bytes += size;
    } else {
      outcomes.emplace_back(Fail(
          ErrorCode::kUnavailable,
          Format("{} bytes of batches wait to be planned, {} may", bytes, most_waiting_bytes_)));
    }
  }
  for (const auto& [cohort, gap] : work.gaps)
    tables.NoteGap(cohort, gap);
  if (work.alive) tables.SetAlive(*work.alive);
  const TimePoint now = clock_.Now();
  const bool drops = now - messages_dropped_at_ >= kBetweenMessageDrops;
  if (drops) tables.DropMessages(now - kMessageRetention);
  transaction.Commit();
  if (drops) messages_dropped_at_ = now;
  waiting_bytes_ = bytes;
  return outcomes;
}

// ---- Planning ----

InboxOutcome SqliteInbox::Look(const ReceivedBatch& batch) {
  const std::lock_guard lock(reader_mutex_);
  const Activity activity(*reader_, "look whether a message is known");
  return InboxTables(*reader_).Look(batch);
}

std::int64_t SqliteInbox::BatchOf(const std::optional<InboxPosition>& position) const {
  return position && position->inbox == name_ ? position->batch : 0;
}

std::vector<StoredBatch> SqliteInbox::Read(const CohortId& cohort,
                                           const std::optional<InboxPosition>& after,
                                           std::int64_t most_members) {
  const std::lock_guard lock(reader_mutex_);
  const Activity activity(*reader_, "read pushed batches");
  return InboxTables(*reader_).Read(cohort, BatchOf(after), most_members);
}

InboxPosition SqliteInbox::PositionOf(const StoredBatch& batch) const {
  return {name_, batch.id};
}

InboxDepth SqliteInbox::Depth(const CohortId& cohort, const std::optional<InboxPosition>& after) {
  const std::lock_guard lock(reader_mutex_);
  const Activity activity(*reader_, "count pushed batches");
  return InboxTables(*reader_).Depth(cohort, BatchOf(after));
}

bool SqliteInbox::Waits(const CohortId& cohort, const std::optional<InboxPosition>& after) {
  const std::lock_guard lock(reader_mutex_);
  const Activity activity(*reader_, "find pushed batches");
  return InboxTables(*reader_).Waits(cohort, BatchOf(after));
}

std::optional<InboxGap> SqliteInbox::FindGap(const CohortId& cohort) {
  const std::lock_guard lock(reader_mutex_);
  const Activity activity(*reader_, "find what was not taken");
  return InboxTables(*reader_).FindGap(cohort);
}

}  // namespace cohort_sync
