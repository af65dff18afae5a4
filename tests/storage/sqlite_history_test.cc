#include "storage/sqlite_history.h"

#include <gmock/gmock.h>

#include "base/redaction.h"
#include "base/text.h"
#include "storage/store_fixture.h"

namespace cohort_sync {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class SqliteHistoryTest : public StoreTest {
 protected:
  // Beside the store that owns the state.
  SqliteHistory& history() {
    if (history_ == nullptr) {
      Result<std::unique_ptr<SqliteHistory>> opened = SqliteHistory::Open(path());
      EXPECT_TRUE(opened) << opened.error().message();
      history_ = std::move(*opened);
    }
    return *history_;
  }
  void Finish(RunId run, RunState state, std::vector<CallSummary> by_call = {}) {
    RunReport report;
    report.delivery.by_call = std::move(by_call);
    report.id = run;
    report.state = state;
    report.finished_at = clock.Now();
    store().FinishRun(report);
  }

 private:
  std::unique_ptr<SqliteHistory> history_;
};

RunReport FailedReport(RunTrigger trigger, TimePoint at, std::string error) {
  RunReport report;
  report.trigger = trigger;
  report.state = RunState::kFailed;
  report.started_at = at;
  report.finished_at = at + Duration(1);
  report.error = std::move(error);
  return report;
}

TEST_F(SqliteHistoryTest, OpensAStateThatNobodyElseHasOpen) {
  Commit({"a"});
  Close();
  EXPECT_THAT(history().Bindings(), SizeIs(1));
}

TEST_F(SqliteHistoryTest, SaysThatThereIsNoStateYet) {
  const auto opened = SqliteHistory::Open(dir.File("none.db"));
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code(), ErrorCode::kNotFound);
}

TEST_F(SqliteHistoryTest, RefusesMembersOfATimeWhoseRowsWerePruned) {
  Commit({"early"});
  Deliver();
  clock.Advance(std::chrono::hours(48));
  const TimePoint pruned_to = clock.Now();
  Commit({"late"});
  Deliver();
  clock.Advance(std::chrono::hours(1));
  store().Prune(clock.Now());
  const auto members_at = [&](TimePoint time) {
    std::set<std::string> members;
    const Status visited = history().VisitMembers(
        binding, time, [&](std::string_view contact) { members.emplace(contact); });
    return visited ? members : std::set<std::string>{visited.error().message()};
  };
  EXPECT_THAT(members_at(pruned_to), ElementsAre("early", "late"));
  EXPECT_THAT(members_at(pruned_to - Duration(1)),
              ElementsAre("the journal reaches back to 2026-11-23T06:00:00Z; choose that time or a "
                          "later one"));
}

TEST_F(SqliteHistoryTest, RefusesATimeThatAClockSetBackHasMadeUncertain) {
  Commit({"first"});
  clock.Advance(-std::chrono::hours(1));
  Commit({"second"});
  clock.Advance(std::chrono::hours(3));
  store().Prune(clock.Now());
  const Status visited = history().VisitMembers(
      binding, FakeClock::kStart - std::chrono::minutes(30), [](std::string_view) {});
  ASSERT_FALSE(visited);
  EXPECT_EQ(visited.error().message(),
            "the journal reaches back to 2026-11-21T06:00:00Z; choose that time or a later one");
}

TEST_F(SqliteHistoryTest, SeesWhatTheStoreCommitsMeanwhile) {
  EXPECT_THAT(history().Bindings(), IsEmpty());
  Commit({"a", "b"});
  ASSERT_THAT(history().Bindings(), SizeIs(1));
  EXPECT_EQ(history().Bindings()[0].desired, 2);
}

