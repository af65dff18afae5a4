#include "cli/dashboard_reader.h"

#include <future>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "base/format.h"
#include "base/text.h"
#include "storage/sqlite_inbox.h"
#include "storage/store_fixture.h"

namespace cohort_sync {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;
using web::DashboardQuery;
using web::DashboardView;
using Json = nlohmann::json;

// Beside the store that owns the state.
class DashboardReaderTest : public StoreTest {
 protected:
  DashboardReaderTest() {
    config_.directory = dir.path();
    config_.state = path();
    config_.projects[ProjectName("web")];
    config_.destinations[DestinationName("cordial")];
    SyncConfig& sync = config_.syncs.emplace_back();
    sync.key = Plan().key;
    sync.snapshots.emplace();
    sync.snapshots->schedule = {.frequency = Frequency::kHourly};
  }
  DashboardReader& reader() {
    if (!reader_) reader_.emplace(config_, clock);
    return *reader_;
  }
  std::string Text(const DashboardQuery& query) {
    const Result<web::DashboardText> read = reader().Read(query);
    EXPECT_TRUE(read) << read.error().message();
    return read ? read->text : "null";
  }
  Json Read(const DashboardQuery& query) { return Json::parse(Text(query)); }
  Json OfBinding(DashboardView view, DashboardQuery query = {}) {
    query.view = view;
    query.binding = binding;
    return Read(query);
  }
  void Park(const std::vector<std::string>& contacts, const std::string& words) {
    Commit(contacts);
    std::vector<Settlement> settlements;
    for (const Operation& operation : Claim(1'000'000).operations) {
      settlements.push_back(Outcome(operation.id, Outcome::kRefused));
      settlements.back().reason = words;
    }
    Settle(settlements);
  }

  Config config_;

