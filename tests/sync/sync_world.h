// Everything one sync needs, for the tests of this folder: a real state file, a list and a cohort
// that tests write down, and a clock that they turn.
#ifndef COHORT_SYNC_TESTS_SYNC_SYNC_WORLD_H_
#define COHORT_SYNC_TESTS_SYNC_SYNC_WORLD_H_

#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <SQLiteCpp/SQLiteCpp.h>

#include "base/hash.h"
#include "storage/sqlite_history.h"
#include "storage/sqlite_sync_store.h"
#include "support/blocking_runner.h"
#include "support/fake_clock.h"
#include "support/fake_list_destination.h"
#include "support/fake_snapshot_source.h"
#include "support/temp_dir.h"
#include "sync/known_values.h"
#include "sync/sync_runner.h"

namespace cohort_sync {

class SyncWorld {
 public:
  SyncWorld() {
    target.key = {ProjectName("web"), CohortId("9apg8e8f"), DestinationName("cordial")};
    target.identifier = {"email", "email"};
    target.delivery.concurrency = 4;
    target.delivery.requests_per_second = 0;
    target.source = &source;
    target.destination = &destination;
    Reopen();
  }

  // As after the end of a process and the start of the next.
  void Reopen() {
    store_.reset();
    store_ = std::move(SqliteSyncStore::Open(path(), clock, random).value());
    store_->Recover(clock.Now());
  }

  [[nodiscard]] std::string path() const { return dir_.File("state.db"); }
  [[nodiscard]] SqliteSyncStore& store() { return *store_; }
  [[nodiscard]] BlockingRunner runner() { return {*store_, clock, random}; }
  [[nodiscard]] std::unique_ptr<SqliteHistory> history() const {
    return std::move(SqliteHistory::Open(path()).value());
  }

  // Commits a plan without a snapshot; the list is "ActiveUsers".
  CommittedPlan Commit(const std::vector<std::string>& add,
                       const std::vector<std::string>& remove = {}) {
    return Commit(add, remove, "ActiveUsers");
  }
  // The same for another list, whose cohort's id is its name.
  CommittedPlan Commit(const std::vector<std::string>& add,
                       const std::vector<std::string>& remove,
                       const std::string& list) {
    PlanCommit plan;
    plan.started_at = clock.Now();
    plan.key = target.key;
    if (list != "ActiveUsers") plan.key.cohort = CohortId(list);
    plan.pins.endpoint = destination.endpoint();
    plan.pins.list_name = ListName(list);
    plan.pins.list_id = destination.EnsureList(ListName(list))->id;
    plan.pins.identifier = target.identifier;
    plan.cohort_name = "Active Users";
    plan.as_of = clock.Now();
    const std::vector<MemberRef> added = Refs(add);
    const std::vector<MemberRef> removed = Refs(remove);
    plan.add = added;
    plan.remove = removed;
    plan.counts.added = static_cast<std::int64_t>(add.size());
    plan.counts.removed = static_cast<std::int64_t>(remove.size());
    return store_->CommitPlan(plan);
  }

  RunReport Sync(const RunOptions& options = {}) {
    RunObserver observer;
    return runner().Run(target, options, observer);
  }
  RunReport Sync(std::vector<std::string> values, const RunOptions& options = {}) {
    source.values = std::move(values);
    return Sync(options);
  }
  Result<PreparedRun> Plan(const RunOptions& options = {}) {
    return runner().Plan(target, options);
  }

  [[nodiscard]] std::set<std::string> OnList() { return destination.ContactsOf("ActiveUsers"); }

  // The newest operation of `contact` as a second connection sees it: "add in_flight 0", with the
  // attempts spent; empty when there is none.
  [[nodiscard]] std::string StoredOperation(const std::string& contact) const {
    SQLite::Database database(path(), SQLite::OPEN_READONLY);
    SQLite::Statement newest(database,
                             "SELECT kind || ' ' || state || ' ' || attempts FROM operations"
                             " WHERE contact = ? ORDER BY operation_id DESC LIMIT 1");
    newest.bind(1, contact);
    return newest.executeStep() ? newest.getColumn(0).getString() : std::string();
  }

  FakeClock clock;
  MiddleRandom random;
  FakeListDestination destination{clock};
  FakeSnapshotSource source{clock};
  SyncTarget target;

 private:
  [[nodiscard]] std::vector<MemberRef> Refs(const std::vector<std::string>& values) const {
    std::vector<MemberRef> refs;
    for (const std::string& value : values)
      refs.push_back({KeyedHash(store_->hash_key(), value), value});
    return refs;
  }

  TempDir dir_;
  std::unique_ptr<SqliteSyncStore> store_;
};

}  // namespace cohort_sync

#endif  // COHORT_SYNC_TESTS_SYNC_SYNC_WORLD_H_