TEST_F(SqliteHistoryTest, ABindingsStatusCountsWhatIsOpenAndParked) {
  Commit({"a", "b", "c", "d"});
  const Claimed claimed = Claim();
  Settle({Outcome(claimed.operations.at(0).id, Outcome::kRefused),
          Outcome(claimed.operations.at(1).id, Outcome::kUnknownContact),
          Outcome(claimed.operations.at(2).id, Outcome::kNotSent)});
  Commit({}, {"a"});
  const BindingStatus status = history().Bindings().at(0);
  EXPECT_EQ(status.binding.key, Plan().key);
  EXPECT_EQ(status.desired, 3);
  EXPECT_EQ(status.pending, 2) << "the removal, and the add in flight";
  EXPECT_EQ(status.parked.refused, 0) << "superseded by the removal";
  EXPECT_EQ(status.parked.unknown_contact, 1);
  EXPECT_EQ(status.parked.exhausted, 1);
  EXPECT_FALSE(status.hold);
}

TEST_F(SqliteHistoryTest, ABindingsStatusNamesItsHoldItsLastRunAndItsLastSuccess) {
  Finish(Commit({"a"}).run, RunState::kSucceeded);
  const TimePoint success = clock.Now();
  clock.Advance(Duration(5000));
  const std::vector<MemberRef> removals = Refs({"a"});
  PlanCommit plan = Plan();
  plan.hold_remove = removals;
  const RunId held = store().CommitPlan(plan).run;
  const RunId failed = store().RecordFailedRun(
      plan.key, FailedReport(RunTrigger::kScheduled, clock.Now(), "fetch: http 503"));
  const BindingStatus status = history().Bindings().at(0);
  ASSERT_TRUE(status.hold);
  EXPECT_EQ(status.hold->run, held);
  EXPECT_EQ(status.hold->removals, 1);
  EXPECT_EQ(status.hold->adds, 0);
  ASSERT_TRUE(status.last_run);
  EXPECT_EQ(status.last_run->id, failed);
  EXPECT_EQ(status.last_success, success);
}

TEST_F(SqliteHistoryTest, ARunIsReadAsItWasWritten) {
  PlanCommit plan = Plan();
  plan.trigger = RunTrigger::kScheduled;
  plan.counts = {100, 90, {1, 2, 3, 4}, 80, 11, 12, 13, 14, 15, 0};
  plan.removals_approved = true;
  plan.notes = {"the cohort says 91"};
  RunReport report;
  report.id = store().CommitPlan(plan).run;
  report.state = RunState::kParked;
  report.finished_at = clock.Now() + Duration(9);
  report.counts.reopened = 16;
  report.delivery = {21, 22, 23, 24, 25, 26, 27, 28};
  report.error = "some were refused";
  report.notes = {"the cohort says 91", "parked: 49"};
  store().FinishRun(report);

  const std::optional<RunReport> found = history().FindRun(report.id);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->binding, binding);
  EXPECT_EQ(found->cohort, "vip");
  EXPECT_EQ(found->cohort_name, "Cohort vip");
  EXPECT_EQ(found->list, "vip");
  EXPECT_EQ(found->trigger, RunTrigger::kScheduled);
  EXPECT_EQ(found->state, RunState::kParked);
  EXPECT_EQ(found->started_at, clock.Now());
  EXPECT_EQ(found->finished_at, report.finished_at);
  EXPECT_EQ(found->snapshot_as_of, plan.as_of);
  EXPECT_EQ(found->origin, "file vip.csv");
  EXPECT_TRUE(found->removals_approved);
  EXPECT_EQ(found->counts.rows, 100);
  EXPECT_EQ(found->counts.members, 90);
  EXPECT_THAT(found->counts.rejected, ElementsAre(1, 2, 3, 4));
  EXPECT_EQ(found->counts.desired_before, 80);
  EXPECT_EQ(found->counts.added, 11);
  EXPECT_EQ(found->counts.removed, 12);
  EXPECT_EQ(found->counts.unchanged, 13);
  EXPECT_EQ(found->counts.held_removals, 14);
  EXPECT_EQ(found->counts.held_adds, 15);
  EXPECT_EQ(found->counts.reopened, 16);
  EXPECT_EQ(found->delivery.calls, 21);
  EXPECT_EQ(found->delivery.delivered, 22);
  EXPECT_EQ(found->delivery.unneeded, 23);
  EXPECT_EQ(found->delivery.refused, 24);
  EXPECT_EQ(found->delivery.exhausted, 25);
  EXPECT_EQ(found->delivery.pending, 26);
  EXPECT_EQ(found->delivery.parked, 27);
  EXPECT_EQ(found->delivery.unknown_contacts, 28);
  EXPECT_EQ(found->error, "some were refused");
  EXPECT_THAT(found->notes, ElementsAre("the cohort says 91", "parked: 49"));
}

