#include "amplitude/export_source.h"

#include <map>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/fake_clock.h"
#include "support/fake_random.h"
#include "support/gzip.h"
#include "support/named_members.h"
#include "support/scripted_http_client.h"

namespace cohort_sync::amplitude {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr const char* kBase = "https://amplitude.com";
constexpr const char* kList = "GET /api/3/cohorts";
constexpr const char* kRequest = "GET /api/5/cohorts/request/7khm89cz?props=1&propKeys=email";
constexpr const char* kPoll = "GET /api/5/cohorts/request-status/Sf7M9j";
constexpr const char* kFile = "GET /api/5/cohorts/request/Sf7M9j/file";
const ProjectName kProject("web");
const CohortId kCohort("7khm89cz");

class FakeExportRequests final : public ExportRequests {
 public:
  std::optional<ExportRequest> Find(const ProjectName& project, const CohortId& cohort) override {
    const auto found = kept.find({project, cohort});
    return found == kept.end() ? std::nullopt : std::optional(found->second);
  }
  void Save(const ProjectName& project,
            const CohortId& cohort,
            const ExportRequest& request) override {
    kept[{project, cohort}] = request;
  }
  void Forget(const ProjectName& project, const CohortId& cohort) override {
    kept.erase({project, cohort});
  }

  std::map<std::pair<ProjectName, CohortId>, ExportRequest> kept;
};

class FakeExportLedger final : public ExportLedger {
 public:
  ExportCosts Find(const ProjectName& /*project*/, TimePoint since) override {
    ExportCosts found{{}, refusal};
    for (const auto& [entry, cost] : kept) {
      if (cost.asked_at >= since) found.costs.push_back(cost);
    }
    return found;
  }
  std::int64_t Record(const ProjectName& /*project*/,
                      const CohortId& /*cohort*/,
                      TimePoint at) override {
    kept[++last_entry] = {at, false};
    return last_entry;
  }
  void Withdraw(std::int64_t entry) override { kept.erase(entry); }
  void Finish(const ProjectName& /*project*/, const CohortId& /*cohort*/) override {
    for (auto& [entry, cost] : kept)
      cost.finished = true;
  }
  void Refuse(const ProjectName& /*project*/, const ExportRefusal& word) override {
    refusal = word;
  }

  std::map<std::int64_t, ExportCost> kept;
  std::optional<ExportRefusal> refusal;
  std::int64_t last_entry = 0;
};

http::Response Json(int status, const std::string& body) {
  return {status, {}, body};
}
const http::Response kRequested = Json(202, R"({"request_id":"Sf7M9j","cohort_id":"7khm89cz"})");
const http::Response kRunning = Json(202, R"({"async_status":"JOB INPROGRESS"})");
const http::Response kDone = Json(200, R"({"async_status":"JOB COMPLETED"})");
const http::Response kCsv{200, {}, "\"amplitude_id\",\"email\"\n\"1\",\"a@x.com\"\n\"2\",\"\"\n"};

class ExportSourceTest : public testing::Test {
 protected:
  ExportSourceTest() {
    script_.Always(kList, Json(200, R"({"cohorts":[
                        {"id":"7khm89cz","name":"active users","size":2,"lastComputed":5},
                        {"id":"archived","name":"old","archived":true,"size":2,"lastComputed":5}]})"));
    script_.Always(kFile, kCsv);
  }

