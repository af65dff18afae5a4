// A real state file in a directory of its own, and short words for what a run does to it.
#ifndef COHORT_SYNC_TESTS_STORAGE_STORE_FIXTURE_H_
#define COHORT_SYNC_TESTS_STORAGE_STORE_FIXTURE_H_

#include <algorithm>
#include <array>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include <SQLiteCpp/SQLiteCpp.h>
#include <gtest/gtest.h>

#include "base/hash.h"
#include "storage/sqlite_sync_store.h"
#include "support/fake_clock.h"
#include "support/fake_random.h"
#include "support/temp_dir.h"
#include "sync/diff.h"

namespace cohort_sync {

inline constexpr Duration kSettleAfter{60'000};

// One state with one store on it.
class StoreWorld {
 public:
  StoreWorld() { Reopen(); }

  // As after a kill: the old store goes without finishing anything.
  void Reopen() {
    store_.reset();
    Result<std::unique_ptr<SqliteSyncStore>> opened = SqliteSyncStore::Open(path(), clock, random);
    ASSERT_TRUE(opened) << opened.error().message();
    store_ = std::move(*opened);
  }
  void Close() { store_.reset(); }

  [[nodiscard]] std::string path() const { return dir.File("state.db"); }
  [[nodiscard]] SqliteSyncStore& store() { return *store_; }

  [[nodiscard]] MemberRef Ref(const std::string& contact) {
    const std::string& kept = *names_.insert(contact).first;
    return {KeyedHash(store_->hash_key(), kept), kept};
  }
  [[nodiscard]] std::vector<MemberRef> Refs(const std::vector<std::string>& contacts) {
    std::vector<MemberRef> refs;
    for (const std::string& contact : contacts)
      refs.push_back(Ref(contact));
    return refs;
  }
  [[nodiscard]] MemberRows Rows(const std::vector<std::string>& contacts) {
    MemberRowsBuilder builder(store_->hash_key());
    for (const std::string& contact : contacts)
      builder.Add(contact);
    return builder.Finish();
  }

  [[nodiscard]] PlanCommit Plan(const std::string& cohort = "vip") const {
    PlanCommit plan;
    plan.started_at = clock.Now();
    plan.key = {ProjectName("web"), CohortId(cohort), DestinationName("cordial")};
    plan.pins = {"https://api.cordial.io/v2", ListName(cohort), ListId(7), {"email", "email"}, 1};
    plan.cohort_name = "Cohort " + cohort;
    plan.as_of = clock.Now();
    plan.origin = "file " + cohort + ".csv";
    return plan;
  }
  CommittedPlan Commit(const std::vector<std::string>& add,
                       const std::vector<std::string>& remove = {},
                       const std::string& cohort = "vip") {
    const std::vector<MemberRef> adds = Refs(add);
    const std::vector<MemberRef> removes = Refs(remove);
    PlanCommit plan = Plan(cohort);
    plan.add = adds;
    plan.remove = removes;
    plan.counts.added = static_cast<std::int64_t>(add.size());
    plan.counts.removed = static_cast<std::int64_t>(remove.size());
    return store_->CommitPlan(plan);
  }
  // A resync of a snapshot whose diff is `add`.
  CommittedPlan Resync(const std::vector<std::string>& members,
                       const std::vector<std::string>& add = {},
                       bool list_was_recreated = false) {
    const std::vector<MemberRef> adds = Refs(add);
    const MemberRows rows = Rows(members);
    PlanCommit plan = Plan();
    plan.trigger = RunTrigger::kResync;
    plan.add = adds;
    plan.assert_members = &rows;
    plan.list_was_recreated = list_was_recreated;
    return store_->CommitPlan(plan);
  }

  Claimed Claim(std::size_t limit = 100) { return Settle({}, limit); }
  Claimed Settle(const std::vector<Settlement>& settlements, std::size_t limit = 0) {
    const std::array requests{ClaimRequest{binding, limit, kSettleAfter}};
    return store_->SettleAndClaim(settlements, requests, clock.Now()).front();
  }
  void SaveCalls(BindingId of, const std::vector<OperationCall>& calls) {
    store_->SaveDeliveries(std::array{DeliverySnapshot{of, {}, calls}});
  }
  [[nodiscard]] Settlement Outcome(OperationId id, cohort_sync::Outcome outcome) const {
    Settlement settlement;
    settlement.id = id;
    settlement.outcome = outcome;
    settlement.at = clock.Now();
    return settlement;
  }
  // Claims everything due and settles it.
  void Deliver(cohort_sync::Outcome outcome = cohort_sync::Outcome::kDelivered) {
    std::vector<Settlement> settlements;
    for (const Operation& operation : Claim().operations)
      settlements.push_back(Outcome(operation.id, outcome));
    Settle(settlements);
  }

  [[nodiscard]] std::set<std::string> Desired() {
    std::set<std::string> desired;
    store_->VisitDesired(binding, [&](const DesiredRange& range) {
      range.checkpoint.Visit([&](const MemberRef& member) { desired.emplace(member.value); });
      for (const JournalChange& change : range.changes) {
        EXPECT_TRUE(range.range.Contains(change.hash));
        if (change.kind == OperationKind::kAdd) {
          desired.insert(change.contact);
        } else {
          desired.erase(change.contact);
        }
      }
    });
    return desired;
  }

  // "add a pending off" per row of the journal, in order.
  [[nodiscard]] std::vector<std::string> Journal() const {
    return Strings(
        "SELECT kind || ' ' || contact || ' ' || state || ' ' || before FROM operations"
        " ORDER BY operation_id");
  }
  // The first column of every row, by a connection of the test's own.
  [[nodiscard]] std::vector<std::string> Strings(const std::string& sql) const {
    SQLite::Database database(path(), SQLite::OPEN_READONLY, 5000);
    SQLite::Statement statement(database, sql);
    std::vector<std::string> rows;
    while (statement.executeStep())
      rows.push_back(statement.getColumn(0).getString());
    return rows;
  }
  [[nodiscard]] std::int64_t Number(const std::string& sql) const {
    return std::stoll(Strings(sql).at(0));
  }
  void Execute(const std::string& sql) const {
    SQLite::Database database(path(), SQLite::OPEN_READWRITE, 5000);
    database.exec(sql);
  }

  TempDir dir;
  FakeClock clock;
  FakeRandom random;
  BindingId binding{1};  // The first one; tests with several say which.

 private:
  std::set<std::string> names_;
  std::unique_ptr<SqliteSyncStore> store_;
};

class StoreTest : public ::testing::Test, protected StoreWorld {};

}  // namespace cohort_sync

#endif  // COHORT_SYNC_TESTS_STORAGE_STORE_FIXTURE_H_