TEST_F(SqliteHistoryTest, ARunWhoseProcessEndedIsInterrupted) {
  const RunId run = store().CommitPlan(Plan()).run;
  ASSERT_EQ(history().FindRun(run)->state, RunState::kDelivering);
  clock.Advance(Duration(7'000));
  store().Recover(clock.Now());
  EXPECT_EQ(history().FindRun(run)->state, RunState::kInterrupted);
  EXPECT_EQ(history().FindRun(run)->finished_at, clock.Now());
}

TEST_F(SqliteHistoryTest, ARunThatFailedBeforeItsBindingExistedIsListed) {
  const RunId run = store().RecordFailedRun(
      Plan().key, FailedReport(RunTrigger::kManual, clock.Now(), "fetch: http 403"));
  const std::optional<RunReport> found = history().FindRun(run);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->state, RunState::kFailed);
  EXPECT_EQ(found->binding, BindingId(0));
  EXPECT_EQ(found->cohort, "vip");
  EXPECT_EQ(found->error, "fetch: http 403");
  EXPECT_EQ(found->finished_at, clock.Now() + Duration(1));
  EXPECT_FALSE(history().FindRun(RunId(run.value() + 1)));
}

TEST_F(SqliteHistoryTest, ADeliveryRunCarriesTheNamesOfItsBinding) {
  Commit({"a"});
  const RunId run = store().BeginDeliveryRun(binding, RunTrigger::kRetry, clock.Now());
  const std::optional<RunReport> found = history().FindRun(run);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->binding, binding);
  EXPECT_EQ(found->trigger, RunTrigger::kRetry);
  EXPECT_EQ(found->state, RunState::kDelivering);
  EXPECT_EQ(found->list, "vip");
  EXPECT_EQ(found->cohort_name, "Cohort vip");
}

TEST_F(SqliteHistoryTest, RunsAreListedNewestFirst) {
  Commit({"a"}, {}, "vip");
  Commit({"b"}, {}, "other");
  Commit({"c"}, {}, "vip");
  const auto ids = [](const std::vector<RunReport>& runs) {
    std::vector<std::int64_t> numbers;
    for (const RunReport& run : runs)
      numbers.push_back(run.id.value());
    return numbers;
  };
  EXPECT_THAT(ids(history().Runs(10, std::nullopt)), ElementsAre(3, 2, 1));
  EXPECT_THAT(ids(history().Runs(2, std::nullopt)), ElementsAre(3, 2));
  EXPECT_THAT(ids(history().Runs(10, CohortId("vip"))), ElementsAre(3, 1));
  EXPECT_THAT(ids(history().Runs(10, CohortId("none"))), IsEmpty());
}

TEST_F(SqliteHistoryTest, RejectedRowsComeInTheOrderOfReasonsAndRows) {
  const std::vector<RejectedRow> rows = {{0, RejectReason::kDuplicate, "a@b", ""},
                                         {9, RejectReason::kMalformed, "x", "m9"},
                                         {5, RejectReason::kMissing, "", "m5"},
                                         {2, RejectReason::kMalformed, "y", "m2"}};
  PlanCommit plan = Plan();
  plan.rejected_rows = rows;
  const RunId run = store().CommitPlan(plan).run;
  std::vector<std::string> found;
  for (const RejectedRow& row : history().RejectedRows(run))
    found.push_back(std::string(ToString(row.reason)) + " " + std::to_string(row.row) + " " +
                    row.value + " " + row.member);
  EXPECT_THAT(
      found,
      ElementsAre("missing 5  m5", "malformed 2 y m2", "malformed 9 x m9", "duplicate 0 a@b "));
  EXPECT_THAT(history().RejectedRows(RunId(99)), IsEmpty());
}