  Result<Snapshot> Fetch(const FetchRequest& request, const std::stop_token& stop = {}) {
    ExportSource source(
        {{kBase, Secret("key1"), Secret("key2"), script_.MakeClient(kBase), script_.Factory()},
         kProject,
         requests_,
         ledger_,
         clock_,
         random_,
         {}});
    return source.Fetch(request, stop);
  }
  Result<Snapshot> Fetch() { return Fetch(request_); }
  std::string ErrorOfFetch() {
    const Result<Snapshot> snapshot = Fetch();
    return snapshot ? "" : snapshot.error().message();
  }
  // A request that an earlier run recorded, `age` ago.
  void Record(Duration age, const std::string& property = "email") {
    requests_.kept[{kProject, kCohort}] = {"Sf7M9j", property, clock_.Now() - age};
  }
  [[nodiscard]] bool recorded() const { return !requests_.kept.empty(); }
  // Exports that were asked for, `age` ago.
  void Spend(std::int64_t number, Duration age, bool finished = true) {
    for (; number > 0; --number)
      ledger_.kept[++ledger_.last_entry] = {clock_.Now() - age, finished};
  }
  void AnswerExport() {
    script_.On(kRequest, {kRequested});
    script_.On(kPoll, {kDone});
  }

  HttpScript script_;
  FakeExportRequests requests_;
  FakeExportLedger ledger_;
  FakeClock clock_;
  FakeRandom random_;
  FetchRequest request_{.cohort = kCohort,
                        .identifier = {"email", "email"},
                        .hash_key = 42,
                        .reuse_export_within = std::chrono::hours(1)};
};

TEST_F(ExportSourceTest, ListsRequestsPollsAndDownloads) {
  script_.On(kRequest, {kRequested});
  script_.On(kPoll, {kRunning, kRunning, kRunning, kDone});
  const Result<Snapshot> snapshot = Fetch();
  ASSERT_TRUE(snapshot) << snapshot.error().message();
  EXPECT_EQ(snapshot->cohort, kCohort);
  EXPECT_EQ(snapshot->cohort_name, "active users");
  EXPECT_EQ(snapshot->expected_size, 2);
  EXPECT_EQ(snapshot->origin, "amplitude export Sf7M9j");
  EXPECT_EQ(snapshot->rows, 2);
  EXPECT_EQ(snapshot->members.size(), 1U);
  EXPECT_EQ(snapshot->rejected[static_cast<std::size_t>(RejectReason::kMissing)], 1);
  EXPECT_THAT(script_.lines(), ElementsAre(kList, kRequest, kPoll, kPoll, kPoll, kPoll, kFile));
  EXPECT_THAT(clock_.slept,
              ElementsAre(Duration(2'000), Duration(5'000), Duration(10'000), Duration(10'000)));
}

// An export always has the column of user ids, with and without a property beside it
// (contracts/amplitude.md 1.7), so that members are had by the same request.
TEST_F(ExportSourceTest, SaysWhoTheMembersAreByTheSameRequest) {
  const std::string csv =
      "\"amplitude_id\",\"user_id\",\"email\"\n\"1\",\"u1\",\"A@x.com\"\n"
      "\"2\",\"u2\",\"\"\n\"3\",\"\",\"c@x.com\"\n";
  request_.wants_members = true;
  script_.On(kRequest, {kRequested});
  script_.On(kPoll, {kDone});
  script_.On(kFile, {http::Response{200, {}, Gzip(csv)}});
  const Result<Snapshot> snapshot = Fetch();
  ASSERT_TRUE(snapshot) << snapshot.error().message();
  EXPECT_EQ(snapshot->who.naming, MemberNaming::kUser);
  EXPECT_THAT(NamedMembers(snapshot->who), ElementsAre("u1=a@x.com", "u2=", "c@x.com"));
  EXPECT_EQ(snapshot->members.size(), 2U);
  EXPECT_THAT(script_.lines(), ElementsAre(kList, kRequest, kPoll, kFile));
}

TEST_F(ExportSourceTest, SaysNothingOfMembersUnasked) {
  script_.On(kRequest, {kRequested});
  script_.On(kPoll, {kDone});
  script_.On(kFile, {http::Response{200, {}, "user_id,email\nu1,a@x.com\n"}});
  EXPECT_EQ(Fetch()->who.size(), 0U);
}