 private:
  std::optional<DashboardReader> reader_;
};

TEST_F(DashboardReaderTest, TheStatusHasWhatAPageNeeds) {
  Commit({"anna@example.com"});
  const Json status = Read({});
  ASSERT_THAT(status["syncs"], SizeIs(1));
  const Json& sync = status["syncs"][0];
  EXPECT_EQ(sync["cohort"], "vip");
  EXPECT_EQ(sync["binding"], 1);
  EXPECT_EQ(sync["project"], "web");
  EXPECT_EQ(sync["destination"], "cordial");
  EXPECT_EQ(sync["source"], "amplitude");
  EXPECT_EQ(sync["schedule"], "hourly");
  EXPECT_EQ(sync["desired"], 1);
  EXPECT_EQ(sync["pending"], 1);
  EXPECT_EQ(sync["due"], false);
  EXPECT_EQ(sync["next_run"], "2026-11-21T07:00:00Z");
  ASSERT_THAT(status["health"], SizeIs(2));
  EXPECT_EQ(status["health"][0]["side"], "amplitude");
  EXPECT_EQ(status["health"][0]["last_good"], "2026-11-21T06:00:00Z");
  EXPECT_TRUE(status["health"][0].contains("budget"));
  EXPECT_EQ(status["health"][1]["side"], "cordial");
}

TEST_F(DashboardReaderTest, AFailureIsOfTheSideThatFailedAndOfNoOther) {
  Commit({"anna@example.com"});
  const auto failing_after = [&](std::optional<Side> side) {
    clock.Advance(std::chrono::minutes(1));
    RunReport run;
    run.cohort = "vip";
    run.state = RunState::kFailed;
    run.started_at = clock.Now();
    run.error = "find list 'vip' in Cordial: http 503";
    run.failed_side = side;
    static_cast<void>(store().RecordFailedRun(Plan().key, run));
    const Json health = Read({})["health"];
    return std::pair(health[0]["failing"] == true, health[1]["failing"] == true);
  };
  EXPECT_EQ(failing_after(std::nullopt), std::pair(false, false));
  EXPECT_EQ(failing_after(Side::kSource), std::pair(true, false));
  EXPECT_EQ(failing_after(Side::kDestination), std::pair(false, true));
}

TEST_F(DashboardReaderTest, TheStatusSeesWhatIsCommittedMeanwhileAndThatARunIsDue) {
  Commit({"a"});
  EXPECT_EQ(Read({})["syncs"][0]["desired"], 1);
  Commit({"b"});
  EXPECT_EQ(Read({})["syncs"][0]["desired"], 2);
  clock.Advance(std::chrono::hours(1));
  EXPECT_EQ(Read({})["syncs"][0]["due"], true);
}

TEST_F(DashboardReaderTest, AStatusThatHasNotChangedReadsTheSame) {
  Commit({"a"});
  const std::string before = Text({});
  clock.Advance(Duration(30'000));
  EXPECT_EQ(Text({}), before);
}

TEST_F(DashboardReaderTest, ABindingThatIsNotThereIsSaid) {
  Commit({"a"});
  const auto answer = reader().Read({.view = DashboardView::kCalls, .binding = BindingId(9)});
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code(), ErrorCode::kNotFound);
  EXPECT_EQ(answer.error().message(), "there is no binding 9");
  const auto run = reader().Read({.view = DashboardView::kRun, .run = RunId(9)});
  ASSERT_FALSE(run);
  EXPECT_EQ(run.error().message(), "there is no run 9");
}

TEST_F(DashboardReaderTest, SizesAreThoseAfterEachRun) {
  Commit({"a", "b"});
  clock.Advance(std::chrono::hours(1));
  Commit({"c"}, {"a", "b"});
  const Json sizes = OfBinding(DashboardView::kSizes)["sizes"];
  ASSERT_THAT(sizes, SizeIs(2));
  EXPECT_EQ(sizes[1]["run"], 2);
  EXPECT_EQ(sizes[1]["at"], "2026-11-21T07:00:00Z");
}

TEST_F(DashboardReaderTest, IdentifiersAreMaskedInEveryViewUnlessRevealed) {
  const std::string anna = "anna+1@example.com";
  Park({anna}, "http 422: anna+1@example.com was merged with bert@example.org");
  SaveCalls(binding,
            {{OperationId(1),
              OperationKind::kAdd,
              anna,
              {.sent_at = clock.Now(),
               .method = "PUT",
               .target = "/v2/contacts/email:anna%2B1%40example.com",
               .request_body = R"({"address":"anna+1@example.com"})",
               .http_status = 422,
               .answer = R"({"error":"bert@example.org has anna+1@example.com"})"}}});
  const std::vector<MemberRef> removals = Refs({anna});
  PlanCommit plan = Plan();
  plan.hold_remove = removals;
  const std::vector<RejectedRow> rejected{
      {1, RejectReason::kMalformed, "anna+1@example.com ", "anna+1@example.com"}};
  plan.rejected_rows = rejected;
  plan.notes = {"anna+1@example.com is odd"};
  const RunId run = store().CommitPlan(plan).run;
  const std::vector<DashboardQuery> views{
      {},
      {.view = DashboardView::kRuns},
      {.view = DashboardView::kRun, .run = RunId(1)},
      {.view = DashboardView::kRun, .run = run},
      {.view = DashboardView::kRunRows, .run = RunId(1)},
      {.view = DashboardView::kMembers, .binding = binding},
      {.view = DashboardView::kParked, .binding = binding},
      {.view = DashboardView::kHold, .binding = binding},
      {.view = DashboardView::kCalls, .binding = binding},
  };
  for (const DashboardQuery& view : views) {
    const std::string masked = Text(view);
    for (const std::string trace : {"anna", "bert", "example"})
      EXPECT_THAT(masked, Not(HasSubstr(trace)));
  }
  for (std::size_t index = 3; index < views.size(); ++index) {
    DashboardQuery query = views[index];
    query.reveal = true;
    EXPECT_THAT(Text(query), HasSubstr("anna"));
  }
}

TEST_F(DashboardReaderTest, ParkedOperationsComeInPages) {
  std::vector<std::string> contacts;
  contacts.reserve(5);
  for (int i = 0; i < 5; ++i)
    contacts.push_back(Format("c{}@example.com", i));
  Park(contacts, "no");
  std::vector<std::string> seen;
  DashboardQuery query{.limit = 2, .reveal = true};
  for (Json next = "0"; !next.is_null();) {
    query.after[0] = ParseInteger(next.get<std::string>()).value();
    const Json page = OfBinding(DashboardView::kParked, query);
    EXPECT_LE(page["parked"].size(), 2U);
    for (const Json& row : page["parked"])
      seen.push_back(row["contact"]);
    next = page["next"];
  }
  EXPECT_THAT(seen, ::testing::UnorderedElementsAreArray(contacts));
}

TEST_F(DashboardReaderTest, PartsOfAnIdentifierAreFoundByThoseWhoMaySeeIt) {
  Park({"anna@example.com"}, "Address not exists");
  const auto found = [&](const std::string& search, bool reveal) {
    return OfBinding(DashboardView::kParked, {.search = search, .reveal = reveal})["parked"].size();
  };
  EXPECT_EQ(found("ann", false), 0U) << "nobody shall guess it letter by letter";
  EXPECT_EQ(found("anna@example.com", false), 1U);
  EXPECT_EQ(found("address", false), 1U) << "the destination's words";
  EXPECT_EQ(found("ann", true), 1U);
}

TEST_F(DashboardReaderTest, HeldContactsComeInPages) {
  Commit({"a@x.yz", "b@x.yz", "c@x.yz"});
  const std::vector<MemberRef> removals = Refs({"a@x.yz", "b@x.yz", "c@x.yz"});
  PlanCommit plan = Plan();
  plan.hold_remove = removals;
  const RunId run = store().CommitPlan(plan).run;
  const Json first = OfBinding(DashboardView::kHold, {.limit = 2, .reveal = true});
  EXPECT_EQ(first["hold"]["run"], run.value());
  EXPECT_EQ(first["hold"]["removals"], 3);
  EXPECT_THAT(first["contacts"], SizeIs(2));
  const Json last =
      OfBinding(DashboardView::kHold,
                {.after = {ParseInteger(first["next"].get<std::string>()).value()}, .limit = 2});
  EXPECT_THAT(last["contacts"], SizeIs(1));
  EXPECT_EQ(last["contacts"][0]["contact"], "c***@x***.yz");
  EXPECT_EQ(last["next"], nullptr);
  EXPECT_EQ(Text({.view = DashboardView::kHold,
                  .binding = binding,
                  .after = {1},
                  .reveal = true,
                  .csv = true}),
            "\"b@x.yz\",\"remove\"\n\"c@x.yz\",\"remove\"\n");
}

TEST_F(DashboardReaderTest, TheCsvHasEveryParkedOperationAndNoFormula) {
  Park({"=cmd@example.com", "b@example.com"}, "=1+1");
  const std::string csv =
      Text({.view = DashboardView::kParked, .binding = binding, .reveal = true, .csv = true});
  EXPECT_THAT(csv,
              ::testing::StartsWith(
                  "\"contact\",\"operation\",\"parked\",\"reason\",\"attempts\",\"updated_at\"\n"));
  EXPECT_THAT(csv, HasSubstr("\"'=cmd@example.com\",\"add\",\"refused\",\"'=1+1\",\"1\","));
  EXPECT_THAT(csv, HasSubstr("\"b@example.com\""));
}

TEST_F(DashboardReaderTest, TheCsvComesInPartsOfWhichOnlyTheFirstNamesTheColumns) {
  std::vector<std::string> contacts;
  contacts.reserve(5);
  for (int i = 0; i < 5; ++i)
    contacts.push_back(Format("c{}@example.com", i));
  Commit(contacts);
  std::string csv;
  int parts = 0;
  DashboardQuery query{
      .view = DashboardView::kPending, .binding = binding, .limit = 2, .csv = true};
  query.reveal = true;
  for (bool more = true; more; ++parts) {
    const Result<web::DashboardText> part = reader().Read(query);
    ASSERT_TRUE(part);
    csv += part->text;
    more = !part->next.empty();
    const std::vector<std::string_view> numbers = Split(part->next, '.');
    for (std::size_t i = 0; more && i < numbers.size(); ++i)
      query.after.at(i) = ParseInteger(numbers[i]).value();
  }
  EXPECT_EQ(parts, 3);
  const std::vector<std::string_view> lines = Split(csv, '\n');
  ASSERT_THAT(lines, SizeIs(7)) << csv;
  EXPECT_EQ(lines[0],
            R"("contact","operation","state","reason","attempts","not_before","updated_at")");
  for (std::size_t i = 0; i < contacts.size(); ++i)
    EXPECT_THAT(std::string(lines[i + 1]),
                ::testing::StartsWith(Format("\"{}\",\"add\",\"pending\"", contacts[i])));
}

TEST_F(DashboardReaderTest, MembersSayWhatIsStillToBeDoneForThem) {
  Park({"parked@example.com"}, "no");
  Commit({"pending@example.com"});
  const Json members =
      OfBinding(DashboardView::kMembers, {.search = "p", .reveal = true})["members"];
  ASSERT_THAT(members, SizeIs(2));
  for (const Json& member : members) {
    const bool parked = member["contact"] == "parked@example.com";
    EXPECT_EQ(member["state"], parked ? "parked" : "pending");
    EXPECT_EQ(member["parked"], parked ? Json("refused") : Json());
  }
  EXPECT_THAT(OfBinding(DashboardView::kMembers, {.search = "p"})["members"], SizeIs(0))
      << "nobody shall guess it letter by letter";
}

TEST_F(DashboardReaderTest, BatchesThatWaitForARunAreListed) {
  Commit({"a@x.yz"});
  const auto inbox =
      SqliteInbox::Open(InboxPathOf(path()), clock, random, kMaxWaitingBytes).value();
  std::promise<void> stored;
  ReceivedBatch batch;
  batch.head.cohort = CohortId("vip");
  batch.head.message_id = "m1";
  batch.head.members = 3;
  batch.received_at = clock.Now();
  batch.body = "anna@example.com";
  inbox->Store(batch, [&](const Result<InboxOutcome>& /*outcome*/) { stored.set_value(); });
  stored.get_future().wait();
  const Json page = OfBinding(DashboardView::kWaiting);
  ASSERT_THAT(page["waiting"], SizeIs(1));
  EXPECT_EQ(page["waiting"][0]["members"], 3);
  EXPECT_EQ(page["waiting"][0]["direction"], "enter");
  EXPECT_EQ(page["waiting"][0]["received_at"], "2026-11-21T06:00:00Z");
  EXPECT_EQ(page["next"], nullptr);
}

TEST_F(DashboardReaderTest, ARunHasTheOperationsThatItCommitted) {
  Commit({"a@x.yz", "b@x.yz"});
  const RunId second = Commit({"c@x.yz"}, {"a@x.yz"}).run;
  const Json rows = Read({.view = DashboardView::kRunRows, .run = second, .reveal = true})["rows"];
  ASSERT_THAT(rows, SizeIs(2));
  const Json removed = Read({.view = DashboardView::kRunRows,
                             .run = second,
                             .kind = OperationKind::kRemove,
                             .reveal = true})["rows"];
  ASSERT_THAT(removed, SizeIs(1));
  EXPECT_EQ(removed[0]["contact"], "a@x.yz");
  EXPECT_EQ(removed[0]["operation"], "remove");
}

// The page makes text of all of it (tests/web/page_files_test.cc); here it must arrive as JSON
// text.
TEST_F(DashboardReaderTest, HostileNamesArriveAsTheyAreInsideJson) {
  const std::vector<std::string> shapes{"<script>alert({})</script>",
                                        "\"><img src=x onerror=alert({})>",
                                        "</title><svg onload={}>",
                                        "\\u003cscript>{}",
                                        "{}\u2028\u2029",
                                        "'-alert({})-'",
                                        "javascript:alert({})",
                                        "<!--{}-->]]>",
                                        "{}\x01\x1f\x7f",
                                        "&lt;b&gt;{}"};
  for (int i = 0; i < 100; ++i) {
    std::string name = shapes[static_cast<std::size_t>(i) % shapes.size()];
    name.replace(name.find("{}"), 2, std::to_string(i));
    PlanCommit plan = Plan(Format("c{}", i));
    plan.pins.list_id = ListId(i);
    plan.cohort_name = name;
    static_cast<void>(store().CommitPlan(plan));
  }
  const Json status = Read({});
  ASSERT_THAT(status["syncs"], SizeIs(101));
  std::size_t seen = 0;
  for (const Json& sync : status["syncs"]) {
    const auto number = ParseInteger(sync["cohort"].get<std::string>().substr(1));
    if (!number) continue;  // The configured one.
    std::string name = shapes[static_cast<std::size_t>(*number) % shapes.size()];
    name.replace(name.find("{}"), 2, std::to_string(*number));
    EXPECT_EQ(sync["name"], name);
    ++seen;
  }
  EXPECT_EQ(seen, 100U);
}

}  // namespace
}  // namespace cohort_sync