TEST_F(SqliteHistoryTest, ParkedOperationsAreThoseOfTheirRunThatAreParkedNow) {
  const RunId first = Commit({"a", "b"}).run;
  const Claimed claimed = Claim();
  Settlement refused = Outcome(claimed.operations.at(0).id, Outcome::kRefused);
  refused.reason = "invalid email";
  refused.http_status = 422;
  Settle({refused, Outcome(claimed.operations.at(1).id, Outcome::kDelivered)});
  const RunId second = Commit({}, {"b"}).run;
  Deliver(Outcome::kNotSent);

  const std::vector<ParkedOperation> parked = history().ParkedOperations(first);
  ASSERT_THAT(parked, SizeIs(1));
  EXPECT_EQ(parked[0].id, claimed.operations.at(0).id);
  EXPECT_EQ(parked[0].kind, OperationKind::kAdd);
  EXPECT_EQ(parked[0].contact, "a");
  EXPECT_EQ(parked[0].park_reason, ParkReason::kRefused);
  EXPECT_EQ(parked[0].reason, "invalid email");
  EXPECT_EQ(parked[0].attempts, 1);
  EXPECT_EQ(parked[0].updated_at, clock.Now());
  ASSERT_THAT(history().ParkedOperations(second), SizeIs(1));
  EXPECT_EQ(history().ParkedOperations(second)[0].park_reason, ParkReason::kExhausted);
}

OperationCall CallOf(std::int64_t operation) {
  return {OperationId(operation),
          OperationKind::kRemove,
          "contact " + std::to_string(operation),
          {.sent_at = FakeClock::kStart + Duration(operation),
           .took = Duration(12),
           .method = "PUT",
           .target = "/v2/contacts/email:a",
           .request_body = R"({"vip":false})",
           .http_status = 200,
           .answer = R"({"success":true})"}};
}

std::vector<OperationCall> CallsOf(std::int64_t first, std::int64_t last) {
  std::vector<OperationCall> calls;
  for (std::int64_t id = first; id <= last; ++id)
    calls.push_back(CallOf(id));
  return calls;
}

TEST_F(SqliteHistoryTest, ACallIsReadAsItWasSaved) {
  Commit({"a"});
  SaveCalls(binding, CallsOf(4, 4));
  const std::vector<OperationCall> calls = history().LastCalls(binding, 10);
  ASSERT_THAT(calls, SizeIs(1));
  EXPECT_EQ(calls[0].operation, OperationId(4));
  EXPECT_EQ(calls[0].kind, OperationKind::kRemove);
  EXPECT_EQ(calls[0].contact, "contact 4");
  EXPECT_EQ(calls[0].call.sent_at, FakeClock::kStart + Duration(4));
  EXPECT_EQ(calls[0].call.took, Duration(12));
  EXPECT_EQ(calls[0].call.method, "PUT");
  EXPECT_EQ(calls[0].call.target, "/v2/contacts/email:a");
  EXPECT_EQ(calls[0].call.request_body, R"({"vip":false})");
  EXPECT_EQ(calls[0].call.http_status, 200);
  EXPECT_EQ(calls[0].call.answer, R"({"success":true})");
}