TEST_F(ExportSourceTest, SnapshotIsAsOfItsRequest) {
  script_.On(kRequest, {kRequested});
  script_.On(kPoll, {kRunning, kDone});
  EXPECT_EQ(Fetch()->as_of, FakeClock::kStart);
}

TEST_F(ExportSourceTest, RequestIsRecordedBeforeItIsPolledUntilAccepted) {
  ScriptedAnswer poll(kDone);
  bool recorded_before_poll = false;
  poll.before_answer = [&] { recorded_before_poll = recorded(); };
  script_.On(kRequest, {kRequested});
  script_.On(kPoll, {poll});
  ExportSource source(
      {{kBase, Secret("key1"), Secret("key2"), script_.MakeClient(kBase), script_.Factory()},
       kProject,
       requests_,
       ledger_,
       clock_,
       random_,
       {}});
  ASSERT_TRUE(source.Fetch(request_, {}));
  EXPECT_TRUE(recorded_before_poll);
  EXPECT_TRUE(recorded());
  source.Accepted(kCohort);
  EXPECT_FALSE(recorded());
}

TEST_F(ExportSourceTest, ReadsGzipWithoutBeingTold) {
  script_.On(kRequest, {kRequested});
  script_.On(kPoll, {kDone});
  script_.On(kFile, {http::Response{200, {}, Gzip(kCsv.body)}});
  const Result<Snapshot> snapshot = Fetch();
  ASSERT_TRUE(snapshot) << snapshot.error().message();
  EXPECT_EQ(snapshot->rows, 2);
}

TEST_F(ExportSourceTest, RecordedRequestIsUsedAgainWhileYoungEnough) {
  Record(std::chrono::minutes(60));
  script_.On(kPoll, {kDone});
  const Result<Snapshot> snapshot = Fetch();
  ASSERT_TRUE(snapshot) << snapshot.error().message();
  EXPECT_EQ(snapshot->as_of, clock_.Now() - std::chrono::minutes(60));
  EXPECT_TRUE(clock_.slept.empty());
  EXPECT_EQ(script_.CountOf(kRequest), 0U);
}

TEST_F(ExportSourceTest, RecordedRequestOfNoUseIsReplaced) {
  struct Unusable {
    Duration age;
    std::string property;
    Duration reuse_within;
  };
  for (const Unusable& one :
       {Unusable{std::chrono::minutes(61), "email", std::chrono::hours(1)},
        Unusable{std::chrono::minutes(1), "user_id", std::chrono::hours(1)},
        Unusable{-std::chrono::minutes(1), "email", std::chrono::hours(1)},
        Unusable{std::chrono::hours(169), "email", std::chrono::hours(999)}}) {
    Record(one.age, one.property);
    request_.reuse_export_within = one.reuse_within;
    script_.On(kRequest, {kRequested});
    script_.On(kPoll, {kDone});
    const TimePoint before = clock_.Now();
    const Result<Snapshot> snapshot = Fetch();
    ASSERT_TRUE(snapshot) << snapshot.error().message();
    EXPECT_EQ(snapshot->as_of, before);
    EXPECT_EQ(requests_.Find(kProject, kCohort)->requested_at, before);
  }
  EXPECT_EQ(script_.CountOf(kRequest), 4U);
}

TEST_F(ExportSourceTest, RecordedRequestThatAmplitudeDroppedIsMadeAgainOnce) {
  for (const int status : {400, 404, 410}) {
    Record(Duration(0));
    script_.On(kRequest, {kRequested});
    script_.On(kPoll, {Json(status, ""), kDone});
    EXPECT_EQ(ErrorOfFetch(), "");
  }
  Record(Duration(0));
  script_.On(kRequest, {kRequested});
  script_.On(kPoll, {kDone, kDone});
  script_.On(kFile, {Json(404, ""), Json(404, "")});
  EXPECT_THAT(ErrorOfFetch(), HasSubstr("cohort '7khm89cz': download export: "));
  EXPECT_EQ(script_.CountOf(kRequest), 4U);
  EXPECT_FALSE(recorded());
}

TEST_F(ExportSourceTest, ThreePollErrorsInARowAreBorneAndAFourthIsNot) {
  const http::Response bad = Json(500, "");
  script_.On(kRequest, {kRequested, kRequested});
  script_.On(kPoll, {bad, bad, bad, kRunning, bad, bad, Json(200, "<html>"), kDone});
  EXPECT_EQ(ErrorOfFetch(), "");
  request_.reuse_export_within = Duration(0);
  script_.On(kPoll, {bad, bad, bad, bad});
  EXPECT_EQ(
      ErrorOfFetch(),
      "cohort '7khm89cz': ask for the export's state: https://amplitude.com answered 500: try "
      "again later");
  EXPECT_TRUE(recorded());
}

TEST_F(ExportSourceTest, TooManyRequestsWhilePollingIsNoError) {
  std::vector<ScriptedAnswer> polls(10, http::Response{429, {{"Retry-After", "30"}}, ""});
  polls.emplace_back(kDone);
  script_.On(kRequest, {kRequested});
  script_.On(kPoll, std::move(polls));
  EXPECT_EQ(ErrorOfFetch(), "");
  ASSERT_EQ(clock_.slept.size(), 11U);
  EXPECT_EQ(clock_.slept[0], Duration(2'000));
  EXPECT_EQ(clock_.slept[1], Duration(30'000));
}

TEST_F(ExportSourceTest, RefusedCredentialWhilePollingEndsAtOnceAndKeepsTheRequest) {
  script_.On(kRequest, {kRequested});
  script_.On(kPoll, {Json(403, "")});
  EXPECT_THAT(ErrorOfFetch(), HasSubstr("answered 403"));
  EXPECT_TRUE(recorded());
}

TEST_F(ExportSourceTest, ExportThatSaysItFailedIsForgotten) {
  const http::Response failed = Json(200, R"({"async_status":"JOB FAILED"})");
  script_.On(kRequest, {kRequested});
  script_.On(kPoll, {failed, failed, failed, failed});
  EXPECT_THAT(ErrorOfFetch(), HasSubstr("JOB FAILED"));
  EXPECT_FALSE(recorded());
}

TEST_F(ExportSourceTest, ExportThatIsNeverReadyIsGivenUpAfterAnHour) {
  script_.On(kRequest, {kRequested});
  script_.Always(kPoll, kRunning);
  EXPECT_THAT(ErrorOfFetch(),
              HasSubstr("cohort '7khm89cz': export Sf7M9j was not ready after 1 h"));
  EXPECT_GE(clock_.Now() - FakeClock::kStart, std::chrono::minutes(60));
  EXPECT_LT(clock_.Now() - FakeClock::kStart, std::chrono::minutes(61));
  EXPECT_FALSE(recorded());
}

TEST_F(ExportSourceTest, ListAndRequestAreTriedSixTimes) {
  const http::Failure refused{http::FailureKind::kNotSent, "connection refused"};
  script_.On(kList, {refused, Json(503, ""), Json(429, "")});
  script_.On(kRequest, {refused, refused, refused, refused, refused, refused});
  EXPECT_EQ(ErrorOfFetch(),
            "cohort '7khm89cz': request export: no whole answer from https://amplitude.com: "
            "connection refused");
  EXPECT_EQ(script_.CountOf(kList), 4U);
  EXPECT_EQ(script_.CountOf(kRequest), 6U);
  EXPECT_FALSE(recorded());
}

TEST_F(ExportSourceTest, RefusalIsNotRepeated) {
  for (const int status : {400, 403, 404}) {
    script_.On(kRequest, {Json(status, "")});
    EXPECT_THAT(
        ErrorOfFetch(),
        HasSubstr("request export: https://amplitude.com answered " + std::to_string(status)));
  }
  EXPECT_EQ(script_.CountOf(kRequest), 3U);
}

TEST_F(ExportSourceTest, CutDownloadIsReadAgainFromItsBeginning) {
  ScriptedAnswer cut(kCsv);
  cut.cut_after = 40;
  script_.On(kRequest, {kRequested});
  script_.On(kPoll, {kDone});
  script_.On(kFile, {cut, cut});
  const Result<Snapshot> snapshot = Fetch();
  ASSERT_TRUE(snapshot) << snapshot.error().message();
  EXPECT_EQ(snapshot->rows, 2);
}

TEST_F(ExportSourceTest, CutAtAnyByteIsNeverASnapshot) {
  for (const std::string& body : {kCsv.body, Gzip(kCsv.body)}) {
    for (std::size_t bytes = 0; bytes < body.size(); ++bytes) {
      ScriptedAnswer cut(http::Response{200, {}, body});
      cut.cut_after = bytes;
      Record(Duration(0));
      request_.reuse_export_within = std::chrono::hours(999);
      script_.On(kPoll, {kDone});
      script_.On(kFile, std::vector<ScriptedAnswer>(6, cut));
      ASSERT_FALSE(Fetch().has_value()) << "cut after " << bytes;
    }
  }
}

TEST_F(ExportSourceTest, FileThatIsNoCohortIsAnErrorAndForgotten) {
  for (const std::string body : {"<html>", "", "amplitude_id,user_id\n1,u\n"}) {
    script_.On(kRequest, {kRequested});
    script_.On(kPoll, {kDone});
    script_.On(kFile, {http::Response{200, {}, body}});
    EXPECT_THAT(ErrorOfFetch(), HasSubstr("cohort '7khm89cz': file of export Sf7M9j: "));
    EXPECT_FALSE(recorded());
  }
}

TEST_F(ExportSourceTest, UnknownAndArchivedCohortsAreRefusedBeforeAnyRequest) {
  request_.cohort = CohortId("archived");
  EXPECT_EQ(ErrorOfFetch(),
            "cohort 'archived': 'old' is archived, nothing is changed; restore it in Amplitude, or "
            "end its sync with 'cohort-sync forget archived'");
  request_.cohort = CohortId("active users");
  EXPECT_EQ(ErrorOfFetch(),
            "cohort 'active users': no cohort 'active users' in this project; that is the name of "
            "cohort '7khm89cz', set its id");
  EXPECT_THAT(script_.lines(), ElementsAre(kList, kList));
}

TEST_F(ExportSourceTest, EachRequestIsCountedBeforeItLeavesAndNothingElseIs) {
  ScriptedAnswer answer(kRequested);
  std::size_t counted_before = 0;
  answer.before_answer = [&] { counted_before = ledger_.kept.size(); };
  script_.On(kRequest, {Json(500, ""), answer});
  script_.On(kPoll, {kRunning, kDone, kDone});
  EXPECT_EQ(ErrorOfFetch(), "");
  EXPECT_EQ(counted_before, 2U) << "a 500 may have spent one";
  ASSERT_EQ(ledger_.kept.size(), 2U);
  EXPECT_TRUE(ledger_.kept.at(2).finished);
  EXPECT_EQ(ErrorOfFetch(), "") << "the recorded export, for nothing";
  EXPECT_EQ(ledger_.kept.size(), 2U);
}

TEST_F(ExportSourceTest, RefusedRequestCostsNothing) {
  for (const int status : {400, 403, 404}) {
    script_.On(kRequest, {Json(status, "")});
    EXPECT_NE(ErrorOfFetch(), "");
  }
  EXPECT_TRUE(ledger_.kept.empty());
}

TEST_F(ExportSourceTest, NothingIsCalledWhenTheMonthIsSpent) {
  Spend(500, std::chrono::hours(1));
  EXPECT_EQ(ErrorOfFetch(),
            "cohort '7khm89cz': project 'web': all 500 exports of this month are spent, the next "
            "begins on 2026-12-01T00:00:00Z; let its syncs run less often, or raise "
            "\"monthly_exports\" when Amplitude grants more");
  EXPECT_TRUE(script_.lines().empty());
  Record(std::chrono::minutes(5));
  script_.On(kPoll, {kDone});
  EXPECT_EQ(ErrorOfFetch(), "") << "what was paid for is read";
}

TEST_F(ExportSourceTest, WaitsForTheTenMinutes) {
  Spend(60, std::chrono::minutes(7));
  AnswerExport();
  std::optional<TimePoint> said;
  request_.on_progress = [&said](const FetchProgress& progress) {
    if (progress.not_before) said = progress.not_before;
  };
  const TimePoint start = clock_.Now();
  const Result<Snapshot> snapshot = Fetch();
  ASSERT_TRUE(snapshot) << snapshot.error().message();
  EXPECT_EQ(snapshot->as_of, start + std::chrono::minutes(3) + std::chrono::seconds(5));
  EXPECT_EQ(said, snapshot->as_of);
}

TEST_F(ExportSourceTest, WaitsForExportsThatAreStillPrepared) {
  Spend(4, std::chrono::seconds(20), /*finished=*/false);
  AnswerExport();
  const TimePoint start = clock_.Now();
  EXPECT_EQ(Fetch()->as_of, start + std::chrono::seconds(45));
}

TEST_F(ExportSourceTest, StopEndsTheWaitForALimit) {
  Spend(60, std::chrono::minutes(7));
  std::stop_source stop;
  request_.on_progress = [&stop](const FetchProgress& /*progress*/) { stop.request_stop(); };
  const Result<Snapshot> snapshot = Fetch(request_, stop.get_token());
  ASSERT_FALSE(snapshot);
  EXPECT_EQ(snapshot.error().code(), ErrorCode::kInterrupted);
  EXPECT_EQ(ledger_.kept.size(), 60U);
}

TEST_F(ExportSourceTest, AmplitudesWordThatTheMonthIsSpentHoldsForADay) {
  script_.On(kRequest, {Json(429, "Exceeded the monthly limit of cohort requests")});
  EXPECT_EQ(ErrorOfFetch(),
            "cohort '7khm89cz': request export: https://amplitude.com answered 429 'Exceeded the "
            "monthly limit of cohort requests': the project's exports of this month are spent; the "
            "next month begins on its first day, UTC");
  EXPECT_TRUE(ledger_.kept.empty());
  clock_.Advance(std::chrono::hours(23));
  EXPECT_EQ(ErrorOfFetch(),
            "cohort '7khm89cz': project 'web': Amplitude said on 2026-11-21T06:00:00Z that this "
            "month's exports are spent, 0 of 500 from here, the others by whoever else uses the "
            "key; it is asked again from 2026-11-22T06:00:00Z on, or when \"monthly_exports\" was "
            "raised");
  EXPECT_EQ(script_.CountOf(kRequest), 1U);
  clock_.Advance(std::chrono::hours(1));
  AnswerExport();
  EXPECT_EQ(ErrorOfFetch(), "");
}

TEST_F(ExportSourceTest, StopEndsTheWaitAndKeepsTheRequest) {
  std::stop_source stop;
  ScriptedAnswer running(kRunning);
  running.before_answer = [&stop] { stop.request_stop(); };
  script_.On(kRequest, {kRequested});
  script_.On(kPoll, {running});
  const Result<Snapshot> snapshot = Fetch(request_, stop.get_token());
  ASSERT_FALSE(snapshot);
  EXPECT_EQ(snapshot.error().code(), ErrorCode::kInterrupted);
  EXPECT_TRUE(recorded());
}

}  // namespace
}  // namespace cohort_sync::amplitude