TEST_F(SqliteHistoryTest, ADeliveryUnderWayIsReadAsItWasSaved) {
  Commit({"a"});
  DeliverySnapshot snapshot{binding, {}, {}};
  snapshot.progress.done = 7;
  snapshot.progress.total = 20;
  snapshot.progress.pending = 13;
  snapshot.progress.refused = 1;
  snapshot.progress.exhausted = 2;
  snapshot.progress.unknown_contacts = 3;
  snapshot.progress.per_second = 12.5;
  snapshot.progress.limit.kind = LimitKind::kAskedToWait;
  snapshot.progress.limit.per_second = 20.5;
  snapshot.progress.limit.calls = 8;
  snapshot.progress.limit.until = clock.Now() + Duration(4'000);
  snapshot.progress.limit.reason = "http 503";
  store().SaveDeliveries(std::array{snapshot});
  const auto read = history().Bindings().at(0).delivery;
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(read->updated_at, clock.Now());
  EXPECT_EQ(read->progress.done, 7);
  EXPECT_EQ(read->progress.total, 20);
  EXPECT_EQ(read->progress.pending, 13);
  EXPECT_EQ(read->progress.refused, 1);
  EXPECT_EQ(read->progress.exhausted, 2);
  EXPECT_EQ(read->progress.unknown_contacts, 3);
  EXPECT_EQ(read->progress.per_second, 12.5);
  EXPECT_EQ(read->progress.limit, snapshot.progress.limit);
}

TEST_F(SqliteHistoryTest, ADeliveryThatHasEndedOrWhoseProcessIsGoneIsNotUnderWay) {
  Commit({"a"});
  const BindingId other = Commit({"b"}, {}, "other").binding;
  std::array snapshots{DeliverySnapshot{binding, {}, {}}, DeliverySnapshot{other, {}, {}}};
  store().SaveDeliveries(snapshots);
  snapshots[0].progress.ended = true;
  store().SaveDeliveries(snapshots);
  EXPECT_FALSE(history().Bindings().at(0).delivery.has_value());
  EXPECT_TRUE(history().Bindings().at(1).delivery.has_value());
  store().Recover(clock.Now());
  EXPECT_FALSE(history().Bindings().at(1).delivery.has_value());
}

TEST_F(SqliteHistoryTest, TheNewestCallsOfEachBindingAreKept) {
  Commit({"a"});
  const BindingId other = Commit({"b"}, {}, "other").binding;
  SaveCalls(other, CallsOf(1, 3));
  SaveCalls(binding, CallsOf(1, 150));
  SaveCalls(binding, CallsOf(151, 230));
  SaveCalls(binding, {});
  std::vector<OperationCall> calls = history().LastCalls(binding, 1'000);
  ASSERT_THAT(calls, SizeIs(200));
  EXPECT_EQ(calls.front().operation, OperationId(31));
  EXPECT_EQ(calls.back().operation, OperationId(230));
  calls = history().LastCalls(binding, 2);
  ASSERT_THAT(calls, SizeIs(2));
  EXPECT_EQ(calls.front().operation, OperationId(229));
  EXPECT_THAT(history().LastCalls(other, 10), SizeIs(3));
  SaveCalls(binding, CallsOf(1'001, 1'500));
  calls = history().LastCalls(binding, 1'000);
  ASSERT_THAT(calls, SizeIs(200));
  EXPECT_EQ(calls.front().operation, OperationId(1'301));
  EXPECT_EQ(Number("SELECT count(*) FROM calls"), 203);
}

TEST_F(SqliteHistoryTest, NoSecretOfACallReachesTheState) {
  RegisterForRedaction("state-canary-4711");
  Commit({"a"});
  std::vector<OperationCall> calls = CallsOf(1, 1);
  calls[0].call.target += "?key=state-canary-4711";
  calls[0].call.request_body = "state-canary-4711";
  calls[0].call.answer = "you sent Basic " + Base64Encode("state-canary-4711:");
  SaveCalls(binding, calls);
  const CallRecord kept = history().LastCalls(binding, 1).front().call;
  EXPECT_EQ(kept.target, "/v2/contacts/email:a?key=***");
  EXPECT_EQ(kept.request_body, "***");
  EXPECT_EQ(kept.answer, "you sent Basic ***");
}

TEST_F(SqliteHistoryTest, AnAnswerThatIsNotUtf8IsKeptReadable) {
  Commit({"a"});
  std::vector<OperationCall> calls = CallsOf(1, 1);
  calls[0].call.answer = "gzip \x1f\x8b";
  SaveCalls(binding, calls);
  EXPECT_EQ(history().LastCalls(binding, 1).front().call.answer, "gzip \\x1f\\x8b");
}

TEST_F(SqliteHistoryTest, ForgettingABindingForgetsItsCallsAndKeepsTheSumsOfItsRuns) {
  const CommittedPlan plan = Commit({"a"});
  Finish(plan.run, RunState::kSucceeded, {{"POST /contacts", {{"200", 1}}, {}, {}, {}, {}}});
  SaveCalls(binding, CallsOf(1, 2));
  store().Forget(binding);
  EXPECT_THAT(history().LastCalls(binding, 10), IsEmpty());
  EXPECT_EQ(Number("SELECT count(*) FROM calls"), 0);
  EXPECT_THAT(history().FindRun(plan.run)->delivery.by_call, SizeIs(1));
}

TEST_F(SqliteHistoryTest, ARunKeepsTheAnswersAndLatenciesOfItsCalls) {
  const CommittedPlan plan = Commit({"a"});
  const CallSummary adds{"POST /contacts",
                         {{"200", 1'204}, {"429", 3}, {"none", 1}},
                         Duration(12),
                         Duration(40),
                         Duration(180),
                         Duration(2'100)};
  const CallSummary removals{
      "PUT /contacts", {{"200", 2}}, Duration(1), Duration(2), Duration(3), Duration(4)};
  Finish(plan.run, RunState::kSucceeded, {adds});
  Finish(plan.run, RunState::kSucceeded, {removals, adds});
  EXPECT_THAT(history().FindRun(plan.run)->delivery.by_call, ElementsAre(adds, removals));
  EXPECT_THAT(history().Runs(1, std::nullopt).front().delivery.by_call,
              ElementsAre(adds, removals));
  EXPECT_THAT(history().Bindings().front().last_run->delivery.by_call, ElementsAre(adds, removals));
}

TEST_F(SqliteHistoryTest, SizesAreTheMembersAfterEachRunThatHadASnapshot) {
  PlanCommit plan = Plan();
  plan.counts.added = 5;
  const RunId first = store().CommitPlan(plan).run;
  Finish(store().BeginDeliveryRun(binding, RunTrigger::kRetry, clock.Now()), RunState::kSucceeded);
  clock.Advance(std::chrono::hours(1));
  plan = Plan();
  plan.counts.desired_before = 5;
  plan.counts.added = 1;
  plan.counts.removed = 3;
  const RunId second = store().CommitPlan(plan).run;
  static_cast<void>(store().RecordFailedRun(
      plan.key, FailedReport(RunTrigger::kScheduled, clock.Now(), "fetch: http 503")));
  const std::vector<ListSize> sizes = history().Sizes(binding, 500);
  ASSERT_THAT(sizes, SizeIs(2));
  EXPECT_EQ(sizes[0].run, first);
  EXPECT_EQ(sizes[0].members, 5);
  EXPECT_EQ(sizes[1].run, second);
  EXPECT_EQ(sizes[1].at, clock.Now());
  EXPECT_EQ(sizes[1].members, 3);
  EXPECT_THAT(history().Sizes(BindingId(9), 500), IsEmpty());
}

// One plan writes the row that the others copy.
constexpr char kManyRuns[] =
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 99999)"
    " INSERT INTO runs (binding_id, project, cohort, destination, cohort_name, list_name, cause,"
    " state, started_at, committed_at, desired_before, added, pushed_batches)"
    " SELECT 1, 'web', 'vip', 'cordial', 'x', 'vip', 'scheduled', 'succeeded', i * 1000, i * 1000,"
    " i, 1, 1 FROM n";

TEST_F(SqliteHistoryTest, SizesOfAHundredThousandRunsAreAnEvenChoiceWithTheNewest) {
  static_cast<void>(Commit({"a"}));
  Execute(kManyRuns);
  const std::vector<ListSize> sizes = history().Sizes(binding, 500);
  EXPECT_LE(sizes.size(), 500U);
  EXPECT_GE(sizes.size(), 490U);
  EXPECT_EQ(sizes.back().run, RunId(100'000));
  EXPECT_EQ(sizes.back().members, 100'000);
  for (std::size_t i = 1; i < sizes.size(); ++i)
    EXPECT_EQ(sizes[i].run.value() - sizes[i - 1].run.value(), 200);
}

constexpr char kManyParked[] =
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000)"
    " INSERT INTO operations (binding_id, contact_hash, contact, kind, before, run_id, state,"
    " attempts, park_reason, reason, created_at, updated_at)"
    " SELECT 1, i, 'c' || i || '@example.com', 'add', 'off', 1, 'parked', 1,"
    " CASE i % 4 WHEN 0 THEN 'exhausted' WHEN 1 THEN 'unknown_contact' ELSE 'refused' END,"
    " CASE i % 1000 WHEN 0 THEN 'Special words' ELSE 'no' END, 0, 0 FROM n";

TEST_F(SqliteHistoryTest, ParkedPagesGoThroughAHundredThousandInTheOrderOfTheJournal) {
  static_cast<void>(Commit({}));
  Execute(kManyParked);
  std::set<std::int64_t> seen;
  ParkedFilter filter;
  filter.limit = 30'000;
  for (;;) {
    const std::vector<ParkedOperation> page = history().Parked(binding, filter);
    if (page.empty()) break;
    EXPECT_LT(filter.after, page.front().id);
    for (std::size_t i = 1; i < page.size(); ++i)
      EXPECT_LT(page[i - 1].id, page[i].id);
    for (const ParkedOperation& operation : page)
      seen.insert(operation.id.value());
    filter.after = page.back().id;
  }
  EXPECT_THAT(seen, SizeIs(100'000));
}

TEST_F(SqliteHistoryTest, ParkedOperationsAreFoundByReasonAndWords) {
  static_cast<void>(Commit({}));
  Execute(kManyParked);
  const auto count = [&](std::optional<ParkReason> reason,
                         const std::string& search = "",
                         bool search_parts = false) {
    ParkedFilter filter;
    filter.reason = reason;
    filter.search = search;
    filter.search_parts = search_parts;
    filter.limit = 1'000'000;
    return history().Parked(binding, filter).size();
  };
  EXPECT_EQ(count(ParkReason::kRefused), 50'000U);
  EXPECT_EQ(count(ParkReason::kUnknownContact), 25'000U);
  EXPECT_EQ(count({}, "special"), 100U);
  EXPECT_EQ(count(ParkReason::kRefused, "special"), 0U);
  EXPECT_EQ(count({}, "c77@example.com"), 1U);
  EXPECT_EQ(count({}, "c77@"), 0U);
  EXPECT_EQ(count({}, "c77@", true), 1U);
  EXPECT_THAT(history().Parked(BindingId(2), {}), IsEmpty());
}

TEST_F(SqliteHistoryTest, HeldContactsAreReadInParts) {
  static_cast<void>(Commit({"a", "b", "c"}));
  const std::vector<MemberRef> removals = Refs({"a", "b", "c"});
  PlanCommit plan = Plan();
  plan.hold_remove = removals;
  const RunId run = store().CommitPlan(plan).run;
  const auto part = [&](std::size_t skip, std::size_t limit) {
    std::vector<std::string> contacts;
    for (const HeldContact& held : history().Held(run, skip, limit))
      contacts.push_back(held.contact);
    return contacts;
  };
  EXPECT_THAT(part(0, 2), ElementsAre("a", "b"));
  EXPECT_THAT(part(2, 2), ElementsAre("c"));
  EXPECT_THAT(part(3, 2), IsEmpty());
}

TEST_F(SqliteHistoryTest, KnowsWhetherAnybodyHasWrittenMeanwhile) {
  static_cast<void>(Commit({"a"}));
  const std::string before = history().Version();
  EXPECT_EQ(history().Version(), before);
  static_cast<void>(Commit({"b"}));
  EXPECT_NE(history().Version(), before);
}

TEST_F(SqliteHistoryTest, AReadThatTakesTooLongEnds) {
  static_cast<void>(Commit({}));
  Execute(kManyParked);
  ParkedFilter nothing;
  nothing.search = "nothing has this";
  history().LimitTime(Duration(0));
  EXPECT_THROW(static_cast<void>(history().Parked(binding, nothing)), DatabaseError);
  history().LimitTime(std::chrono::hours(1));
  EXPECT_THAT(history().Parked(binding, nothing), IsEmpty());
}

}  // namespace
}  // namespace cohort_sync
